/* A case as one file that stands for itself: a tar archive (POSIX.1-1988, ustar) of
 *
 *   CASE/manifest.json   which files follow, in this order, with size and SHA-256
 *   CASE/manifest.sig    {"signed_at", "signature"}: keyd's Ed25519 over the statement below
 *   CASE/case.json       the case as the staff API gives it, with its signed receipt
 *   CASE/files/N         its files; what they are called stands in the manifest
 *
 * Everything is written and read in one pass. */
#ifndef VDPD_SEAL_BUNDLE_H
#define VDPD_SEAL_BUNDLE_H

#include "base/str.h"

enum {
	BUNDLE_BLOCK = 512,
	BUNDLE_NAME_MAX = 99,
	BUNDLE_SHA256_BYTES = 32,
	BUNDLE_SIGNATURE_BYTES = 64,
};
#define BUNDLE_SIZE_MAX ((uint64_t)8 << 30) /* eleven octal digits */
#define BUNDLE_FORMAT   "vdpd case bundle 1"

/* The header of a file of SIZE bytes (less than BUNDLE_SIZE_MAX) called NAME. */
void bundle_header(
        const char *name, uint64_t size, int64_t mtime_utc_s, unsigned char out[BUNDLE_BLOCK]);
/* Its NAME and *SIZE. ERR_NOT_FOUND: the block is all zeroes, which ends the archive; ERR_SYNTAX:
 * no header of a plain file that bundle_header writes. */
enum err bundle_header_read(const unsigned char block[BUNDLE_BLOCK], char name[BUNDLE_NAME_MAX + 1],
        uint64_t *size) MUST_CHECK;

/* Zeroes behind SIZE bytes, to the next block. */
static inline size_t
bundle_padding(uint64_t size)
{
	return (size_t)((BUNDLE_BLOCK - size % BUNDLE_BLOCK) % BUNDLE_BLOCK);
}

/* What is signed: that this manifest was exported, not that what it lists is true. */
struct bundle_facts {
	struct str programme, case_number;
	int64_t signed_utc_s;
	unsigned char manifest_sha256[BUNDLE_SHA256_BYTES];
};

void bundle_sign(const unsigned char secret[64], const struct bundle_facts *f,
        unsigned char signature[BUNDLE_SIGNATURE_BYTES]);
/* ERR_FORGED if it is not the signature of the key PUBLIC. */
enum err bundle_verify(const unsigned char public[32], const struct bundle_facts *f,
        const unsigned char signature[BUNDLE_SIGNATURE_BYTES]) MUST_CHECK;

#endif
