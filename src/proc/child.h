/* A role's process as the supervisor sees it. */
#ifndef VDPD_PROC_CHILD_H
#define VDPD_PROC_CHILD_H

#include "proc/control.h"
#include "proc/packet.h"

#include <sys/types.h>

enum child_state {
	CHILD_NONE,     /* not wanted, or ended for good */
	CHILD_DOWN,     /* will be started at restart_at_ms */
	CHILD_STARTING, /* executed, not READY yet */
	CHILD_READY,
};

struct child {
	enum role_id role;
	enum child_state state;
	pid_t pid;
	int control;           /* our end of its control socket; -1 */
	bool stopping;         /* STOP was sent */
	int64_t started_ms;    /* monotonic */
	int64_t restart_at_ms; /* of CHILD_DOWN */
	unsigned early_deaths; /* in a row, before READY, each within EARLY_MS of its start */
	unsigned delay_ms;     /* before the next start */
};

enum {
	EARLY_MS = 10000,
	EARLY_DEATHS_MAX = 5, /* then there is no use in trying again */
	DELAY_FIRST_MS = 100,
	DELAY_MAX_MS = 5000,
};

/* Executes PATH as C's role with a new control socket; it waits for GO. ERR_IO. */
enum err child_spawn(struct child *c, const char *path) MUST_CHECK;

/* Sends one control message; FDS may be NULL. A child that does not take it is killed. */
void child_send(struct child *c, const struct buf *packet, const struct fds *fds);
/* GIVE; the descriptors are copied, not taken. */
void child_give(struct child *c, enum slot slot, enum role_id role, const struct fds *fds);
void child_go(struct child *c, uint32_t flags);
void child_stop(struct child *c);
void child_kill(struct child *c);

/* What the child said: CONTROL_READY, or CONTROL_FAILED with its text in WHY (SIZE bytes). ERR_PEER
 * if it closed the socket or said anything else. */
enum err child_receive(struct child *c, enum control_type *type, char *why, size_t size) MUST_CHECK;

/* The child has ended: notes when to start it again. False if it is not worth it. */
bool child_ended(struct child *c, int64_t now_ms);

#endif
