/* A real keyd in a process of its own, over a fresh directory, asked over real channels; and what
 * its tests need of the other processes: cases as `public` makes them, codes as a phone shows them.
 */
#ifndef VDPD_TESTS_KEYD_FIXTURE_H
#define VDPD_TESTS_KEYD_FIXTURE_H

#include "unit.h"

#include "base/id.h"
#include "base/time.h"
#include "keyd/client/keyd_client.h"
#include "keyd/server/keyd.h"
#include "proc/control.h"
#include "seal/capsule.h"
#include "seal/receipt.h"
#include "seal/team_wrap.h"

#include <fcntl.h>
#include <liboath/oath.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* Monday, 2026-01-05 09:00 UTC. */
#define FIXTURE_START 1767603600
#define PASSWORD      "correct horse battery"

struct keyd_fixture {
	char dir[64], keys[80], socket[80];
	int clock_fd;
	int64_t *clock;
	pid_t pid;
	struct arena *a;
	struct keyd_limits limits;
	struct keyd_client as[ROLE_COUNT]; /* a channel by role; not for the command line */
	struct keyd_client channels[8];    /* all, as in fixture_roles */
	char enrolment[KEYD_CREDENTIAL_MAX + 1];
	unsigned char totp[KEYD_TOTP_BYTES]; /* of the first person */
	struct public_keys halves;
	void (*in_child)(struct keyd_fixture *f); /* before it opens anything; may be NULL */
};

/* The channels of a fixture. The desk has several; `as` is the first of a role. */
static const enum role_id fixture_roles[] = {
        ROLE_PUBLIC, ROLE_COURIER, ROLE_DESK, ROLE_DESK, ROLE_DESK, ROLE_DESK, ROLE_DESK};
enum { FIXTURE_ROLES = 7, FIXTURE_DESKS = 5, FIXTURE_DESK_FIRST = 2 };

static inline int
fixture_listen(const struct keyd_fixture *f)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	snprintf(at.sun_path, sizeof at.sun_path, "%s", f->socket);
	unlink(f->socket);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 8) != 0)
		abort();
	return fd;
}

static inline void
fixture_child(struct keyd_fixture *f, const int *fds, int listener)
{
	struct keyd_store store;
	struct secrets *secrets;
	struct keyd *k;
	struct diag d = {0};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (f->in_child != NULL)
		f->in_child(f);
	if (secrets_read(f->keys, &secrets, &d) != ERR_OK ||
	        keyd_store_open(f->keys, &store, &d) != ERR_OK ||
	        keyd_new(&store, secrets, &f->limits, &k) != ERR_OK) {
		fprintf(stderr, "keyd does not start: %s\n", d.what);
		_exit(3);
	}
	for (size_t i = 0; i < FIXTURE_ROLES; i++)
		if (channel_server_add(keyd_server(k), fds[i], fixture_roles[i]) != ERR_OK)
			_exit(4);
	channel_server_listen(keyd_server(k), listener, ROLE_COMMAND, 4);
	keyd_start(k);
	while (keyd_step(k, -1) == ERR_OK)
		;
	_exit(5);
}

static inline void
fixture_start(struct keyd_fixture *f)
{
	int pair[FIXTURE_ROLES][2], ours[FIXTURE_ROLES];
	int listener = fixture_listen(f);

	for (size_t i = 0; i < FIXTURE_ROLES; i++) {
		assert_int_equal(packet_pair(pair[i]), ERR_OK);
		ours[i] = pair[i][1];
	}
	fflush(NULL);
	f->pid = fork();
	assert_true(f->pid >= 0);
	if (f->pid == 0)
		fixture_child(f, ours, listener);
	close(listener);
	for (size_t i = 0; i < FIXTURE_ROLES; i++) {
		close(pair[i][1]);
		f->channels[i].channel = channel_new(pair[i][0]);
		if (f->as[fixture_roles[i]].channel == NULL)
			f->as[fixture_roles[i]] = f->channels[i];
	}
}

