/* Hex, base64, base32. */
#include "base/id.h"

#include <sodium.h>

struct str
hex_str(struct arena *a, const void *p, size_t n)
{
	char *out = arena_array(a, n * 2 + 1, 1);

	sodium_bin2hex(out, n * 2 + 1, p, n);
	return (struct str){out, n * 2};
}

enum err
hex_parse(struct str s, void *out, size_t n)
{
	size_t got;
	const char *end;

	if (s.n != n * 2 || sodium_hex2bin(out, n, s.p, s.n, NULL, &got, &end) != 0 || got != n ||
	        end != s.p + s.n)
		return ERR_INVALID;
	return ERR_OK;
}

static struct str
base64_variant(struct arena *a, const void *p, size_t n, int variant)
{
	size_t size = sodium_base64_encoded_len(n, variant);
	char *out = arena_array(a, size, 1);

	sodium_bin2base64(out, size, p, n, variant);
	return str_of(out);
}

struct str
base64_str(struct arena *a, const void *p, size_t n)
{
	return base64_variant(a, p, n, sodium_base64_VARIANT_ORIGINAL);
}

struct str
base64url_str(struct arena *a, const void *p, size_t n)
{
	return base64_variant(a, p, n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

enum err
base64_parse(struct arena *a, struct str s, struct str *out)
{
	size_t max = s.n / 4 * 3 + 3, n;
	unsigned char *p = arena_array(a, max, 1);
	const char *end;
	static const int variants[] = {
	        sodium_base64_VARIANT_ORIGINAL,
	        sodium_base64_VARIANT_URLSAFE_NO_PADDING,
	};

	for (size_t i = 0; i < sizeof variants / sizeof variants[0]; i++) {
		if (sodium_base642bin(p, max, s.p, s.n, NULL, &n, &end, variants[i]) == 0 &&
		        end == s.p + s.n) {
			*out = str_bytes(p, n);
			return ERR_OK;
		}
	}
	return ERR_INVALID;
}

static const char alphabet32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

struct str
base32_str(struct arena *a, const void *p, size_t n)
{
	const unsigned char *in = p;
	size_t chars = (n * 8 + 4) / 5;
	char *out = arena_array(a, chars + 1, 1);
	unsigned bits = 0, held = 0;
	size_t i = 0, o = 0;

	while (o < chars) {
		if (held < 5) {
			bits = bits << 8 | (i < n ? in[i] : 0);
			i++;
			held += 8;
		}
		out[o++] = alphabet32[bits >> (held - 5) & 31];
		held -= 5;
		bits &= (1u << held) - 1;
	}
	return (struct str){out, chars};
}

static int
value32(char c)
{
	if (c >= 'a' && c <= 'z')
		return c - 'a';
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= '2' && c <= '7')
		return c - '2' + 26;
	return -1;
}

enum err
base32_parse(struct str s, void *out, size_t n)
{
	unsigned char *to = out;
	unsigned bits = 0, held = 0;
	size_t o = 0;

	for (size_t i = 0; i < s.n; i++) {
		int v;

		if (s.p[i] == '-' || s.p[i] == ' ')
			continue;
		v = value32(s.p[i]);
		if (v < 0)
			return ERR_INVALID;
		bits = bits << 5 | (unsigned)v;
		held += 5;
		if (held >= 8) {
			if (o == n)
				return ERR_INVALID;
			held -= 8;
			to[o++] = (unsigned char)(bits >> held);
			bits &= (1u << held) - 1;
		}
	}
	return o == n && held < 5 && bits == 0 ? ERR_OK : ERR_INVALID;
}

void
random_bytes(void *out, size_t n)
{
	randombytes_buf(out, n);
}
