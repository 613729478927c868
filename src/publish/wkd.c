/* Where the Web Key Directory has a key. */
#include "publish/wkd.h"

#include <nettle/sha1.h>

#define ROOT "/.well-known/openpgpkey"

void
wkd_hash(struct str local, char out[WKD_HASH_CHARS + 1])
{
	static const char alphabet[] = "ybndrfg8ejkmcpqxot1uwisza345h769";
	unsigned char digest[SHA1_DIGEST_SIZE];
	struct sha1_ctx sha;
	unsigned bits = 0, n = 0;
	size_t at = 0;

	sha1_init(&sha);
	for (size_t i = 0; i < local.n; i++) {
		char c = local.p[i];
		uint8_t small = (uint8_t)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);

		sha1_update(&sha, 1, &small);
	}
	sha1_digest(&sha, sizeof digest, digest);
	/* 160 bits are 32 groups of five, with nothing left over. */
	for (size_t i = 0; i < sizeof digest; i++) {
		bits = bits << 8 | digest[i];
		for (n += 8; n >= 5; n -= 5)
			out[at++] = alphabet[bits >> (n - 5) & 31];
	}
	out[at] = '\0';
}

enum err
wkd_paths_of(struct arena *a, struct str email, struct wkd_paths *out)
{
	size_t at = str_find(email, '@', 0);
	char hash[WKD_HASH_CHARS + 1];
	struct str domain;

	if (at == SIZE_MAX || at == 0 || at + 1 == email.n)
		return ERR_INVALID;
	domain = str_lower(a, str_sub(email, at + 1, SIZE_MAX));
	wkd_hash(str_sub(email, 0, at), hash);
	out->direct = str_fmt(a, ROOT "/hu/%s", hash);
	out->direct_policy = STR(ROOT "/policy");
	out->advanced = str_fmt(a, ROOT "/%.*s/hu/%s", STR_ARG(domain), hash);
	out->advanced_policy = str_fmt(a, ROOT "/%.*s/policy", STR_ARG(domain));
	return ERR_OK;
}
