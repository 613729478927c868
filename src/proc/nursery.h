/* Nurseries: a nursery forks workers for hostile bytes. A single thread that parses nothing itself;
 * after a worker died by a signal it ends and is started anew, since forks share their memory
 * layout. One nursery for each set of libraries:
 *
 *	pictures (vdpd-nursery)   a worker for each, whose answer is the nursery's: NURSERY_IMAGE
 *	mail (vdpd-mime), OpenPGP (vdpd-pgp)   NURSERY_WORKER: a worker for one sender, with a
 *	                                       channel of its own, on which it answers requests
 */
#ifndef VDPD_PROC_NURSERY_H
#define VDPD_PROC_NURSERY_H

#include "proc/control.h"
#include "proc/server.h"

enum nursery_request { NURSERY_IMAGE, NURSERY_WORKER };

/* Has the picture (PNG or JPEG) that is read from IN_FD, from where it stands to its end, drawn
 * anew as a PNG without metadata into OUT_FD, whose mode and position the caller chose (a memfd,
 * say). NURSERY is role_pool(r, SLOT_TO_NURSERY). ERR_INVALID if it is no such picture, or harmful
 * to the worker; ERR_TOO_LARGE over the limits of proc/image.h or of time; ERR_PEER, ERR_BUSY,
 * ERR_IO. After an error what OUT_FD holds is of no use. */
enum err nursery_image(
        struct channel_pool *nursery, int in_fd, int out_fd, int timeout_ms) MUST_CHECK;

/* ---- Asking a worker ---- */

enum { WORKER_ITEMS_MAX = 16 };

/* Workers of one nursery for one sender, one at a time. Not for use by two threads at once. */
struct worker;

/* NURSERY is role_pool(r, SLOT_TO_MIME) or SLOT_TO_PGP. No worker is begun before the first call.
 */
struct worker *worker_new(struct channel_pool *nursery);
/* A worker that is there already: FD is its channel, taken over. It has no successor: once it is
 * gone every call is ERR_PEER. */
struct worker *worker_of(int fd);
/* Workers of KIND (see below), which must outlive it, each a fork of this process: for a command
 * that has no nursery. They are not waited for: ignore SIGCHLD. */
struct worker_kind;
struct worker *worker_fork(const struct worker_kind *kind, enum role_id asker);
/* Ends the worker that is there; the next call begins another, as far as it has a successor. */
void worker_end(struct worker *w);
/* Ends the worker and frees W. NULL allowed. */
void worker_free(struct worker *w);

/* As channel_call_fds, of the worker. One is begun where none is there, or the last had its
 * WORKER_ITEMS_MAX items or ended while it was idle. ERR_INVALID where the worker died of the
 * request, or broke the protocol: the same bytes would kill its successor. ERR_TOO_LARGE where it
 * had no answer in time; it is given up. ERR_BUSY, ERR_PEER where no worker could be begun. */
enum err worker_call(struct worker *w, uint32_t type, const struct buf *request,
        const struct fds *send, struct buf *reply, struct fds *got, int timeout_ms) MUST_CHECK;

/* ---- A nursery of pictures ---- */

struct nursery {
	unsigned worker_time_s; /* until a worker is ended */
	bool spent;             /* a worker died by a signal: answer what was begun, then end */
};

extern const struct request_type nursery_requests[];
extern const size_t nursery_requests_n;

/* ---- A nursery of workers with channels ---- */

enum { NURSERY_WORKERS_MAX = 32, WORKER_FDS_MAX = 4 };

/* What its workers are. */
struct worker_kind {
	/* What a worker answers, with STATE for its handlers (a copy: the worker is a fork). Its
	 * peers are of the role that asked the nursery for it. */
	const struct request_type *requests;
	size_t requests_n;
	void *state;

	uint64_t memory_bytes; /* of address space */
	uint64_t file_bytes;   /* the most that it may make a file grow to */
	unsigned cpu_s;        /* of processor time, over all its items */
	unsigned life_s;       /* in all; an idle one that ends so is no reason to begin anew */

	/* In the nursery, before each fork; may be NULL. What it puts into *KEEP (at most
	 * WORKER_FDS_MAX, closed by the nursery after the fork) the worker has too. An error is
	 * the answer to who asked. */
	enum err (*before)(void *state, enum role_id asker, struct fds *keep);
	/* In the worker, before its sandbox; may be NULL. KEPT are those descriptors, under the
	 * numbers that they have now. */
	void (*begin)(void *state, const struct fds *kept);
};

struct worker_nursery;

/* A nursery of workers of KIND, which must outlive it; in a sandbox with SANDBOX_FORK and
 * SANDBOX_WORKERS. */
struct worker_nursery *worker_nursery_new(const struct worker_kind *kind);
void worker_nursery_free(struct worker_nursery *n);
/* Reaps workers that ended. True once one died by a signal: the nursery is to end (its other
 * workers live on as long as their channels). Call it after each channel_server_step; give that
 * worker_nursery_wait_ms. */
bool worker_nursery_spent(struct worker_nursery *n);
int worker_nursery_wait_ms(const struct worker_nursery *n);

/* The nursery's own table; the state is a struct worker_nursery. */
extern const struct request_type worker_nursery_requests[];
extern const size_t worker_nursery_requests_n;

/* Does one worker's work in this process: for `vdpd mail inspect`, whose worker is a fork of its
 * own. CHANNEL_FD is answered on as of peer ROLE, within the sandbox of KIND; never returns. */
_Noreturn void worker_main(
        const struct worker_kind *kind, int channel_fd, enum role_id role, const struct fds *keep);

#endif
