/* Web Key Directory (draft-koch-openpgp-webkey-service): where a mail program looks for the key of
 * an address. */
#ifndef VDPD_PUBLISH_WKD_H
#define VDPD_PUBLISH_WKD_H

#include "base/str.h"

enum { WKD_HASH_CHARS = 32 };

/* The z-base-32 text of the SHA-1 of LOCAL with its ASCII letters made small (section 3.1), and a
 * NUL. */
void wkd_hash(struct str local, char out[WKD_HASH_CHARS + 1]);

/* Both ways of section 3.1, in A. ADVANCED is what is asked of openpgpkey.DOMAIN, DIRECT of DOMAIN
 * itself; the key's path, and that of the policy file that stands beside (section 4.5). */
struct wkd_paths {
	struct str direct, direct_policy;
	struct str advanced, advanced_policy;
};
/* ERR_INVALID if EMAIL is no address. */
enum err wkd_paths_of(struct arena *a, struct str email, struct wkd_paths *out) MUST_CHECK;

#endif
