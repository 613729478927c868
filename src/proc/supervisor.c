/* The supervisor: starts the roles, links them, starts the dead anew, passes signals on. */
#include "proc/supervisor.h"

#include "base/log.h"
#include "base/time.h"
#include "proc/blob_server.h"
#include "proc/child.h"
#include "proc/instance.h"
#include "proc/roles.h"
#include "proc/supervisor_files.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* A start may have a large database to migrate. */
enum { STOP_BOUND_MS = 10000, READY_BOUND_MS = 600000, LOOK_MS = 3600000 };

struct supervisor {
	const struct supervisor_options *options;
	struct supervisor_files files;
	struct blob_server blobs;
	struct channel_server *server;
	struct child children[ROLE_COUNT];
	int events;  /* epoll: the signals (data 0), the control sockets (data: role) */
	int signals; /* signalfd */
	bool announced, stopping;
	int64_t look_at_ms; /* when the copies of earlier versions are looked at next */
	int64_t stop_by_ms;
	int exit_code;
};

static bool
runs(const struct child *c)
{
	return c->state == CHILD_STARTING || c->state == CHILD_READY;
}

/* ---- Stopping ---- */

/* Those that ask others are stopped first, the others once none of them is left. */
static void
stop_some(struct supervisor *s)
{
	bool askers = false;

	for (int i = 0; i < ROLE_COUNT; i++)
		askers = askers || (runs(&s->children[i]) && !role_rows[i].serves_others);
	for (int i = 0; i < ROLE_COUNT; i++) {
		struct child *c = &s->children[i];

		if (runs(c) && !c->stopping && (!askers || !role_rows[i].serves_others))
			child_stop(c);
	}
}

static void
begin_stop(struct supervisor *s, int exit_code)
{
	if (s->stopping)
		return;
	s->stopping = true;
	s->exit_code = exit_code;
	s->stop_by_ms = now_mono_ms() + STOP_BOUND_MS;
	s->options->notify("STOPPING=1");
	log_info("stopping");
	stop_some(s);
}

/* ---- Starting ---- */

/* Channels for a row of the table, between processes that run. */
static void
link_one(struct supervisor *s, const struct link_row *row)
{
	struct fds from = {.n = 0}, to = {.n = 0};

	for (unsigned i = 0; i < row->n; i++) {
		int pair[2];

		if (packet_pair(pair) != ERR_OK)
			break;
		from.fd[from.n++] = pair[0];
		to.fd[to.n++] = pair[1];
	}
	if (from.n > 0)
		child_give(&s->children[row->from], row->slot, row->to, &from);
	if (row->to != ROLE_SUPERVISOR) {
		if (to.n > 0)
			child_give(&s->children[row->to], SLOT_FROM, row->from, &to);
	} else {
		for (size_t i = 0; i < to.n; i++) {
			if (channel_server_add(s->server, to.fd[i], row->from) != ERR_OK)
				log_error("too_many_channels", "peer", role_name(row->from));
		}
		to.n = 0;
	}
	fds_close(&from);
	fds_close(&to);
}

static void
give_slot(struct supervisor *s, struct child *c, enum slot slot)
{
	struct fds one = {.n = 1};

	one.fd[0] = supervisor_files_get(&s->files, c->role, slot);
	if (one.fd[0] < 0)
		return;
	child_give(c, slot, ROLE_SUPERVISOR, &one);
	fds_close(&one);
}

static bool
start_child(struct supervisor *s, struct child *c)
{
	const struct role_row *row = &role_rows[c->role];
	struct epoll_event ev = {.events = EPOLLIN, .data.u32 = c->role};
	uint32_t flags = (s->options->no_limits ? CONTROL_NO_LIMITS : 0u) |
	                 (s->files.config->sandbox ? 0u : CONTROL_SANDBOX_OFF) |
	                 (s->files.config->log_format == LOG_JSON ? CONTROL_LOG_JSON : 0u);
	char path[4096];

	snprintf(path, sizeof path, "%s/%s", s->options->libexec, row->executable);
	if (child_spawn(c, path) != ERR_OK)
		return false;
	if (epoll_ctl(s->events, EPOLL_CTL_ADD, c->control, &ev) != 0) {
		child_kill(c);
		return true;
	}
	for (int i = 0; i < SLOT_COUNT; i++) {
		if ((row->slots & 1u << i) != 0)
			give_slot(s, c, (enum slot)i);
	}
	for (size_t i = 0; i < link_rows_n; i++) {
		const struct link_row *l = &link_rows[i];

		if (l->from == c->role && (l->to == ROLE_SUPERVISOR || runs(&s->children[l->to])))
			link_one(s, l);
		else if (l->to == c->role && runs(&s->children[l->from]))
			link_one(s, l);
	}
	child_go(c, flags);
	return true;
}

