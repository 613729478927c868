/* A role's side of the control socket. */
#include "proc/role.h"

#include "base/log.h"
#include "base/time.h"
#include "proc/probe.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { FROM_MAX = 64 };

struct waiting {
	enum role_id role;
	int fd;
};

struct role {
	enum role_id self;
	uint32_t flags;
	bool opened; /* asked_by gets what comes, nothing waits any more */
	int fd[SLOT_COUNT];
	struct channel_pool *pool[SLOT_COUNT];
	struct waiting from[FROM_MAX];
	size_t from_n;
	char packet[CHANNEL_MAX];
};

static bool
is_pool(enum slot slot)
{
	return slot >= SLOT_TO_SUPERVISOR && slot <= SLOT_TO_PGP;
}

noreturn void
role_exit(int code)
{
	fflush(NULL);
	_exit(code);
}

/* The supervisor is gone or does not keep the protocol: there is nothing to serve for. */
static noreturn void
control_broken(const char *why)
{
	log_error("control_socket", "why", why);
	role_exit(1);
}

static void
send_control(enum control_type type, const char *text)
{
	struct buf b;

	buf_init(&b, CHANNEL_MAX);
	control_head(&b, type);
	if (text != NULL)
		buf_block(&b, str_of(text));
	if (packet_send(CONTROL_FD, buf_view(&b), NULL) != ERR_OK)
		control_broken("cannot send");
	buf_clear(&b);
}

/* Directories that were handed over have a name only here ("/proc/self/fd/7/vdpd.db"): for people
 * the file's own name stays. */
static void
forget_descriptors(char *text)
{
	static const char place[] = "/proc/self/fd/";
	char *at, *end;

	while ((at = strstr(text, place)) != NULL) {
		end = at + sizeof place - 1;
		end += strspn(end, "0123456789");
		end += *end == '/';
		memmove(at, end, strlen(end) + 1);
	}
}

noreturn void
role_fail(struct role *r, const struct diag *d)
{
	char text[700];

	(void)r;
	diag_format(d, text, sizeof text);
	forget_descriptors(text);
	log_error("start_failed", "why", text);
	send_control(CONTROL_FAILED, text);
	role_exit(1);
}

/* One packet: *TYPE and the fields after its head. False where the supervisor is gone. */
static bool
receive(struct role *r, enum control_type *type, struct cursor *in, struct fds *fds)
{
	size_t n;
	enum err e = packet_receive(CONTROL_FD, r->packet, &n, fds, -1);

	if (e == ERR_PEER)
		return false;
	if (e != ERR_OK)
		control_broken("cannot receive");
	*in = (struct cursor){.rest = {r->packet, n}};
	if (!control_head_unpack(in, type))
		control_broken("malformed");
	return true;
}

static void
take_from(struct role *r, enum role_id peer, const struct fds *fds, const struct role_hooks *hooks,
        void *arg)
{
	for (size_t i = 0; i < fds->n; i++) {
		if (r->opened && hooks->asked_by != NULL)
			hooks->asked_by(arg, peer, fds->fd[i]);
		else if (!r->opened && r->from_n < FROM_MAX)
			r->from[r->from_n++] = (struct waiting){peer, fds->fd[i]};
		else
			close(fds->fd[i]);
	}
}

static void
take(struct role *r, struct cursor *in, const struct fds *fds, const struct role_hooks *hooks,
        void *arg)
{
	struct control_give m;

	if (!control_give_unpack(in, &m) || fds->n == 0)
		control_broken("malformed");
	if (m.slot == SLOT_FROM) {
		take_from(r, m.role, fds, hooks, arg);
	} else if (is_pool(m.slot)) {
		if (r->pool[m.slot] == NULL)
			r->pool[m.slot] = channel_pool_new();
		channel_pool_replace(r->pool[m.slot], fds);
	} else if (fds->n != 1) {
		control_broken("malformed");
	} else if (!r->opened) {
		if (r->fd[m.slot] >= 0)
			close(r->fd[m.slot]);
		r->fd[m.slot] = fds->fd[0];
	} else if (m.slot == SLOT_POLICY && hooks->policy != NULL) {
		hooks->policy(arg, fds->fd[0]);
	} else {
		close(fds->fd[0]);
	}
}

