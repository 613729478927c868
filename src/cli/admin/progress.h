/* How far a long command has come, on stderr: a bar on a terminal, a plain line each tenth
 * elsewhere. */
#ifndef VDPD_CLI_ADMIN_PROGRESS_H
#define VDPD_CLI_ADMIN_PROGRESS_H

#include "base/str.h"

struct progress {
	const char *what;     /* "backup" */
	uint64_t total, done; /* bytes */
	bool terminal, quiet;
	unsigned shown; /* per cent that stand there */
	int64_t at_ms;
};

/* TOTAL: an estimate will do. QUIET: nothing is shown. */
void progress_begin(struct progress *p, const char *what, uint64_t total, bool quiet);
/* N bytes more are done. */
void progress_add(struct progress *p, uint64_t n);
/* Takes the bar away; nothing on other outputs. Again does nothing. */
void progress_end(struct progress *p);

#endif
