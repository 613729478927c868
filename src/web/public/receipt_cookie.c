/* A receipt kept by the browser. */
#include "web/public/receipt_cookie.h"

#include "base/id.h"
#include "base/time.h"
#include "seal/field.h"
#include "web/csrf.h"

enum { LIFE_S = 12 * HOUR_S };

static const char cookie[] = "receipt";
static const unsigned char nobody[CASE_UID_BYTES];
static const struct place at = {"cookie", "receipt", nobody, 0};

void
receipt_cookie_set(struct request *req, struct str receipt)
{
	struct str plain = str_fmt(req->a, "%lld %.*s", (long long)now_utc_s(), STR_ARG(receipt));
	struct str sealed = field_seal(req->a, public_app(req)->form_key, &at, plain);

	cookie_set(req, cookie, base64url_str(req->a, sealed.p, sealed.n), 0);
}

void
receipt_cookie_drop(struct request *req)
{
	cookie_drop(req, cookie);
}

struct str
receipt_cookie_get(const struct request *req)
{
	struct str value = cookie_get(req, cookie), sealed, plain;
	struct str none = {NULL, 0};
	uint64_t made;
	size_t space;

	if (value.p == NULL || base64_parse(req->a, value, &sealed) != ERR_OK ||
	        field_open(req->a, public_app(req)->form_key, &at, sealed, &plain) != ERR_OK)
		return none;
	space = str_find(plain, ' ', 0);
	if (space == SIZE_MAX || str_u64(str_sub(plain, 0, space), INT64_MAX, &made) != ERR_OK ||
	        now_utc_s() > (int64_t)made + LIFE_S)
		return none;
	return str_sub(plain, space + 1, SIZE_MAX);
}