/* kill -9: what keyd answered must have been durable. */
static inline void
fixture_kill(struct keyd_fixture *f)
{
	int status;

	assert_int_equal(kill(f->pid, SIGKILL), 0);
	assert_int_equal(waitpid(f->pid, &status, 0), f->pid);
	assert_true(WIFSIGNALED(status)); /* it was alive until now */
	for (size_t i = 0; i < FIXTURE_ROLES; i++) {
		channel_free(f->channels[i].channel);
		f->channels[i].channel = NULL;
		f->as[fixture_roles[i]].channel = NULL;
	}
}

static inline void
fixture_restart(struct keyd_fixture *f)
{
	fixture_kill(f);
	fixture_start(f);
}

static inline struct keyd_fixture *
fixture_make(void)
{
	struct keyd_fixture *f = calloc(1, sizeof *f);
	struct keyd_invited first;
	struct diag d = {0};
	int fd;

	assert_true(sodium_init() >= 0);
	snprintf(f->dir, sizeof f->dir, "/tmp/vdpd-keyd-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->keys, sizeof f->keys, "%s/keys", f->dir);
	snprintf(f->socket, sizeof f->socket, "%s/sock", f->dir);
	f->a = arena_new(64 << 20);
	f->limits = keyd_default_limits;
	f->clock_fd = memfd_create("clock", MFD_CLOEXEC);
	assert_int_equal(ftruncate(f->clock_fd, 4096), 0);
	f->clock = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, f->clock_fd, 0);
	*f->clock = FIXTURE_START;
	assert_int_equal(time_use_test_clock(f->clock_fd), ERR_OK);
	if (keyd_store_create(f->a, f->keys, now_utc_s(), &first, &d) != ERR_OK)
		fail_msg("%s", d.what);
	snprintf(f->enrolment, sizeof f->enrolment, "%.*s", STR_ARG(first.enrolment));
	fd = openat(AT_FDCWD, f->keys, O_RDONLY | O_DIRECTORY);
	assert_true(fd >= 0);
	{
		int pub = openat(fd, "public.keys", O_RDONLY);

		assert_int_equal(public_keys_read(pub, &f->halves), ERR_OK);
		close(pub);
	}
	close(fd);
	return f;
}

static inline void
fixture_end(struct keyd_fixture *f)
{
	static const char *const files[] = {"keys/storage.key", "keys/signing.key", "keys/keyd.key",
	        "keys/server.key", "keys/public.keys", "keys/keyd.reserve", "keys/keyd.db",
	        "keys/keyd.db-wal", "keys/keyd.db-shm", "keys/keyd.db-lock", "keys/keyd.db.turn",
	        "sock"};
	char path[160];

	fixture_kill(f);
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		snprintf(path, sizeof path, "%s/%s", f->dir, files[i]);
		unlink(path);
	}
	rmdir(f->keys);
	rmdir(f->dir);
	munmap(f->clock, 4096);
	close(f->clock_fd);
	arena_free(f->a);
	free(f);
}

/* The code that a phone shows AHEAD steps from now. */
static inline struct str
fixture_code(struct keyd_fixture *f, const unsigned char *secret, int ahead)
{
	char otp[8];

	assert_int_equal(oath_hotp_generate((const char *)secret, KEYD_TOTP_BYTES,
	                         (uint64_t)(*f->clock / 30 + ahead), 6, false,
	                         OATH_HOTP_DYNAMIC_TRUNCATION, otp),
	        OATH_OK);
	return str_dup(f->a, str_of(otp));
}

/* Enrols by LINK as NAME; the session's credential. */
static inline struct str
fixture_enrol(struct keyd_fixture *f, struct str link, const char *name, unsigned char *totp)
{
	struct keyd_enrol_begun begun;
	struct keyd_signed_in in;
	struct keyd_enrol_finish q = {.enrolment = link,
	        .name = str_of(name),
	        .email = str_fmt(f->a, "%s@team.example", name),
	        .password = STR(PASSWORD)};

	assert_int_equal(keyd_enrol_begin(f->a, &f->as[ROLE_DESK], &(struct keyd_enrol_begin){link},
	                         &begun, NULL),
	        ERR_OK);
	memcpy(totp, begun.totp_secret, KEYD_TOTP_BYTES);
	q.code = fixture_code(f, totp, 0);
	assert_int_equal(keyd_enrol_finish(f->a, &f->as[ROLE_DESK], &q, &in, NULL), ERR_OK);
	return in.credential;
}

