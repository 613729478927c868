/* Origin, tokens and cookies. */
#include "web/csrf.h"

#include "base/id.h"

#include <stdlib.h>

/* Is TEXT "SCHEMEHOST"? SCHEME is "https://" or "http://". */
static bool
origin_is(struct str text, struct str scheme, struct str host)
{
	return text.n == scheme.n + host.n && str_eq_nocase(str_sub(text, 0, scheme.n), scheme) &&
	       str_eq_nocase(str_sub(text, scheme.n, SIZE_MAX), host);
}

enum err
csrf_origin_check(const struct request *req)
{
	struct str site = req->headers[HEADER_SEC_FETCH_SITE];
	struct str origin = req->headers[HEADER_ORIGIN];
	struct str asked = req->headers[HEADER_HOST];

	/* Forms send "Origin: null" under no-referrer, so that Sec-Fetch-Site has the first word.
	 */
	if (site.p != NULL)
		return str_eq(site, STR("same-origin")) || str_eq(site, STR("none")) ? ERR_OK
		                                                                     : ERR_DENIED;
	if (origin.p == NULL || str_eq_nocase(origin, req->origin->text))
		return ERR_OK;
	return asked.n > 0 && (origin_is(origin, STR("http://"), asked) ||
	                              origin_is(origin, STR("https://"), asked))
	               ? ERR_OK
	               : ERR_DENIED;
}

static bool
token_text(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		            c == '-' || c == '_'))
			return false;
	}
	return true;
}

void
cookie_set(struct request *req, const char *name, struct str value, unsigned max_age_s)
{
	struct str age = STR("");

	if (!token_text(value))
		abort();
	if (max_age_s > 0)
		age = str_fmt(req->a, "; Max-Age=%u", max_age_s);
	respond_header(req, "Set-Cookie",
	        str_fmt(req->a, "__Host-%s=%.*s; Path=/; Secure; HttpOnly; SameSite=Strict%.*s",
	                name, STR_ARG(value), STR_ARG(age)));
}

void
cookie_drop(struct request *req, const char *name)
{
	respond_header(req, "Set-Cookie",
	        str_fmt(req->a, "__Host-%s=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0",
	                name));
}

struct str
cookie_get(const struct request *req, const char *name)
{
	return request_cookie(req, str_z(req->a, str_fmt(req->a, "__Host-%s", name)));
}

struct str
form_token(struct arena *a, const struct key *key, struct str session)
{
	struct key k;
	struct str s;

	key_derive(key, "web form token", session, &k);
	s = base64url_str(a, k.b, sizeof k.b);
	key_wipe(&k);
	return s;
}

enum err
form_token_check(const struct request *req, const struct key *key, struct str session)
{
	struct str got = request_form(req, "form_token");
	struct str want = form_token(req->a, key, session);

	return got.n == want.n && secret_eq(got.p, want.p, want.n) ? ERR_OK : ERR_DENIED;
}

struct str
anonymous_form_token(struct request *req, const struct key *key, struct str *session, bool *set)
{
	unsigned char fresh[16];
	struct str s = cookie_get(req, "form");

	*set = s.n == 0 || s.n > 64 || !token_text(s);
	if (*set) {
		random_bytes(fresh, sizeof fresh);
		s = base64url_str(req->a, fresh, sizeof fresh);
	}
	*session = s;
	return form_token(req->a, key, s);
}

void
anonymous_form_cookie(struct request *req, struct str session)
{
	cookie_set(req, "form", session, 0);
}

enum err
anonymous_form_check(const struct request *req, const struct key *key)
{
	struct str s = cookie_get(req, "form");

	return s.n > 0 ? form_token_check(req, key, s) : ERR_DENIED;
}