static void
start_due(struct supervisor *s)
{
	for (int i = 0; i < ROLE_COUNT && !s->stopping; i++) {
		struct child *c = &s->children[i];

		if (c->state != CHILD_DOWN || c->restart_at_ms > now_mono_ms())
			continue;
		if (!start_child(s, c)) {
			log_error("start_failed", "process", role_name(c->role), "why",
			        strerror(errno));
			c->restart_at_ms = now_mono_ms() + DELAY_MAX_MS;
		}
	}
}

static void
announce(struct supervisor *s)
{
	for (int i = 0; i < ROLE_COUNT; i++) {
		enum child_state state = s->children[i].state;

		if (state != CHILD_READY && state != CHILD_NONE)
			return;
	}
	if (!s->announced) {
		printf("ready public=http://%s desk=http://%s\n", s->files.public_name,
		        s->files.desk_name);
		fflush(stdout);
		log_info("ready", "public", s->files.public_name, "desk", s->files.desk_name);
		s->options->notify("READY=1");
	}
	s->announced = true;
}

/* ---- What happens ---- */

static void
on_control(struct supervisor *s, struct child *c)
{
	enum control_type type;
	char why[700];

	if (c->control < 0)
		return;
	if (child_receive(c, &type, why, sizeof why) != ERR_OK) {
		/* It is ending, or does not keep the protocol: then it ends now. */
		epoll_ctl(s->events, EPOLL_CTL_DEL, c->control, NULL);
		close(c->control);
		c->control = -1;
		if (!c->stopping)
			child_kill(c);
		return;
	}
	if (type == CONTROL_READY) {
		c->state = CHILD_READY;
		if (!s->stopping)
			announce(s);
		return;
	}
	/* Several roles may find the same fault: it is said once. */
	if (!s->stopping)
		fprintf(stderr, "vdpd: %s: %s\n", role_name(c->role), why);
	begin_stop(s, 1);
}

static void
log_end(const struct child *c, int status)
{
	char code[16];

	snprintf(code, sizeof code, "%d",
	        WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	if (c->stopping && status == 0)
		log_info("stopped", "process", role_name(c->role));
	else
		log_error("process_ended", "process", role_name(c->role),
		        WIFSIGNALED(status) ? "signal" : "exit", code);
}

static void
on_end(struct supervisor *s, struct child *c, int status)
{
	/* Its last words may still be there. */
	if (c->control >= 0 && c->state == CHILD_STARTING)
		on_control(s, c);
	log_end(c, status);
	if (c->control >= 0)
		close(c->control); /* leaves the epoll set with it */
	c->control = -1;
	c->pid = 0;
	if (s->stopping) {
		c->state = CHILD_NONE;
		stop_some(s);
		return;
	}
	/* One that ends itself in order (a nursery) is no reason to wait longer each time. */
	if (status == 0)
		c->delay_ms = 0;
	if (child_ended(c, now_mono_ms()))
		return;
	fprintf(stderr, "vdpd: %s ended %u times at its start, see the log above\n",
	        role_name(c->role), EARLY_DEATHS_MAX);
	begin_stop(s, 1);
}

static void
reap(struct supervisor *s)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (int i = 0; i < ROLE_COUNT; i++) {
			if (s->children[i].pid == pid)
				on_end(s, &s->children[i], status);
		}
	}
}

static void
reload(struct supervisor *s)
{
	char state[64];

	snprintf(state, sizeof state, "RELOADING=1\nMONOTONIC_USEC=%lld",
	        (long long)now_mono_ms() * 1000);
	s->options->notify(state);
	if (supervisor_files_reload(&s->files) == ERR_OK) {
		log_info("policy_read");
		for (int i = 0; i < ROLE_COUNT; i++) {
			if (runs(&s->children[i]) && (role_rows[i].slots & 1u << SLOT_POLICY) != 0)
				give_slot(s, &s->children[i], SLOT_POLICY);
		}
	}
	s->options->notify("READY=1");
}

static void
on_signal(struct supervisor *s)
{
	struct signalfd_siginfo info;

	while (read(s->signals, &info, sizeof info) == (ssize_t)sizeof info) {
		switch (info.ssi_signo) {
		case SIGCHLD:
			reap(s);
			break;
		case SIGHUP:
			if (!s->stopping)
				reload(s);
			break;
		default:
			begin_stop(s, s->exit_code);
			break;
		}
	}
}

/* The server's thread is ours: everything happens in one loop. */
static void
on_events(void *arg)
{
	struct supervisor *s = arg;
	struct epoll_event ev[ROLE_COUNT];
	int n = epoll_wait(s->events, ev, ROLE_COUNT, 0);

	for (int i = 0; i < n; i++) {
		if (ev[i].data.u32 == ROLE_SUPERVISOR)
			on_signal(s);
		else
			on_control(s, &s->children[ev[i].data.u32]);
	}
}

/* ---- The loop ---- */

static bool
anything_runs(const struct supervisor *s)
{
	for (int i = 0; i < ROLE_COUNT; i++) {
		if (runs(&s->children[i]))
			return true;
	}
	return false;
}

