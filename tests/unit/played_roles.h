/* The roles as test_supervisor plays them, with the descriptors and in the sandboxes of real ones.
 */
#ifndef VDPD_TESTS_PLAYED_ROLES_H
#define VDPD_TESTS_PLAYED_ROLES_H

#include "base/log.h"
#include "base/time.h"
#include "proc/blob.h"
#include "proc/role.h"
#include "proc/server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ASK_PID, ASK_HANG };

static enum err
answer_pid(void *state, struct request *r, struct cursor *in, struct buf *out)
{
	(void)state;
	if (!cursor_done(in))
		return ERR_SYNTAX;
	buf_u32(out, (uint32_t)getpid());
	buf_u32(out, request_peer(r)->role);
	return ERR_OK;
}

static enum err
hang(void *state, struct request *r, struct cursor *in, struct buf *out)
{
	(void)state;
	(void)in;
	(void)out;
	(void)request_later(r);
	return ERR_OK;
}

static const struct request_type keyd_requests[] = {
        [ASK_PID] = {"pid", answer_pid, 1u << ROLE_PUBLIC | 1u << ROLE_DESK | 1u << ROLE_COMMAND,
                0},
        [ASK_HANG] = {"hang", hang, 1u << ROLE_PUBLIC, 0},
};

struct keyd {
	struct role *role;
	struct channel_server *server;
	bool stop;
};

static void
keyd_asked_by(void *arg, enum role_id peer, int fd)
{
	struct keyd *k = arg;

	if (channel_server_add(k->server, fd, peer) != ERR_OK)
		role_exit(1);
}

static const struct role_hooks keyd_hooks = {.asked_by = keyd_asked_by};

static void
keyd_control(void *arg)
{
	struct keyd *k = arg;

	k->stop = !role_step(k->role, &keyd_hooks, k);
}

static _Noreturn void
be_keyd(void)
{
	static const struct sandbox_spec spec = {.may = SANDBOX_SERVE | SANDBOX_STORE};
	struct keyd k = {.role = role_start(ROLE_KEYD)};
	int commands = role_fd(k.role, SLOT_COMMAND_LISTENER);

	k.server = channel_server_new(keyd_requests, 2, &k);
	channel_server_listen(k.server, commands, ROLE_COMMAND, 4);
	channel_server_watch(k.server, role_control_fd(k.role), keyd_control, &k);
	role_sandbox(k.role, &spec);
	role_open(k.role, &keyd_hooks, &k);
	role_ready(k.role);
	while (!k.stop) {
		if (channel_server_step(k.server, -1) != ERR_OK)
			role_exit(1);
	}
	role_exit(0);
}

struct web {
	struct role *role;
	int listener;
	_Atomic int policies;
	_Atomic bool stop;
};

static void
web_policy(void *arg, int fd)
{
	struct web *w = arg;

	w->policies++;
	close(fd);
}

static const struct role_hooks web_hooks = {.policy = web_policy};

static const char *
use_blobs(struct web *w)
{
	static struct blob_entry list[BLOB_LIST_MAX];
	struct channel_pool *s = role_pool(w->role, SLOT_TO_SUPERVISOR);
	struct blob_id id, none = {{1}};
	char text[4];
	size_t n;
	int fd, again;

	if (blob_create(s, &id, &fd) != ERR_OK || write(fd, "blob", 4) != 4 || fsync(fd) != 0)
		return "not created";
	if (blob_open(s, &id, &again) != ERR_OK || read(again, text, 4) != 4 ||
	        memcmp(text, "blob", 4) != 0 || write(again, "x", 1) >= 0)
		return "not opened";
	if (blob_open(s, &none, &again) != ERR_NOT_FOUND)
		return "opened what is not there";
	if (blob_unlink(s, &id) != ERR_DENIED || blob_list(s, &none, list, &n) != ERR_DENIED)
		return "may too much";
	return "good";
}

