/* public: HTTP for the world. It holds no private key, opens no connection and no file after its
 * start; what it takes in it cannot open again. */
#include "base/log.h"
#include "base/time.h"
#include "web/api/jobs.h"
#include "web/public/page.h"
#include "web/public/pages.h"
#include "web/public/pgp_pages.h"
#include "web/public/shelf_cache.h"
#include "web/server.h"

#include <pthread.h>
#include <sodium.h>
#include <time.h>
#include <unistd.h>

enum { WAITING_MAX = 4096 };

/* Figures are counted anew each minute, or seldomer so that it takes 2 % of the time at the most.
 */
enum { FIGURES_EVERY_S = 60, FIGURES_REST = 50 };
/* Seconds: whether there is another key, or another signature. */
enum { KEYS_EVERY = 2 };

struct state {
	struct public_app app;
	pthread_mutex_t lock; /* of the rest: pages are rendered by SIGHUP and by the clock */
	pthread_cond_t wake;
	struct db *db;
	bool stop;
};

/* Figures grow old, security.txt is renewed: everything is rendered anew again and again; the first
 * time at once, since nobody waited for the figures at the start. */
static void *
keep_fresh(void *arg)
{
	struct state *s = arg;
	int64_t rendered_at = 0, rest_until_ms = 0;
	struct timespec until;
	unsigned rounds = 0;

	pthread_mutex_lock(&s->lock);
	while (!s->stop) {
		if (now_utc_s() >= rendered_at + FIGURES_EVERY_S &&
		        now_mono_ms() >= rest_until_ms) {
			int64_t from_ms = now_mono_ms();

			rendered_at = now_utc_s();
			public_pages_render(&s->app, s->db);
			rest_until_ms = now_mono_ms() + FIGURES_REST * (now_mono_ms() - from_ms);
		}
		if (++rounds % KEYS_EVERY == 0 && pgp_pages_refresh(&s->app))
			public_pages_render(&s->app, s->db);
		shelf_cache_look(s->app.shelf, s->db, s->app.in.programme.id);
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec++;
		pthread_cond_timedwait(&s->wake, &s->lock, &until);
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

static void
policy_changed(void *arg, int fd)
{
	struct state *s = arg;
	struct diag d = {0};
	enum err e;

	pthread_mutex_lock(&s->lock);
	e = instance_policy_read(&s->app.in, s->db, fd, &d);
	if (e == ERR_OK) {
		public_pages_render(&s->app, s->db);
		shelf_cache_forget(s->app.shelf);
	}
	pthread_mutex_unlock(&s->lock);
	if (e == ERR_OK)
		log_info("policy_in_force", "version", instance_policy(&s->app.in)->sha256_hex);
	else
		log_error("policy_not_taken", "why", d.what);
}

int
main(void)
{
	static const struct sandbox_spec sandbox = {
	        .may = SANDBOX_THREADS | SANDBOX_SERVE | SANDBOX_STORE,
	        .files_max = 4096,
	};
	static const struct role_hooks hooks = {.policy = policy_changed};
	static struct public_thread threads[CONFIG_THREADS_MAX];
	static void *contexts[CONFIG_THREADS_MAX];
	static struct state s = {
	        .lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};
	struct server_config server = {0};
	struct writer_config writer = {0};
	struct server *http;
	unsigned n_threads;
	pthread_t fresh;
	struct diag d = {0};

	if (sodium_init() < 0)
		return 1;
	instance_open(&s.app.in, ROLE_PUBLIC);
	n_threads = (unsigned)s.app.in.config->public_threads;
	for (size_t i = 0; i < n_threads; i++) {
		threads[i].db = instance_db(&s.app.in);
		contexts[i] = &threads[i];
	}
	s.db = instance_db(&s.app.in);
	writer = (struct writer_config){
	        .db = instance_db(&s.app.in),
	        .checkpoint_db = instance_db(&s.app.in),
	        .queue_max = WAITING_MAX,
	        .batch = intake_jobs_sign,
	        .ctx = &s.app.in,
	};
	s.app.pages = pages_new();
	s.app.pgp_version = -1;
	s.app.shelf = shelf_cache_new(s.app.pages);
	s.app.limits = limits_new(role_no_limits(s.app.in.role));
	limits_configure(s.app.limits, s.app.in.config->limits.requests_per_minute,
	        s.app.in.config->limits.reports_per_hour,
	        s.app.in.config->limits.sign_ins_per_hour);
	s.app.form_key = key_new();
	key_derive(s.app.in.intake_key, "public forms", STR(""), s.app.form_key);
	server = (struct server_config){
	        .listen_fd = role_fd(s.app.in.role, SLOT_LISTENER),
	        .routes = {public_routes, public_routes_n},
	        .origin = s.app.in.config->public_url,
	        .app = &s.app,
	        .contexts = contexts,
	        .n_threads = n_threads,
	        .pages = s.app.pages,
	        .limits = s.app.limits,
	        .error_page = public_error_page,
	        .trusted = s.app.in.config->trusted_proxies,
	        .n_trusted = s.app.in.config->trusted_proxies_n,
	};
	public_pages_render(&s.app, NULL);

	role_sandbox(s.app.in.role, &sandbox);
	if (writer_start(&writer, &s.app.writer) != ERR_OK ||
	        pthread_create(&fresh, NULL, keep_fresh, &s) != 0)
		role_exit(1);
	if (server_start(&server, &http, &d) != ERR_OK)
		role_fail(s.app.in.role, &d);
	role_ready(s.app.in.role);
	role_run(s.app.in.role, &hooks, &s);
	server_stop(http);
	pthread_mutex_lock(&s.lock);
	s.stop = true;
	pthread_cond_signal(&s.wake);
	pthread_mutex_unlock(&s.lock);
	pthread_join(fresh, NULL);
	writer_stop(s.app.writer);
	role_exit(0);
}
