/* The recipe of a role. Its main, in src/main/vdpd-NAME.c:
 *
 *	struct role *r = role_start(ROLE_DESK);              everything is handed over now
 *	… open databases (role_dir), read the policy (role_fd), build tables; no threads yet …
 *	role_sandbox(r, &spec);                              from here on nothing can be opened
 *	… start threads …
 *	role_ready(r);
 *	role_run(r, &hooks, &state);                         returns when the supervisor says STOP
 *	… stop accepting, finish what is begun …
 *	role_exit(0);
 *
 * What goes wrong before role_ready and starting again would not mend (a damaged database, a wrong
 * key) ends with role_fail: the supervisor stops everything with its message. Any other exit is
 * answered by starting the role again. The standard signals are ignored in a role: its end comes
 * from the supervisor, or with it. */
#ifndef VDPD_PROC_ROLE_H
#define VDPD_PROC_ROLE_H

#include "proc/channel.h"
#include "proc/control.h"
#include "proc/sandbox.h"

#include <stdnoreturn.h>

struct role;

/* Names the log, takes everything up to GO from the control socket, sets the test clock. Logs and
 * exits where that fails. One for each process; never freed. */
struct role *role_start(enum role_id self);

/* What is in SLOT: the caller's now, to close (or to give on). Aborts if the slot is empty or was
 * taken: the supervisor's table and the role disagree. */
int role_fd(struct role *r, enum slot slot);
/* False where the supervisor did not give it (SLOT_TEST_CLOCK outside test builds;
 * SLOT_SMTP_PASSWORD and SLOT_LMTP_LISTENER, as the configuration is; SLOT_PUBLIC_KEYS,
 * SLOT_SERVER_KEY where the instance has no such file). */
bool role_has(const struct role *r, enum slot slot);

/* A path for what is in a directory's SLOT: "/proc/self/fd/7". The directory
 * stays open until role_sandbox closes it. */
enum { ROLE_DIR_MAX = 32 };
void role_dir(struct role *r, enum slot slot, char out[ROLE_DIR_MAX]);

/* The channels of a slot from SLOT_TO_SUPERVISOR to SLOT_TO_PGP; kept up to date by role_run.
 * Threads may use it; empty (callers wait) until the peer is there. */
struct channel_pool *role_pool(struct role *r, enum slot slot);

/* serve --no-limits. */
bool role_no_limits(const struct role *r);

/* Enters the sandbox, or where the configuration says `sandbox: off` logs that. A kernel that
 * cannot is role_fail. */
void role_sandbox(struct role *r, const struct sandbox_spec *spec);

/* The role serves now. */
void role_ready(struct role *r);

/* What role_run calls, in its thread; each may be NULL. FD is the callee's. */
struct role_hooks {
	void (*policy)(void *arg, int fd);                      /* SIGHUP: the new policy file */
	void (*asked_by)(void *arg, enum role_id peer, int fd); /* a channel to answer on */
};

/* Handles the control socket until STOP, or until the supervisor is gone. Channels to answer on
 * that came before role_ready are given to `asked_by` first. Pools are refilled. */
void role_run(struct role *r, const struct role_hooks *hooks, void *arg);

/* The same in pieces, for a role that has one loop of its own: role_open gives what came before;
 * role_step handles one packet (the socket role_control_fd can be read) and returns false at STOP.
 */
void role_open(struct role *r, const struct role_hooks *hooks, void *arg);
int role_control_fd(const struct role *r);
bool role_step(struct role *r, const struct role_hooks *hooks, void *arg) MUST_CHECK;

/* Ends the process at once: no destructors, no leak check in a sandbox that forbids it. */
noreturn void role_exit(int code);

/* Logs D as what=start_failed, tells the supervisor (not to try again) and ends the process. */
noreturn void role_fail(struct role *r, const struct diag *d);

#endif