static int
next_ms(const struct supervisor *s)
{
	int64_t now = now_mono_ms(), next = now + 60000;

	if (s->stopping && s->stop_by_ms < next)
		next = s->stop_by_ms;
	for (int i = 0; i < ROLE_COUNT && !s->stopping; i++) {
		const struct child *c = &s->children[i];

		if (c->state == CHILD_DOWN && c->restart_at_ms < next)
			next = c->restart_at_ms;
		if (c->state == CHILD_STARTING && c->started_ms + READY_BOUND_MS < next)
			next = c->started_ms + READY_BOUND_MS;
	}
	return next > now ? (int)(next - now) : 0;
}

static void
watch_bounds(struct supervisor *s)
{
	int64_t now = now_mono_ms();

	for (int i = 0; i < ROLE_COUNT; i++) {
		struct child *c = &s->children[i];
		bool late = s->stopping ? c->stopping && now >= s->stop_by_ms
		                        : c->state == CHILD_STARTING &&
		                                  now >= c->started_ms + READY_BOUND_MS;

		if (!late || !runs(c))
			continue;
		log_error("too_slow", "process", role_name(c->role), "what",
		        s->stopping ? "stop" : "start");
		child_kill(c);
		c->started_ms = now;
	}
	/* Those whom the killed might have asked are told to stop now. */
	if (s->stopping && now >= s->stop_by_ms)
		s->stop_by_ms = now + 2000;
}

/* A version that has come up, and has been served for a while, needs no way back. */
static void
drop_copies(struct supervisor *s)
{
	int64_t now = now_mono_ms();

	if (!s->announced || s->stopping || now < s->look_at_ms)
		return;
	instance_drop_copies(now_utc_s());
	s->look_at_ms = now + LOOK_MS;
}

static bool
wanted(enum role_id role)
{
#ifdef VDPD_TEST
	/* A test of some roles names them: VDPD_ROLES=keyd,public. */
	struct str list = str_of(getenv("VDPD_ROLES")), one;

	if (list.n > 0) {
		while (str_cut(&list, ',', &one)) {
			if (str_eq(one, str_of(role_name(role))))
				return role_rows[role].executable != NULL;
		}
		return false;
	}
#endif
	return role_rows[role].executable != NULL;
}

/* An executable that is not there is a mistake of the installation: said once, and clearly. */
static bool
complete(const struct supervisor *s)
{
	char path[4096];

	for (int i = 0; i < ROLE_COUNT; i++) {
		if (!wanted((enum role_id)i))
			continue;
		snprintf(path, sizeof path, "%s/%s", s->options->libexec, role_rows[i].executable);
		if (access(path, X_OK) == 0)
			continue;
		fprintf(stderr, "vdpd: %s: %s; install vdpd again, readable for this user\n", path,
		        strerror(errno));
		return false;
	}
	return true;
}

static bool
prepare(struct supervisor *s)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.u32 = ROLE_SUPERVISOR};
	sigset_t set;

	sigemptyset(&set);
	for (const int *n = (const int[]){SIGCHLD, SIGHUP, SIGINT, SIGTERM, 0}; *n != 0; n++)
		sigaddset(&set, *n);
	signal(SIGPIPE, SIG_IGN);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return false;
	s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	s->events = epoll_create1(EPOLL_CLOEXEC);
	if (s->signals < 0 || s->events < 0 ||
	        epoll_ctl(s->events, EPOLL_CTL_ADD, s->signals, &ev) != 0)
		return false;
	s->blobs.dir = s->files.blobs;
	s->blobs.outbox = s->files.outbox;
	s->server = channel_server_new(blob_requests, blob_requests_n, &s->blobs);
	channel_server_watch(s->server, s->events, on_events, s);
	for (int i = 0; i < ROLE_COUNT; i++) {
		struct child *c = &s->children[i];

		*c = (struct child){.role = (enum role_id)i, .control = -1};
		if (wanted(c->role))
			c->state = CHILD_DOWN;
	}
	return true;
}

int
supervisor_run(const struct supervisor_options *o)
{
	struct supervisor *s = calloc(1, sizeof *s);
	int code;

	if (s == NULL)
		abort();
	log_init(role_name(ROLE_SUPERVISOR));
	s->options = o;
	if (!supervisor_files_open(&s->files, o) || !complete(s)) {
		supervisor_files_clear(&s->files);
		free(s);
		return 1;
	}
	if (!prepare(s)) {
		log_error("start_failed", "why", strerror(errno));
		return 1;
	}
	if (!s->files.config->sandbox)
		log_warn("sandbox_off", "why", "vdpd.yaml says sandbox: off");
	if (o->no_limits)
		log_warn("no_limits", "why", "--no-limits was given");
	while (!s->stopping || anything_runs(s)) {
		start_due(s);
		watch_bounds(s);
		drop_copies(s);
		if (channel_server_step(s->server, next_ms(s)) != ERR_OK)
			begin_stop(s, 1);
	}
	code = s->exit_code;
	channel_server_free(s->server);
	unlink("run/keyd.sock");
	unlink("run/public.addr");
	unlink("run/desk.addr");
	supervisor_files_clear(&s->files);
	free(s);
	return code;
}
