/* pgp: the nursery of OpenPGP workers, and the keeper of the programme's OpenPGP keys. It has the
 * secret keys from keyd and its workers have them by being forked; what came from outside is read
 * by workers alone. It composes security.txt itself, so that nobody can have other text
 * clear-signed. */
#include "base/log.h"
#include "base/time.h"
#include "pgp/keeper.h"
#include "pgp/worker.h"
#include "policy/config.h"
#include "policy/policy.h"
#include "proc/role.h"
#include "publish/security_txt.h"

#include <seccomp.h>
#include <sodium.h>
#include <unistd.h>

enum {
	TEND_MS = 2000,
	TEND_AFTER_ERROR_MS = 30 * 1000,
	BEGIN_MS = 5000,
};

struct room {
	struct pgp_worker worker; /* first: what a worker's handlers see of it */
	struct role *role;
	struct channel_server *server;
	struct worker_nursery *nursery;
	struct keyd_client keyd;
	struct keeper *keeper;
	struct channel_pool *mime;
	struct arena *config_a, *policy_a;
	const struct config *config;
	const struct policy *policy;
	char user_id[PGP_USER_ID_BYTES + 1];
	bool stop;
};

/* ---- What is published ---- */

static void
security_txt(void *arg, int64_t now, struct buf *out)
{
	const struct room *room = arg;

	security_txt_write(room->policy, room->config, true, now, out);
}

static void
tend(struct room *room, int64_t *next_ms)
{
	struct keeper_texts texts = {
	        .user_id = str_of(room->user_id), .security_txt = security_txt, .arg = room};
	enum err e;

	memcpy(texts.policy_sha256, room->policy->sha256, sizeof texts.policy_sha256);
	e = keeper_tend(room->keeper, &texts, now_utc_s());
	if (e != ERR_OK)
		log_warn("keys_not_tended", "why", err_name(e));
	*next_ms = now_mono_ms() + (e == ERR_OK ? TEND_MS : TEND_AFTER_ERROR_MS);
}

/* ---- Configuration and policy ---- */

static enum err
file_read(struct arena *a, int fd, size_t max, struct str *out)
{
	char *p = arena_alloc(a, max + 1);
	size_t n = 0;
	ssize_t got;

	while (n <= max && (got = pread(fd, p + n, max + 1 - n, (off_t)n)) > 0)
		n += (size_t)got;
	close(fd);
	if (n > max)
		return ERR_TOO_LARGE;
	*out = str_bytes(p, n);
	return ERR_OK;
}

static void
config_read(struct room *room)
{
	struct arena *a = arena_new(CONFIG_ARENA_BYTES + 2 * CONFIG_FILE_MAX);
	struct diags ds = {0};
	struct diag d = {0};
	struct str text;
	enum err e = file_read(a, role_fd(room->role, SLOT_CONFIG), CONFIG_FILE_MAX, &text);

	if (e == ERR_OK)
		e = config_parse(a, "vdpd.yaml", text, &ds, &room->config);
	if (e != ERR_OK) {
		diag_set(&d, e, NULL, "vdpd.yaml cannot be read");
		diags_first(&ds, &d);
		role_fail(room->role, &d);
	}
	room->config_a = a;
}

/* Takes the policy at FD into force; the one before stays if it cannot be read. */
static enum err
policy_read(struct room *room, int fd)
{
	struct arena *a = arena_new(POLICY_ARENA_BYTES + 2 * POLICY_FILE_MAX);
	const struct policy *policy = NULL;
	struct diags ds = {0};
	struct str text;
	enum err e = file_read(a, fd, POLICY_FILE_MAX, &text);

	if (e == ERR_OK)
		e = policy_parse(a, "policy.yaml", text, &ds, &policy);
	if (e != ERR_OK) {
		arena_free(a);
		return e;
	}
	arena_free(room->policy_a);
	room->policy_a = a;
	room->policy = policy;
	snprintf(room->user_id, sizeof room->user_id, "%.*s security team <%.*s>",
	        STR_ARG(str_sub(policy->name, 0, 100)), STR_ARG(policy->contact.email));
	return ERR_OK;
}

