/* Is a case's row what its events make it? */
#ifndef VDPD_CLI_ADMIN_FOLD_CHECK_H
#define VDPD_CLI_ADMIN_FOLD_CHECK_H

#include "cli/admin/cases.h"

/* Folds the events anew, computes the clocks by the policy that the case is pinned to, and compares
 * state, severity, times and every other column that is derived from them, as of NOW. ERR_INVALID
 * with D: case, column, what it says and what it should; ERR_STORE if the events are no case. */
enum err fold_check(const struct case_seen *c, int64_t now_utc_s, struct diag *d) MUST_CHECK;

/* Where nothing but the index of the clocks (next_clock, next_due, next_warn) differs, writes it
 * anew. ERR_INVALID: something else differs, or nothing; ERR_CONFLICT: the case has changed since
 * it was seen; else as tx_run. */
enum err fold_repair(const struct case_seen *c, int64_t now_utc_s) MUST_CHECK;

#endif