static void
obey(struct web *w, const char *command, char *answer, size_t size)
{
	struct channel_pool *keyd = role_pool(w->role, SLOT_TO_KEYD);
	struct buf reply;
	struct cursor in;
	enum err e = ERR_OK;

	buf_init(&reply, 100);
	if (strcmp(command, "pid") == 0) {
		snprintf(answer, size, "%d", getpid());
	} else if (strcmp(command, "keyd") == 0) {
		e = channel_pool_call(keyd, ASK_PID, NULL, &reply, 5000);
		in = (struct cursor){.rest = buf_view(&reply)};
		snprintf(answer, size, "%u", cursor_u32(&in));
	} else if (strcmp(command, "hang") == 0) {
		e = channel_pool_call(keyd, ASK_HANG, NULL, NULL, 20000);
		snprintf(answer, size, "%s", err_name(e));
		e = ERR_OK;
	} else if (strcmp(command, "blobs") == 0) {
		snprintf(answer, size, "%s", use_blobs(w));
	} else if (strcmp(command, "policies") == 0) {
		snprintf(answer, size, "%d", w->policies);
	} else if (strcmp(command, "time") == 0) {
		snprintf(answer, size, "%lld", (long long)now_utc_s());
	} else if (strcmp(command, "open") == 0) {
		snprintf(answer, size, "%s",
		        open("/etc/passwd", O_RDONLY) < 0 ? strerror(errno) : "opened");
	} else if (strcmp(command, "socket") == 0) {
		snprintf(answer, size, "%d", socket(AF_INET, SOCK_STREAM, 0));
	} else if (strcmp(command, "limits") == 0) {
		snprintf(answer, size, "%s", role_no_limits(w->role) ? "none" : "some");
	}
	if (e != ERR_OK)
		snprintf(answer, size, "%s", err_name(e));
	buf_clear(&reply);
}

static void *
serve_lines(void *arg)
{
	struct web *w = arg;

	while (!w->stop) {
		struct pollfd p = {.fd = w->listener, .events = POLLIN};
		char line[64], answer[64] = "?";
		ssize_t n;
		int fd;

		if (poll(&p, 1, 50) <= 0 ||
		        (fd = accept4(w->listener, NULL, NULL, SOCK_CLOEXEC)) < 0)
			continue;
		n = read(fd, line, sizeof line - 1);
		line[n > 0 ? n : 0] = '\0';
		obey(w, line, answer, sizeof answer);
		if (write(fd, answer, strlen(answer)) < 0)
			role_exit(1);
		close(fd);
	}
	return NULL;
}

static _Noreturn void
be_web(enum role_id self)
{
	static const struct sandbox_spec spec = {
	        .may = SANDBOX_THREADS | SANDBOX_SERVE | SANDBOX_STORE, .files_max = 256};
	struct web w = {.role = role_start(self)};
	char dir[ROLE_DIR_MAX];
	struct stat st;
	pthread_t t;

	w.listener = role_fd(w.role, SLOT_LISTENER);
	role_dir(w.role, SLOT_DATA_DIR, dir);
	if (stat(dir, &st) != 0 || !S_ISDIR(st.st_mode) || role_fd(w.role, SLOT_POLICY) < 0) {
		struct diag d = {0};

		diag_set(&d, ERR_IO, NULL, "no data directory");
		role_fail(w.role, &d);
	}
	role_sandbox(w.role, &spec);
	if (pthread_create(&t, NULL, serve_lines, &w) != 0)
		role_exit(1);
	role_ready(w.role);
	role_run(w.role, &web_hooks, &w);
	w.stop = true;
	pthread_join(t, NULL);
	log_info("finished");
	role_exit(0);
}

static _Noreturn void
be_idle(enum role_id self)
{
	static const struct sandbox_spec spec = {.may = SANDBOX_STORE};
	struct role *r = role_start(self);

	role_sandbox(r, &spec);
	role_ready(r);
	role_run(r, &(const struct role_hooks){0}, NULL);
	role_exit(0);
}

static _Noreturn void
be_failing(void)
{
	struct role *r = role_start(ROLE_COURIER);
	struct diag d = {0};

	diag_set(&d, ERR_STORE, "restore a backup", "the database is damaged");
	role_fail(r, &d);
}

/* Plays the role that the program was executed as (argv[0]); returns if it is none. */
static inline void
play_role(const char *program)
{
	const char *name = strrchr(program, '/');

	name = name != NULL ? name + 1 : program;
	if (strcmp(name, "vdpd-keyd") == 0)
		be_keyd();
	if (strcmp(name, "vdpd-public") == 0)
		be_web(ROLE_PUBLIC);
	if (strcmp(name, "vdpd-desk") == 0)
		be_web(ROLE_DESK);
	if (strcmp(name, "vdpd-courier") == 0 && getenv("VDPD_TEST_FAIL") != NULL)
		be_failing();
	if (strcmp(name, "vdpd-courier") == 0)
		be_idle(ROLE_COURIER);
	if (strcmp(name, "vdpd-nursery") == 0)
		be_idle(ROLE_NURSERY);
	if (strcmp(name, "vdpd-mime") == 0)
		be_idle(ROLE_MIME);
	if (strcmp(name, "vdpd-pgp") == 0)
		be_idle(ROLE_PGP);
}

#endif
