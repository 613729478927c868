/* Bundles: headers of tar, and the signed statement. */
#include "seal/bundle.h"

#include "base/buf.h"
#include "base/time.h"

#include <sodium.h>
#include <stdio.h>

enum { STATEMENT_MAX = 1024 };

/* Where the fields stand. */
enum {
	AT_NAME = 0,
	AT_MODE = 100,
	AT_UID = 108,
	AT_GID = 116,
	AT_SIZE = 124,
	AT_MTIME = 136,
	AT_SUM = 148,
	AT_TYPE = 156,
	AT_MAGIC = 257,
	MAGIC_BYTES = 8,
	SUM_BYTES = 8,
};
static const char magic[MAGIC_BYTES + 1] = "ustar\00000";

static unsigned
sum_of(const unsigned char *block)
{
	unsigned sum = 0;

	for (int i = 0; i < BUNDLE_BLOCK; i++)
		sum += i >= AT_SUM && i < AT_SUM + SUM_BYTES ? ' ' : block[i];
	return sum;
}

static void
octal(unsigned char *at, int digits, uint64_t v)
{
	char text[24];

	snprintf(text, sizeof text, "%0*llo", digits, (unsigned long long)v);
	memcpy(at, text, (size_t)digits);
}

void
bundle_header(const char *name, uint64_t size, int64_t mtime_utc_s, unsigned char out[BUNDLE_BLOCK])
{
	if (strlen(name) > BUNDLE_NAME_MAX || size >= BUNDLE_SIZE_MAX)
		abort(); /* names are made here, and sizes bounded by the policy */
	memset(out, 0, BUNDLE_BLOCK);
	memcpy(out + AT_NAME, name, strlen(name));
	octal(out + AT_MODE, 7, 0600);
	octal(out + AT_UID, 7, 0);
	octal(out + AT_GID, 7, 0);
	octal(out + AT_SIZE, 11, size);
	octal(out + AT_MTIME, 11, mtime_utc_s > 0 ? (uint64_t)mtime_utc_s : 0);
	out[AT_TYPE] = '0';
	memcpy(out + AT_MAGIC, magic, MAGIC_BYTES);
	octal(out + AT_SUM, 6, sum_of(out));
	out[AT_SUM + 7] = ' ';
}

static bool
octal_read(const unsigned char *at, int digits, uint64_t *v)
{
	*v = 0;
	for (int i = 0; i < digits; i++) {
		if (at[i] < '0' || at[i] > '7')
			return false;
		*v = *v * 8 + (at[i] - (unsigned)'0');
	}
	return true;
}

enum err
bundle_header_read(
        const unsigned char block[BUNDLE_BLOCK], char name[BUNDLE_NAME_MAX + 1], uint64_t *size)
{
	unsigned char again[BUNDLE_BLOCK];
	char got[BUNDLE_NAME_MAX + 1];
	uint64_t bytes, mtime;

	if (sodium_is_zero(block, BUNDLE_BLOCK))
		return ERR_NOT_FOUND;
	if (!octal_read(block + AT_SIZE, 11, &bytes) || !octal_read(block + AT_MTIME, 11, &mtime) ||
	        bytes >= BUNDLE_SIZE_MAX || block[AT_NAME + BUNDLE_NAME_MAX] != 0)
		return ERR_SYNTAX;
	memcpy(got, block + AT_NAME, sizeof got);
	/* There is one way to write it: no bit can be another. */
	bundle_header(got, bytes, (int64_t)mtime, again);
	if (memcmp(again, block, sizeof again) != 0)
		return ERR_SYNTAX;
	memcpy(name, got, sizeof got);
	*size = bytes;
	return ERR_OK;
}

static void
statement(const struct bundle_facts *f, struct buf *out)
{
	char at[RFC3339_MAX], hex[2 * BUNDLE_SHA256_BYTES + 1];

	time_format(f->signed_utc_s, at);
	sodium_bin2hex(hex, sizeof hex, f->manifest_sha256, sizeof f->manifest_sha256);
	buf_init(out, STATEMENT_MAX);
	buf_z(out, "vdpd case bundle, version 1\n");
	buf_fmt(out, "programme: %.*s\n", STR_ARG(f->programme));
	buf_fmt(out, "case: %.*s\n", STR_ARG(f->case_number));
	buf_fmt(out, "signed: %s\n", at);
	buf_fmt(out, "manifest: %s\n", hex);
}

void
bundle_sign(const unsigned char secret[64], const struct bundle_facts *f,
        unsigned char signature[BUNDLE_SIGNATURE_BYTES])
{
	struct buf b;

	statement(f, &b);
	if (b.full)
		abort(); /* names are bounded where they are read */
	crypto_sign_detached(signature, NULL, (const unsigned char *)b.p, b.n, secret);
	buf_clear(&b);
}

enum err
bundle_verify(const unsigned char public[32], const struct bundle_facts *f,
        const unsigned char signature[BUNDLE_SIGNATURE_BYTES])
{
	struct buf b;
	bool good;

	statement(f, &b);
	good = !b.full &&
	       crypto_sign_verify_detached(signature, (const unsigned char *)b.p, b.n, public) == 0;
	buf_clear(&b);
	return good ? ERR_OK : ERR_FORGED;
}