/* Until GO. */
static void
take_all(struct role *r)
{
	for (;;) {
		enum control_type type;
		struct cursor in;
		struct fds fds;

		if (!receive(r, &type, &in, &fds))
			role_exit(1);
		if (type == CONTROL_GIVE) {
			take(r, &in, &fds, NULL, NULL);
			continue;
		}
		if (fds.n > 0)
			control_broken("malformed");
		if (type == CONTROL_STOP)
			role_exit(0);
		r->flags = cursor_u32(&in);
		if (type != CONTROL_GO || !cursor_done(&in))
			control_broken("malformed");
		return;
	}
}

struct role *
role_start(enum role_id self)
{
	static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
	struct role *r = calloc(1, sizeof *r);

	if (r == NULL)
		abort();
	/* Reads what there is to read of time zones while files can be opened. */
	tzset();
	log_init(role_name(self));
	for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
		signal(ignored[i], SIG_IGN);
	r->self = self;
	for (int i = 0; i < SLOT_COUNT; i++)
		r->fd[i] = -1;
	take_all(r);
	if ((r->flags & CONTROL_LOG_JSON) != 0)
		log_format(LOG_JSON);
	if (role_has(r, SLOT_TEST_CLOCK) &&
	        time_use_test_clock(role_fd(r, SLOT_TEST_CLOCK)) != ERR_OK)
		control_broken("test clock");
	return r;
}

int
role_fd(struct role *r, enum slot slot)
{
	int fd = r->fd[slot];

	if (fd < 0)
		abort();
	r->fd[slot] = -1;
	return fd;
}

bool
role_has(const struct role *r, enum slot slot)
{
	return r->fd[slot] >= 0;
}

void
role_dir(struct role *r, enum slot slot, char out[ROLE_DIR_MAX])
{
	if (r->fd[slot] < 0)
		abort();
	snprintf(out, ROLE_DIR_MAX, "/proc/self/fd/%d", r->fd[slot]);
}

struct channel_pool *
role_pool(struct role *r, enum slot slot)
{
	if (!is_pool(slot))
		abort();
	if (r->pool[slot] == NULL)
		r->pool[slot] = channel_pool_new();
	return r->pool[slot];
}

bool
role_no_limits(const struct role *r)
{
	return (r->flags & CONTROL_NO_LIMITS) != 0;
}

void
role_sandbox(struct role *r, const struct sandbox_spec *spec)
{
	struct diag d = {0};

	/* An open directory would be a way to its files for who has a hole in the filter. */
	for (int i = 0; i < SLOT_COUNT; i++) {
		if (r->fd[i] >= 0)
			close(r->fd[i]);
		r->fd[i] = -1;
	}
	if ((r->flags & CONTROL_SANDBOX_OFF) != 0) {
		log_warn("sandbox_off", "why", "vdpd.yaml says sandbox: off");
		return;
	}
	if (sandbox_enter(spec, &d) != ERR_OK)
		role_fail(r, &d);
}

void
role_ready(struct role *r)
{
#ifdef VDPD_TEST
	if (probe_wanted(role_name(r->self))) {
		probe_run();
		if (r->pool[SLOT_TO_KEYD] != NULL)
			probe_ask(r->pool[SLOT_TO_KEYD]);
	}
#endif
	(void)r;
	send_control(CONTROL_READY, NULL);
}

void
role_open(struct role *r, const struct role_hooks *hooks, void *arg)
{
	r->opened = true;
	for (size_t i = 0; i < r->from_n; i++) {
		struct fds one = {.fd = {r->from[i].fd}, .n = 1};

		take_from(r, r->from[i].role, &one, hooks, arg);
	}
	r->from_n = 0;
}

int
role_control_fd(const struct role *r)
{
	(void)r;
	return CONTROL_FD;
}

bool
role_step(struct role *r, const struct role_hooks *hooks, void *arg)
{
	enum control_type type;
	struct cursor in;
	struct fds fds;

	if (!receive(r, &type, &in, &fds))
		return false;
	if (type == CONTROL_GIVE) {
		take(r, &in, &fds, hooks, arg);
		return true;
	}
	if (type != CONTROL_STOP || fds.n > 0 || !cursor_done(&in))
		control_broken("malformed");
	return false;
}

void
role_run(struct role *r, const struct role_hooks *hooks, void *arg)
{
	role_open(r, hooks, arg);
	while (role_step(r, hooks, arg))
		;
}
