/* Reading a signed receipt. */
#include "cli/receipt_json.h"

#include "base/id.h"
#include "base/time.h"

#include <jansson.h>

/* The object that is being read, and the first thing wrong with it. */
struct reader {
	struct arena *a;
	const json_t *object;
	enum err err;
	struct diag *d;
};

static struct str
text(struct reader *r, const char *key)
{
	const json_t *v = json_object_get(r->object, key);

	if (r->err != ERR_OK)
		return STR("");
	if (!json_is_string(v)) {
		r->err = diag_set(r->d, ERR_INVALID, "give the signed_receipt of the answer, whole",
		        v == NULL ? "\"%s\" is missing" : "\"%s\" is not a text", key);
		return STR("");
	}
	return str_dup(r->a, str_bytes(json_string_value(v), json_string_length(v)));
}

static void
bad(struct reader *r, const char *key, const char *what)
{
	if (r->err == ERR_OK)
		r->err = diag_set(r->d, ERR_INVALID, NULL, "\"%s\" is not %s", key, what);
}

static int64_t
instant(struct reader *r, const char *key)
{
	int64_t at = 0;

	if (time_parse(text(r, key), &at) != ERR_OK)
		bad(r, key, "a time (RFC 3339)");
	return at;
}

static void
bytes32(struct reader *r, const char *key, unsigned char out[SHA256_BYTES])
{
	if (hex_parse(text(r, key), out, SHA256_BYTES) != ERR_OK)
		bad(r, key, "32 bytes in hex");
}

/* Names stand in signed lines: a line break in one could make two lines of it. */
static struct str
name(struct reader *r, const char *key, size_t max)
{
	struct str s = text(r, key);

	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20)
			bad(r, key, "a name");
	if (s.n == 0 || s.n > max)
		bad(r, key, "a name");
	return s;
}

static void
read_object(struct reader *r, struct receipt_facts *f, struct str *signature)
{
	enum { NAME_MAX_BYTES = 100, NUMBER_MAX_BYTES = 32 };

	f->programme = name(r, "programme", NAME_MAX_BYTES);
	f->case_number = name(r, "case", NUMBER_MAX_BYTES);
	f->received_utc_s = instant(r, "received_at");
	f->signed_utc_s = instant(r, "signed_at");
	bytes32(r, "content_sha256", f->content_sha256);
	bytes32(r, "policy", f->policy_sha256);
	bytes32(r, "case_key", f->case_key);
	if (base64_parse(r->a, text(r, "signature"), signature) != ERR_OK ||
	        signature->n != RECEIPT_SIGNATURE_BYTES)
		bad(r, "signature", "64 bytes in base64");
}

enum err
receipt_json_read(struct arena *a, struct str bytes, struct receipt_facts *facts,
        struct str *signature, struct diag *d)
{
	struct reader r = {.a = a, .d = d};
	struct receipt_facts f = {.received_utc_s = 0};
	struct str s;
	json_error_t why;
	json_t *json = json_loadb(bytes.p, bytes.n, JSON_REJECT_DUPLICATES, &why);
	const json_t *inner = json_object_get(json, "signed_receipt");

	if (json == NULL) {
		d->line = why.line > 0 ? (unsigned)why.line : 0;
		return diag_set(d, ERR_SYNTAX, NULL, "not JSON: %s", why.text);
	}
	r.object = json_is_object(inner) ? inner : json;
	read_object(&r, &f, &s);
	json_decref(json);
	if (r.err == ERR_OK) {
		*facts = f;
		*signature = s;
	}
	return r.err;
}