/* The first person: ada, administrator and coordinator. */
static inline struct str
fixture_first(struct keyd_fixture *f)
{
	return fixture_enrol(f, str_of(f->enrolment), "ada", f->totp);
}

static inline enum err
fixture_sign_in(struct keyd_fixture *f, const char *login, const char *password, struct str code,
        struct str *credential, struct keyd_verdict *why)
{
	struct keyd_signed_in in;
	enum err e = keyd_sign_in(f->a, &f->as[ROLE_DESK],
	        &(struct keyd_sign_in){str_of(login), str_of(password), code}, &in, why);

	if (credential != NULL)
		*credential = e == ERR_OK ? in.credential : STR("");
	return e;
}

static inline enum err
fixture_who(struct keyd_fixture *f, struct str credential, struct keyd_identity *who)
{
	return keyd_authenticate(
	        f->a, &f->as[ROLE_DESK], &(struct keyd_authenticate){credential}, who, NULL);
}

/* A member with ROLES, invited by BY. */
static inline struct str
fixture_member(struct keyd_fixture *f, struct str by, const char *name, unsigned roles,
        unsigned char *totp)
{
	struct keyd_invited invited;

	assert_int_equal(
	        keyd_invite(f->a, &f->as[ROLE_DESK],
	                &(struct keyd_invite){.credential = by, .roles = roles}, &invited, NULL),
	        ERR_OK);
	return fixture_enrol(f, invited.enrolment, name, totp);
}

static inline struct str
fixture_wrap(struct keyd_fixture *f, struct wrapper *w, const struct team_keys *keys,
        const unsigned char *case_uid)
{
	unsigned char *wrap = arena_alloc(f->a, TEAM_WRAP_BYTES);

	team_wrap(w, &keys->team, case_uid, wrap);
	return str_bytes(wrap, TEAM_WRAP_BYTES);
}

/* N cases as `public` makes them. */
static inline void
fixture_cases(struct keyd_fixture *f, struct keyd_case *out, struct team_keys *keys, size_t n)
{
	struct keyd_receipt_wanted wanted[KEYD_RECEIPTS_MAX] = {0};
	struct wrapper *w = wrapper_new(f->halves.storage);
	struct keyd_receipts got;

	for (size_t i = 0; i < n; i++) {
		out[i] = (struct keyd_case){.programme = STR("exact.works")};
		team_keys_new(&keys[i]);
		random_bytes(out[i].case_uid, sizeof out[i].case_uid);
		out[i].team_wrap = fixture_wrap(f, w, &keys[i], out[i].case_uid);
		random_bytes(out[i].content_sha256, 32);
		memset(out[i].policy_sha256, 7, 32);
		memcpy(out[i].case_key, keys[i].pair_public, 32);
		wanted[i] = (struct keyd_receipt_wanted){
		        .programme = out[i].programme, .prefix = STR("EXW")};
		memcpy(wanted[i].content_sha256, out[i].content_sha256, 32);
		memcpy(wanted[i].policy_sha256, out[i].policy_sha256, 32);
		memcpy(wanted[i].case_key, out[i].case_key, 32);
	}
	wrapper_free(w);
	assert_int_equal(keyd_sign_receipts(f->a, &f->as[ROLE_PUBLIC],
	                         &(struct keyd_sign_receipts){wanted, n}, &got, NULL),
	        ERR_OK);
	assert_int_equal(got.n, n);
	for (size_t i = 0; i < n; i++) {
		out[i].case_number = got.items[i].case_number;
		out[i].received_at = got.items[i].received_at;
		out[i].signed_at = got.items[i].signed_at;
		memcpy(out[i].signature, got.items[i].signature, 64);
	}
}

static inline enum err
fixture_open(struct keyd_fixture *f, struct str credential, const struct keyd_case *of,
        struct keyd_opened *out, struct keyd_verdict *why)
{
	return keyd_open_case(f->a, &f->as[ROLE_DESK],
	        &(struct keyd_open_case){credential, STR("page"), *of}, out, why);
}

#endif
