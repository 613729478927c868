/* A nursery of workers with channels of their own: begins them, reaps them; and such a worker. */
#include "proc/nursery.h"

#include "base/log.h"
#include "proc/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* The kernel holds who sends descriptors to this number too, counting all that are on their way
 * between processes of the same user. */
enum { WORKER_FILES = 512, REAP_MS = 500 };

struct worker_nursery {
	const struct worker_kind *kind;
	pid_t live[NURSERY_WORKERS_MAX];
	size_t n;
	bool spent;
};

struct worker_nursery *
worker_nursery_new(const struct worker_kind *kind)
{
	struct worker_nursery *n = calloc(1, sizeof *n);

	if (n == NULL)
		abort();
	n->kind = kind;
	return n;
}

void
worker_nursery_free(struct worker_nursery *n)
{
	free(n);
}

/* ---- The worker ---- */

static _Noreturn void
fail(const char *what)
{
	log_error("worker_start", "why", what);
	_exit(1);
}

/* CHANNEL becomes 0 and those of KEEP 3, 4 …; all else is closed. 1 and 2 are taken by something
 * that no line of a log can be written to, so that no file of a sender gets their numbers. */
static struct fds
arrange(int channel, const struct fds *keep)
{
	struct fds safe = *keep, kept = {.n = keep->n};
	int nothing;

	channel = fcntl(channel, F_DUPFD_CLOEXEC, 20);
	for (size_t i = 0; i < keep->n; i++)
		safe.fd[i] = fcntl(keep->fd[i], F_DUPFD_CLOEXEC, 20);
	if (channel < 0 || dup2(channel, 0) < 0)
		fail("descriptors");
	for (size_t i = 0; i < keep->n; i++) {
		kept.fd[i] = 3 + (int)i;
		if (safe.fd[i] < 0 || dup2(safe.fd[i], kept.fd[i]) < 0)
			fail("descriptors");
	}
	nothing = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (nothing < 0 || dup2(nothing, 1) < 0)
		fail("descriptors");
#ifndef VDPD_ASAN
	/* Its reports go to stderr. */
	if (dup2(nothing, 2) < 0)
		fail("descriptors");
#endif
	if (close_range(3 + (unsigned)keep->n, ~0u, 0) != 0)
		fail("descriptors");
	return kept;
}

_Noreturn void
worker_main(
        const struct worker_kind *kind, int channel_fd, enum role_id role, const struct fds *keep)
{
	const struct rlimit output = {kind->file_bytes, kind->file_bytes};
	const struct worker_limits limits = {.memory_bytes = kind->memory_bytes,
	        .cpu_s = kind->cpu_s,
	        .time_s = kind->life_s,
	        .files_max = WORKER_FILES,
	        .channel = true};
	struct fds kept = arrange(channel_fd, keep);
	struct channel_server *s;

	if (kind->begin != NULL)
		kind->begin(kind->state, &kept);
	s = channel_server_new(kind->requests, kind->requests_n, kind->state);
	if (setrlimit(RLIMIT_FSIZE, &output) != 0 || channel_server_add(s, 0, role) != ERR_OK ||
	        sandbox_enter_worker(&limits) != ERR_OK)
		_exit(1);
	while (channel_server_peers(s) > 0 && channel_server_requests(s) < WORKER_ITEMS_MAX) {
		if (channel_server_step(s, -1) != ERR_OK)
			_exit(1);
	}
	_exit(0);
}

/* ---- The nursery ---- */

/* A worker that ran out of its life (SIGALRM) was idle, or its asker's patience ended first. */
static void
judge(struct worker_nursery *n, int status)
{
	char number[16];

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
		return;
	snprintf(number, sizeof number, "%d",
	        WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	log_error("worker_died", WIFSIGNALED(status) ? "signal" : "exit", number);
	n->spent = true;
}

static void
reap(struct worker_nursery *n)
{
	for (size_t i = n->n; i-- > 0;) {
		int status;
		pid_t pid = waitpid(n->live[i], &status, WNOHANG);

		if (pid == 0 || (pid < 0 && errno == EINTR))
			continue;
		n->live[i] = n->live[--n->n];
		if (pid > 0)
			judge(n, status);
	}
}

bool
worker_nursery_spent(struct worker_nursery *n)
{
	reap(n);
	return n->spent;
}

int
worker_nursery_wait_ms(const struct worker_nursery *n)
{
	return n->n > 0 ? REAP_MS : -1;
}

static enum err
begin_worker(void *state, struct request *r, struct cursor *in, struct buf *out)
{
	struct worker_nursery *n = state;
	const struct worker_kind *kind = n->kind;
	enum role_id asker = (enum role_id)request_peer(r)->role;
	struct fds keep = {.n = 0};
	int pair[2];
	pid_t pid = -1;
	enum err e;

	(void)out;
	if (!cursor_done(in))
		return ERR_SYNTAX;
	reap(n);
	/* Its successor will: who asks waits for it, or asks again. */
	if (n->spent)
		return ERR_PEER;
	if (n->n == NURSERY_WORKERS_MAX)
		return ERR_BUSY;
	e = kind->before != NULL ? kind->before(kind->state, asker, &keep) : ERR_OK;
	if (e != ERR_OK)
		return e;
	if (keep.n > WORKER_FDS_MAX)
		abort();
	e = packet_pair(pair);
	if (e == ERR_OK) {
		pid = fork();
		if (pid == 0)
			worker_main(kind, pair[1], asker, &keep);
		close(pair[1]);
		if (pid > 0) {
			n->live[n->n++] = pid;
			request_give_fd(r, pair[0]);
		} else {
			close(pair[0]);
			e = ERR_BUSY;
		}
	}
	fds_close(&keep);
	return e;
}

const struct request_type worker_nursery_requests[] = {
        [NURSERY_WORKER] = {"worker", begin_worker,
                1u << ROLE_COURIER | 1u << ROLE_DESK | 1u << ROLE_PGP, 0},
};
const size_t worker_nursery_requests_n =
        sizeof worker_nursery_requests / sizeof worker_nursery_requests[0];
