/* What a restored keyd.db must forget: whoever was signed in, or invited, when it was backed up. */
#ifndef VDPD_KEYD_STORE_KEYD_RESTORED_H
#define VDPD_KEYD_STORE_KEYD_RESTORED_H

#include "base/str.h"

struct keyd_forgotten {
	int64_t sessions, invitations;
	int64_t numbers_skipped; /* of cases, this year: they may have been given after the backup
	                          */
};

/* Ends all sessions and open invitations, and leaves case numbers out, in DIR (keys/ of an instance
 * that nothing serves), after bringing the database to this program's version, and logs it:
 * "restored from a backup of MADE_AT". Errors as keyd_store_open, with D. */
enum err keyd_restored(const char *dir, int64_t now, int64_t made_at, struct keyd_forgotten *out,
        struct diag *d) MUST_CHECK;

#endif
