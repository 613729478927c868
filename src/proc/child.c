/* Starting a role, speaking to it, and how long to wait after its death. */
#include "proc/child.h"

#include "base/time.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

/* The environment of a role: nothing of the supervisor's, but in test builds, whose hooks are
 * switched by variables. UTC0: so that no library looks for a file of time zones. */
static char *const *
environment(void)
{
	static char utc[] = "TZ=UTC0", lang[] = "LANG=C.UTF-8";
	static char *const fixed[] = {utc, lang, NULL};

#ifdef VDPD_TEST
	if (putenv(utc) == 0)
		return environ;
#endif
	return fixed;
}

static _Noreturn void
execute(const char *path, int control, pid_t parent)
{
	char *const argv[] = {(char *)(uintptr_t)path, NULL};
	sigset_t none;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	sigemptyset(&none);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || getppid() != parent)
		_exit(1);
	/* A group of its own: the terminal's Ctrl-C is for the supervisor. */
	if (setpgid(0, 0) != 0 || null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	        dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
		_exit(1);
	if (control == CONTROL_FD ? fcntl(control, F_SETFD, 0) < 0 : dup2(control, CONTROL_FD) < 0)
		_exit(1);
	if (close_range(CONTROL_FD + 1, ~0u, 0) != 0 || chdir("/") != 0 ||
	        sigprocmask(SIG_SETMASK, &none, NULL) != 0)
		_exit(1);
	execve(path, argv, environment());
	_exit(127);
}

enum err
child_spawn(struct child *c, const char *path)
{
	pid_t self = getpid(), pid;
	int pair[2];

	if (packet_pair(pair) != ERR_OK)
		return ERR_IO;
	pid = fork();
	if (pid == 0)
		execute(path, pair[1], self);
	close(pair[1]);
	if (pid < 0) {
		close(pair[0]);
		return ERR_IO;
	}
	c->state = CHILD_STARTING;
	c->pid = pid;
	c->control = pair[0];
	c->stopping = false;
	c->started_ms = now_mono_ms();
	return ERR_OK;
}

void
child_kill(struct child *c)
{
	kill(c->pid, SIGKILL);
}

void
child_send(struct child *c, const struct buf *packet, const struct fds *fds)
{
	enum err e = packet_send(c->control, buf_view(packet), fds);

	/* Gone already: its end will be reported. Not reading: of no use. */
	if (e != ERR_OK && e != ERR_PEER)
		child_kill(c);
}

void
child_give(struct child *c, enum slot slot, enum role_id role, const struct fds *fds)
{
	struct control_give m = {slot, role};
	struct buf b;

	buf_init(&b, 64);
	control_head(&b, CONTROL_GIVE);
	control_give_pack(&b, &m);
	child_send(c, &b, fds);
	buf_clear(&b);
}

void
child_go(struct child *c, uint32_t flags)
{
	struct buf b;

	buf_init(&b, 64);
	control_head(&b, CONTROL_GO);
	buf_u32(&b, flags);
	child_send(c, &b, NULL);
	buf_clear(&b);
}

void
child_stop(struct child *c)
{
	struct buf b;

	c->stopping = true;
	buf_init(&b, 64);
	control_head(&b, CONTROL_STOP);
	child_send(c, &b, NULL);
	buf_clear(&b);
}

enum err
child_receive(struct child *c, enum control_type *type, char *why, size_t size)
{
	char *packet = malloc(CHANNEL_MAX);
	struct cursor in;
	struct str text = {NULL, 0};
	size_t n;
	enum err e;

	if (packet == NULL)
		abort();
	e = packet_receive(c->control, packet, &n, NULL, 0);
	if (e == ERR_OK) {
		enum control_type t;

		in = (struct cursor){.rest = {packet, n}};
		if (!control_head_unpack(&in, &t) || (t != CONTROL_READY && t != CONTROL_FAILED))
			e = ERR_PEER;
		else if (t == CONTROL_FAILED)
			text = cursor_block(&in, 1000);
		if (e == ERR_OK && !cursor_done(&in))
			e = ERR_PEER;
		if (e == ERR_OK) {
			*type = t;
			snprintf(why, size, "%.*s", STR_ARG(text));
		}
	}
	free(packet);
	return e;
}

bool
child_ended(struct child *c, int64_t now_ms)
{
	bool early = c->state == CHILD_STARTING && now_ms - c->started_ms < EARLY_MS;
	bool steady = c->state == CHILD_READY && now_ms - c->started_ms >= EARLY_MS;

	c->early_deaths = early ? c->early_deaths + 1 : 0;
	if (steady || c->delay_ms == 0)
		c->delay_ms = DELAY_FIRST_MS;
	c->state = CHILD_DOWN;
	c->restart_at_ms = now_ms + c->delay_ms;
	c->delay_ms = c->delay_ms * 2 < DELAY_MAX_MS ? c->delay_ms * 2 : DELAY_MAX_MS;
	return c->early_deaths < EARLY_DEATHS_MAX;
}
