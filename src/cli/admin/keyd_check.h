/* keyd's own records, read from its files, whether it runs or not. Apart from the checks of cases,
 * since both rooms have an actor of their own. */
#ifndef VDPD_CLI_ADMIN_KEYD_CHECK_H
#define VDPD_CLI_ADMIN_KEYD_CHECK_H

#include "store/job_store.h"

struct keyd_records {
	int64_t log_entries;
	struct checkpoint_row last; /* that keyd signed; event_id 0: none yet. id is 0 */
};

/* Follows the chain of keyd's log to its end. ERR_FORGED with D where it is broken; ERR_STORE. */
enum err keyd_check(
        struct arena *a, struct str programme, struct keyd_records *out, struct diag *d) MUST_CHECK;

/* ERR_INVALID with D unless all key files are there and belong together. */
enum err keyd_check_keys(struct diag *d) MUST_CHECK;

#endif
