/* The files of a change of the storage key. The new key is first kept beside the old one, as
 * storage.key.next; while that file is there, both open (secrets_read), and whoever stopped in the
 * middle goes on from there. */
#ifndef VDPD_KEYD_STORE_KEYD_REKEY_H
#define VDPD_KEYD_STORE_KEYD_REKEY_H

#include "base/secret.h"
#include "keyd/client/public_keys.h"

#define STORAGE_KEY_NEXT "storage.key.next"

struct rekey_pair {
	struct key secret;
	unsigned char public_half[32];
};

struct rekey_keys {
	struct rekey_pair old, new;
	bool resumed; /* the new key was there already */
};

/* Reads the old key of DIR and makes the new one, durably, or finds it. Errors with D. Wipe it. */
enum err rekey_begin(const char *dir, struct rekey_keys *out, struct diag *d) MUST_CHECK;
/* Logs it in keyd.db, while no keyd runs. Errors with D. */
enum err rekey_log(
        const char *dir, const struct rekey_keys *k, int64_t now, struct diag *d) MUST_CHECK;
/* Puts the new key in the place of the old one, whose bytes are overwritten. Everything must be
 * sealed anew before. Errors with D. */
enum err rekey_replace(const char *dir, const struct rekey_keys *k, struct diag *d) MUST_CHECK;

#endif
