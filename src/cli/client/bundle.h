/* Bundles of cases at the terminal. */
#ifndef VDPD_CLI_CLIENT_BUNDLE_H
#define VDPD_CLI_CLIENT_BUNDLE_H

#include "base/arena.h"
#include "cli/cli.h"

struct bundle_found {
	struct str programme, case_number;
	int64_t signed_utc_s;
	size_t files_n; /* with case.json */
	uint64_t bytes;
};

/* Checks the bundle FILE with the keys in KEY_FILE, offline and in one pass: the signature over its
 * manifest, and that it holds the files of the manifest, each with its size and hash, and nothing
 * else. Texts in A. ERR_FORGED, ERR_SYNTAX, ERR_IO, with D. */
enum err bundle_check(struct arena *a, const char *file, const char *key_file,
        struct bundle_found *out, struct diag *d) MUST_CHECK;

#endif
