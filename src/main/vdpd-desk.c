/* desk: HTTP for the team. It opens cases through keyd, for as long as an answer takes, and writes
 * through one writer; it has no key of its own and reaches no network but its listener. */
#include "base/log.h"
#include "base/time.h"
#include "store/statements.h"
#include "web/api/jobs.h"
#include "web/desk/answers.h"
#include "web/desk/desk.h"
#include "web/limits.h"
#include "web/server.h"

#include <seccomp.h>
#include <sodium.h>
#include <unistd.h>

/* Files are opened into memory without a name. */
static const int more_calls[] = {SCMP_SYS(memfd_create)};

static const struct sandbox_spec sandbox = {
        .may = SANDBOX_THREADS | SANDBOX_SERVE | SANDBOX_STORE,
        .syscalls = more_calls,
        .syscalls_n = 1,
        .files_max = 4096,
};

struct state {
	struct desk desk;
	struct desk_thread threads[DESK_THREADS];
	struct db *policy_db; /* role_run's thread */
	struct limits *limits;
	struct server *server;
};

static struct db *
lazy_db(struct instance *in)
{
	struct diag d = {0};
	struct db *db;

	if (db_open(in->data_dir, &store_set, DB_LAZY, &d, &db) != ERR_OK)
		role_fail(in->role, &d);
	return db;
}

static void
writer_begin(struct state *s, struct db *db, struct db *checkpoint_db)
{
	struct writer_config c = {
	        .db = db,
	        .checkpoint_db = checkpoint_db,
	        .queue_max = 1024,
	        .batch = intake_jobs_sign,
	        .ctx = &s->desk.in,
	};
	struct diag d = {0};

	if (answers_start(&s->desk.answers) == ERR_OK &&
	        writer_start(&c, &s->desk.writer) == ERR_OK)
		return;
	diag_set(&d, ERR_IO, NULL, "the writer's thread does not start");
	role_fail(s->desk.in.role, &d);
}

static void
server_begin(struct state *s, int listener)
{
	struct instance *in = &s->desk.in;
	void *contexts[DESK_THREADS];
	struct server_config c = {
	        .listen_fd = listener,
	        .routes = desk_routes,
	        .origin = in->config->desk_url,
	        .app = &s->desk,
	        .contexts = contexts,
	        .n_threads = DESK_THREADS,
	        .authenticate = desk_authenticate,
	        .error_page = desk_error_page,
	        .pages = s->desk.pages,
	        .limits = s->limits,
	        .trusted = in->config->trusted_proxies,
	        .n_trusted = in->config->trusted_proxies_n,
	};
	struct diag d = {0};

	for (int i = 0; i < DESK_THREADS; i++)
		contexts[i] = &s->threads[i];
	if (server_start(&c, &s->server, &d) != ERR_OK)
		role_fail(in->role, &d);
}

static void
on_policy(void *arg, int fd)
{
	struct state *s = arg;
	struct diag d = {0};
	enum err e = instance_policy_read(&s->desk.in, s->policy_db, fd, &d);

	if (e != ERR_OK) {
		log_error("policy_refused", "why", d.what);
		return;
	}
	desk_assets_put(&s->desk);
	log_info("policy", "version", instance_policy(&s->desk.in)->sha256_hex);
}

int
main(void)
{
	static struct state s;
	static const struct role_hooks hooks = {.policy = on_policy};
	struct instance *in = &s.desk.in;
	struct db *writer_db, *checkpoint_db;
	int listener;

	if (sodium_init() < 0)
		return 1;
	instance_open(in, ROLE_DESK);
	for (int i = 0; i < DESK_THREADS; i++)
		s.threads[i].db = i == 0 ? instance_db(in) : lazy_db(in);
	writer_db = lazy_db(in);
	checkpoint_db = lazy_db(in);
	s.desk.after_db = lazy_db(in);
	s.policy_db = lazy_db(in);
	s.desk.nursery = role_pool(in->role, SLOT_TO_NURSERY);
	s.desk.started_utc_s = now_utc_s();
	s.desk.form_key = key_new();
	key_derive(in->intake_key, "desk forms", STR(""), s.desk.form_key);
	s.desk.pages = pages_new();
	desk_assets_put(&s.desk);
	s.limits = limits_new(role_no_limits(in->role));
	listener = role_fd(in->role, SLOT_LISTENER);

	role_sandbox(in->role, &sandbox);
	writer_begin(&s, writer_db, checkpoint_db);
	server_begin(&s, listener);
	role_ready(in->role);
	role_run(in->role, &hooks, &s);
	server_stop(s.server);
	writer_stop(s.desk.writer);
	answers_stop(s.desk.answers);
	role_exit(0);
}
