/* Credentials as text. */
#include "keyd/store/credential_text.h"

#include "base/id.h"

#include <sodium.h>

struct str
credential_new(struct arena *a, const char *prefix, unsigned char hash[CREDENTIAL_HASH_BYTES])
{
	unsigned char secret[32];
	struct str text;

	random_bytes(secret, sizeof secret);
	text = str_fmt(a, "%s%.*s", prefix, STR_ARG(base64url_str(a, secret, sizeof secret)));
	sodium_memzero(secret, sizeof secret);
	if (!credential_hash(text, prefix, hash))
		abort();
	return text;
}

bool
credential_hash(struct str text, const char *prefix, unsigned char hash[CREDENTIAL_HASH_BYTES])
{
	if (text.n != CREDENTIAL_CHARS || !str_starts(text, str_of(prefix)))
		return false;
	crypto_generichash(
	        hash, CREDENTIAL_HASH_BYTES, (const unsigned char *)text.p, text.n, NULL, 0);
	return true;
}