static void
policy_changed(void *arg, int fd)
{
	enum err e = policy_read(arg, fd);

	if (e != ERR_OK)
		log_error("policy_not_taken", "why", err_name(e));
}

/* ---- Workers ---- */

/* In the nursery: the keys as they are now, and for the courier a MIME worker to hand plaintext to.
 */
static enum err
before(void *state, enum role_id asker, struct fds *keep)
{
	struct room *room = state;
	enum err e = keeper_refresh(room->keeper, now_utc_s());

	struct fds mime = {.n = 0};

	if (e == ERR_OK && asker == ROLE_COURIER)
		e = channel_pool_call_fds(
		        room->mime, NURSERY_WORKER, NULL, NULL, NULL, &mime, BEGIN_MS);
	if (e == ERR_OK)
		e = pgp_worker_keep(&room->worker, &mime, keep);
	return e;
}

static void
begin(void *state, const struct fds *kept)
{
	struct room *room = state;

	room->worker.ring = keeper_ring(room->keeper);
	room->worker.fingerprint = keeper_fingerprint(room->keeper);
	pgp_worker_begin(&room->worker, kept);
}

/* ---- The nursery ---- */

static void
asked_by(void *arg, enum role_id peer, int fd)
{
	struct room *room = arg;

	if (channel_server_add(room->server, fd, peer) != ERR_OK)
		role_exit(1);
}

static const struct role_hooks hooks = {.policy = policy_changed, .asked_by = asked_by};

static void
on_control(void *arg)
{
	struct room *room = arg;

	room->stop = !role_step(room->role, &hooks, room);
}

static void
serve(struct room *room)
{
	int64_t next_ms = 0;

	while (!room->stop && !worker_nursery_spent(room->nursery)) {
		int wait = worker_nursery_wait_ms(room->nursery);
		int64_t left;

		if (now_mono_ms() >= next_ms)
			tend(room, &next_ms);
		left = next_ms - now_mono_ms();
		if (wait < 0 || left < wait)
			wait = left > 0 ? (int)left : 0;
		if (channel_server_step(room->server, wait) != ERR_OK)
			role_exit(1);
	}
}

int
main(void)
{
	/* Memory files for its workers. */
	static const int syscalls[] = {SCMP_SYS(memfd_create)};
	static const struct sandbox_spec sandbox = {.may = SANDBOX_FORK | SANDBOX_WORKERS,
	        .syscalls = syscalls,
	        .syscalls_n = 1,
	        .files_max = 512};
	static struct room room;
	struct worker_kind kind = pgp_worker_kind(&room.worker);
	struct diag d = {0};

	kind.before = before;
	kind.begin = begin;
	if (sodium_init() < 0)
		return 1;
	room.role = role_start(ROLE_PGP);
	config_read(&room);
	if (policy_read(&room, role_fd(room.role, SLOT_POLICY)) != ERR_OK) {
		diag_set(&d, ERR_INVALID, NULL, "the policy cannot be read");
		role_fail(room.role, &d);
	}
	if (pgp_worker_random(&room.worker) != ERR_OK) {
		diag_set(&d, ERR_UNSUPPORTED, "see whether librnp0 is installed whole",
		        "RNP cannot be used");
		role_fail(room.role, &d);
	}
	room.keyd.pool = role_pool(room.role, SLOT_TO_KEYD);
	room.mime = role_pool(room.role, SLOT_TO_MIME);
	room.keeper = keeper_new(&room.keyd);
	room.nursery = worker_nursery_new(&kind);
	room.server = channel_server_new(
	        worker_nursery_requests, worker_nursery_requests_n, room.nursery);
	channel_server_watch(room.server, role_control_fd(room.role), on_control, &room);
	role_sandbox(room.role, &sandbox);
	role_open(room.role, &hooks, &room);
	role_ready(room.role);
	serve(&room);
	role_exit(0);
}
