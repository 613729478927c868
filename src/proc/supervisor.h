/* `vdpd serve`: one instance, all its processes. Holds no data: it opens files, makes sockets,
 * passes descriptors on, and watches. */
#ifndef VDPD_PROC_SUPERVISOR_H
#define VDPD_PROC_SUPERVISOR_H

#include "base/err.h"

#include <stdbool.h>

struct supervisor_options {
	const char *instance;      /* its directory */
	const char *public_listen; /* "ADDR:PORT"; NULL: as vdpd.yaml says */
	const char *desk_listen;
	bool no_limits;
	const char *libexec; /* the directory of the roles' executables, absolute */
	/* Told "READY=1", "STOPPING=1" … (sd_notify(3)). */
	void (*notify)(const char *state);
};

/* Serves until SIGTERM or SIGINT. Returns the exit code: 0 after a graceful stop; 1 where the start
 * failed or went wrong for good, after it was said on stderr. Blocks signals, changes directory and
 * user: for a process of its own. */
int supervisor_run(const struct supervisor_options *o);

#endif
