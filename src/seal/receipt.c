/* Receipt codes, and the signed statement. */
#include "seal/receipt.h"

#include "base/time.h"

#include <sodium.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

static void
code_from_bytes(const unsigned char b[KEY_BYTES], struct receipt_code *code)
{
	for (size_t i = 0; i < RECEIPT_CODE_CHARS; i++)
		code->c[i] = alphabet[b[i] & 31];
}

void
receipt_code_random(struct receipt_code *code)
{
	struct key k;

	key_random(&k);
	code_from_bytes(k.b, code);
	key_wipe(&k);
}

void
receipt_code_repeatable(const struct key *server_key, struct str idempotency_key,
        const unsigned char body_sha256[SHA256_BYTES], struct receipt_code *code)
{
	struct key k;
	struct buf b;

	buf_init(&b, idempotency_key.n + 64); /* cut short, many keys would be one */
	buf_block(&b, idempotency_key);
	buf_add(&b, body_sha256, SHA256_BYTES);
	key_derive(server_key, "receipt code", buf_view(&b), &k);
	code_from_bytes(k.b, code);
	key_wipe(&k);
	buf_clear(&b);
}

void
receipt_code_wipe(struct receipt_code *code)
{
	sodium_memzero(code, sizeof *code);
}

static void
code_derive(const struct receipt_code *code, const char *label, struct key *out)
{
	struct key k = {{0}};

	memcpy(k.b, code->c, RECEIPT_CODE_CHARS);
	key_derive(&k, label, STR(""), out);
	key_wipe(&k);
}

void
receipt_code_hash(const struct receipt_code *code, unsigned char out[RECEIPT_HASH_BYTES])
{
	struct key k;

	code_derive(code, "receipt hash", &k);
	memcpy(out, k.b, RECEIPT_HASH_BYTES);
}

void
receipt_code_key(const struct receipt_code *code, struct key *out)
{
	code_derive(code, "receipt wrap", out);
}

struct str
receipt_text(struct arena *a, struct str case_number, const struct receipt_code *code)
{
	const char *c = code->c;

	return str_fmt(a, "%.*s-%.5s-%.5s-%.5s-%.5s-%.6s", STR_ARG(case_number), c, c + 5, c + 10,
	        c + 15, c + 20);
}

static char
code_char(char c)
{
	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	return memchr(alphabet, c, sizeof alphabet - 1) != NULL ? c : '\0';
}

static bool
is_separator(char c)
{
	return c == '-' || c == ' ';
}

enum err
receipt_parse(struct str text, struct str *case_number, struct receipt_code *code)
{
	struct str rest = str_trim(text);
	size_t left = RECEIPT_CODE_CHARS;
	struct receipt_code got;

	while (left > 0 && rest.n > 0) {
		char c = rest.p[--rest.n];

		if (is_separator(c))
			continue;
		c = code_char(c);
		if (c == '\0')
			return ERR_INVALID;
		got.c[--left] = c;
	}
	if (left > 0 || (rest.n > 0 && !is_separator(rest.p[rest.n - 1])))
		return ERR_INVALID;
	while (rest.n > 0 && is_separator(rest.p[rest.n - 1]))
		rest.n--;
	*case_number = rest;
	*code = got;
	receipt_code_wipe(&got);
	return ERR_OK;
}

static void
line_hex(struct buf *out, const char *name, const unsigned char *p, size_t n)
{
	char hex[2 * SHA256_BYTES + 1];

	sodium_bin2hex(hex, sizeof hex, p, n);
	buf_fmt(out, "%s: %s\n", name, hex);
}

void
receipt_statement(const struct receipt_facts *f, struct buf *out)
{
	char received[RFC3339_MAX], signed_at[RFC3339_MAX];

	time_format(f->received_utc_s, received);
	time_format(f->signed_utc_s, signed_at);
	buf_z(out, "vdpd receipt, version 1\n");
	buf_fmt(out, "programme: %.*s\n", STR_ARG(f->programme));
	buf_fmt(out, "case: %.*s\n", STR_ARG(f->case_number));
	buf_fmt(out, "received: %s\n", received);
	buf_fmt(out, "signed: %s\n", signed_at);
	line_hex(out, "content-sha256", f->content_sha256, SHA256_BYTES);
	line_hex(out, "policy-sha256", f->policy_sha256, SHA256_BYTES);
	line_hex(out, "case-key", f->case_key, sizeof f->case_key);
}

/* A slice that could break a line would let two different facts have the same bytes. */
static bool
facts_are_plain(const struct receipt_facts *f)
{
	return str_find(f->programme, '\n', 0) == SIZE_MAX &&
	       str_find(f->case_number, '\n', 0) == SIZE_MAX;
}

void
receipt_sign(const unsigned char signing_secret[64], const struct receipt_facts *f,
        unsigned char signature[RECEIPT_SIGNATURE_BYTES])
{
	struct buf b;

	buf_init(&b, RECEIPT_STATEMENT_MAX);
	receipt_statement(f, &b);
	if (b.full || !facts_are_plain(f))
		abort(); /* names and numbers are checked where they enter */
	crypto_sign_detached(signature, NULL, (const unsigned char *)b.p, b.n, signing_secret);
	buf_clear(&b);
}

enum err
receipt_verify(const unsigned char signing_public[SIGNING_PUBLIC_BYTES],
        const struct receipt_facts *f, struct str signature)
{
	struct buf b;
	bool good;

	if (signature.n != RECEIPT_SIGNATURE_BYTES || !facts_are_plain(f))
		return ERR_FORGED;
	buf_init(&b, RECEIPT_STATEMENT_MAX);
	receipt_statement(f, &b);
	good = !b.full && crypto_sign_verify_detached((const unsigned char *)signature.p,
	                          (const unsigned char *)b.p, b.n, signing_public) == 0;
	buf_clear(&b);
	return good ? ERR_OK : ERR_FORGED;
}
