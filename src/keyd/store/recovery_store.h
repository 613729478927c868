/* Recovery codes: each serves once in place of a code from the phone. */
#ifndef VDPD_KEYD_STORE_RECOVERY_STORE_H
#define VDPD_KEYD_STORE_RECOVERY_STORE_H

#include "base/secret.h"
#include "keyd/store/log_store.h"

/* Inside tx_run: ends PERSON_ID's codes and makes KEYD_RECOVERY_CODES new ones; their text as
 * protocol.h tells it, in A. Hashes are keyed with OWN. */
enum err recovery_renew(struct arena *a, struct db *db, const struct key *own, int64_t person_id,
        int64_t now, struct str *codes) MUST_CHECK;

/* True if TEXT has the form of a recovery code, in any letter case, with or without hyphens and
 * spaces. */
bool recovery_plausible(struct str text);

/* Inside tx_run: uses the code TEXT of PERSON_ID up. ERR_AUTH if it is none, or was used. */
enum err recovery_use(struct db *db, const struct key *own, int64_t person_id, struct str text,
        int64_t now) MUST_CHECK;

/* How many of PERSON_ID's codes have not been used. */
enum err recovery_left(struct db *db, int64_t person_id, int64_t *n) MUST_CHECK;

#endif
