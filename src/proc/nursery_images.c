/* The answers of the nursery of pictures: a worker for each. */
#include "proc/nursery.h"

#include "base/log.h"
#include "proc/control.h"
#include "proc/image.h"
#include "proc/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORKER_CPU_S = 5 };

/* What a worker's exit code says. */
static const enum err results[] = {ERR_OK, ERR_INVALID, ERR_TOO_LARGE, ERR_IO, ERR_UNSUPPORTED};
enum { RESULTS = sizeof results / sizeof results[0] };

static _Noreturn void
work(int in, int out, unsigned time_s)
{
	const struct rlimit output = {IMAGE_OUTPUT_MAX, IMAGE_OUTPUT_MAX};
	const struct worker_limits limits = {
	        .memory_bytes = IMAGE_MEMORY_MAX, .cpu_s = WORKER_CPU_S, .time_s = time_s};
	enum err e = ERR_OK;
#ifdef VDPD_ASAN
	const unsigned first_closed = 3; /* its reports go to stderr */
#else
	const unsigned first_closed = 2;
#endif

	/* Away from 0 and 1, so that neither is overwritten before it was copied. */
	in = fcntl(in, F_DUPFD_CLOEXEC, 10);
	out = fcntl(out, F_DUPFD_CLOEXEC, 10);
	if (in < 0 || out < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 ||
	        close_range(first_closed, ~0u, 0) != 0 ||
	        prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 ||
	        setrlimit(RLIMIT_FSIZE, &output) != 0)
		e = ERR_IO;
	if (e == ERR_OK)
		e = sandbox_enter_worker(&limits);
	if (e == ERR_OK)
		e = image_redraw(0, 1);
	for (int i = 0; i < RESULTS; i++) {
		if (results[i] == e)
			_exit(i);
	}
	_exit(1);
}

static enum err
verdict(struct nursery *n, int status)
{
	char number[16];

	if (WIFEXITED(status) && WEXITSTATUS(status) < RESULTS)
		return results[WEXITSTATUS(status)];
	n->spent = true;
	if (WIFSIGNALED(status)) {
		int by = WTERMSIG(status);

		snprintf(number, sizeof number, "%d", by);
		log_error("worker_died", "signal", number);
		return by == SIGALRM || by == SIGKILL || by == SIGXFSZ ? ERR_TOO_LARGE
		                                                       : ERR_INVALID;
	}
	snprintf(number, sizeof number, "%d", WEXITSTATUS(status));
	log_error("worker_died", "exit", number);
	return ERR_INVALID;
}

static enum err
image(void *state, struct request *r, struct cursor *in, struct buf *out)
{
	struct nursery *n = state;
	int from = request_take_fd(r, 0), to = request_take_fd(r, 1), status = 0;
	enum err e = ERR_OK;
	pid_t pid;

	(void)out;
	if (!cursor_done(in)) {
		e = ERR_SYNTAX;
	} else {
		pid = fork();
		if (pid == 0)
			work(from, to, n->worker_time_s);
		if (pid < 0)
			e = ERR_IO;
		/* The worker's alarm bounds the wait. */
		while (e == ERR_OK && waitpid(pid, &status, 0) < 0) {
			if (errno != EINTR)
				e = ERR_IO;
		}
	}
	close(from);
	close(to);
	return e == ERR_OK ? verdict(n, status) : e;
}

const struct request_type nursery_requests[] = {
        [NURSERY_IMAGE] = {"image", image, 1u << ROLE_DESK | 1u << ROLE_COURIER, 2},
};
const size_t nursery_requests_n = sizeof nursery_requests / sizeof nursery_requests[0];
