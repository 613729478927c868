/* Has anything of the instance that was entered been rewritten? For `audit verify`, and for what is
 * restored from a backup. */
#ifndef VDPD_CLI_ADMIN_AUDIT_CHECK_H
#define VDPD_CLI_ADMIN_AUDIT_CHECK_H

#include "policy/config.h"

struct audited {
	size_t cases_n, events_n, checkpoints_n;
	int64_t signed_upto; /* id of the last event under a signature; 0: none */
	int64_t last_event;  /* id of the newest */
	int64_t log_entries; /* of keyd */
};

/* Follows the chain of every case and of keyd's log, and compares them with the checkpoints that
 * keyd signed. Reads the databases of the working directory. ERR_FORGED with D: what does not fit,
 * and where; ERR_STORE and others with D. */
enum err audit_check(struct arena *a, const struct config *config, struct audited *out,
        struct diag *d) MUST_CHECK;

#endif
