/* Sealing anew, stretch by stretch, what stands under the old storage key: the wraps of all cases
 * and the capsules. Reports go on arriving meanwhile: what is computed is computed outside of any
 * transaction, and a row that changed since it was read is left to the next pass. */
#ifndef VDPD_CLI_ADMIN_REKEY_SWEEP_H
#define VDPD_CLI_ADMIN_REKEY_SWEEP_H

#include "cli/admin/progress.h"
#include "keyd/store/keyd_rekey.h"
#include "store/db.h"

struct rekey_swept {
	size_t cases_n, capsules_n; /* that open with the new key */
	size_t closed_n;            /* that open with neither */
};

/* Goes over everything until a whole pass has found nothing under the old key: only then *OUT is
 * set. GENTLE: others write; rest as long as you work. Errors with D. */
enum err rekey_sweep(struct db *db, const struct rekey_keys *keys, bool gentle,
        struct progress *progress, struct rekey_swept *out, struct diag *d) MUST_CHECK;

#endif
