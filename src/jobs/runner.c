/* The thread that runs the jobs. */
#include "jobs/runner.h"

#include "base/log.h"
#include "base/time.h"
#include "store/job_store.h"
#include "store/tx.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { JOBS_MAX = 16, LOOK_MS = 500, SAY_AGAIN_MS = 60 * 1000, RUN_BYTES = 64 << 20 };

/* How one job stands. */
struct standing {
	int64_t ran_at; /* UTC seconds */
	int64_t ran_ms; /* by now_mono_ms */
	enum err said;  /* the last error that was logged */
	int64_t said_ms;
};

struct runner {
	struct instance *in;
	struct jobs jobs;
	atomic_bool *stop;
	struct standing standing[JOBS_MAX];
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	int policy_fd; /* -1: none came; under lock */
};

struct runner *
runner_new(struct instance *in, struct db *db, struct transport *t, atomic_bool *stop)
{
	struct runner *r = calloc(1, sizeof *r);
	pthread_condattr_t attr;

	if (r == NULL || job_table_n > JOBS_MAX)
		abort();
	r->in = in;
	r->stop = stop;
	r->policy_fd = -1;
	r->jobs = (struct jobs){
	        .db = db,
	        .programme = &in->programme,
	        .config = in->config,
	        .policy = instance_policy(in),
	        .keyd = &in->keyd,
	        .server_key = in->intake_key,
	        .supervisor = in->supervisor,
	        .transport = t,
	        .stop = stop,
	};
	pthread_mutex_init(&r->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&r->wake, &attr);
	pthread_condattr_destroy(&attr);
	return r;
}

/* ---- One job ---- */

struct keep {
	const char *name;
	int64_t now;
};

static enum err
keep(struct db *db, void *ctx)
{
	const struct keep *k = ctx;

	return job_put(db, str_of(k->name), &(struct job_row){.ran_at = k->now});
}

/* By the calendar, or by the time that has really gone by: a clock that stands still or was set
 * back does not put a job off. */
static bool
is_due(const struct job *job, const struct standing *s, int64_t now)
{
	return s->ran_at == 0 || now < s->ran_at || now - s->ran_at >= job->period_s ||
	       now_mono_ms() - s->ran_ms >= job->period_s * 1000;
}

static void
say(const struct job *job, struct standing *s, enum err e, size_t done)
{
	int64_t ms = now_mono_ms();
	char n[24];

	if (e == ERR_OK && done > 0) {
		snprintf(n, sizeof n, "%zu", done);
		log_info("job", "name", job->name, "done", n);
	}
	if (e != ERR_OK && (e != s->said || ms - s->said_ms >= SAY_AGAIN_MS)) {
		log_warn("job_failed", "name", job->name, "why", err_name(e));
		s->said_ms = ms;
	}
	s->said = e;
}

static void
run_job(struct runner *r, const struct job *job, struct standing *s)
{
	int64_t now = now_utc_s(), early_s;
	struct arena *a;
	size_t done = 0;
	enum err e;

	if (!is_due(job, s, now))
		return;
	a = arena_new(RUN_BYTES);
	e = job->run(a, &r->jobs, now, &done);
	arena_free(a);
	if (e == ERR_OK && job->kept)
		e = tx_run(r->jobs.db, keep, &(struct keep){job->name, now});
	/* What fails once a day is not left until tomorrow. */
	early_s = e == ERR_OK || job->period_s < HOUR_S ? 0 : job->period_s - HOUR_S;
	s->ran_at = now - early_s;
	s->ran_ms = now_mono_ms() - early_s * 1000;
	say(job, s, e, done);
}

/* ---- The thread ---- */

static void
take_policy(struct runner *r, int fd)
{
	struct diag d = {0};
	char why[700];

	if (instance_policy_read(r->in, r->jobs.db, fd, &d) != ERR_OK) {
		diag_format(&d, why, sizeof why);
		log_error("policy_not_taken", "why", why);
		return;
	}
	r->jobs.policy = instance_policy(r->in);
	log_info("policy_in_force", "version", r->jobs.policy->sha256_hex);
}

static void
rest(struct runner *r)
{
	struct timespec until;
	int fd;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += LOOK_MS * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_nsec -= 1000000000L;
		until.tv_sec++;
	}
	pthread_mutex_lock(&r->lock);
	if (r->policy_fd < 0 && !atomic_load(r->stop))
		pthread_cond_timedwait(&r->wake, &r->lock, &until);
	fd = r->policy_fd;
	r->policy_fd = -1;
	pthread_mutex_unlock(&r->lock);
	if (fd >= 0)
		take_policy(r, fd);
}

static void
recall(struct runner *r)
{
	struct arena *a = arena_new(1 << 20);

	for (size_t i = 0; i < job_table_n; i++) {
		struct job_row row = {0};

		if (job_table[i].kept &&
		        job_get(a, r->jobs.db, str_of(job_table[i].name), &row) == ERR_OK)
			r->standing[i] =
			        (struct standing){.ran_at = row.ran_at, .ran_ms = now_mono_ms()};
	}
	arena_free(a);
}

static void *
loop(void *arg)
{
	struct runner *r = arg;

	recall(r);
	while (!atomic_load(r->stop)) {
		for (size_t i = 0; i < job_table_n && !atomic_load(r->stop); i++)
			run_job(r, &job_table[i], &r->standing[i]);
		rest(r);
	}
	return NULL;
}

enum err
runner_start(struct runner *r)
{
	return pthread_create(&r->thread, NULL, loop, r) == 0 ? ERR_OK : ERR_IO;
}

static void
wake(struct runner *r)
{
	pthread_cond_signal(&r->wake);
	pthread_mutex_unlock(&r->lock);
}

void
runner_policy(struct runner *r, int fd)
{
	pthread_mutex_lock(&r->lock);
	if (r->policy_fd >= 0)
		close(r->policy_fd);
	r->policy_fd = fd;
	wake(r);
}

void
runner_stop(struct runner *r)
{
	pthread_mutex_lock(&r->lock);
	atomic_store(r->stop, true);
	wake(r);
	pthread_join(r->thread, NULL);
	if (r->policy_fd >= 0)
		close(r->policy_fd);
	pthread_cond_destroy(&r->wake);
	pthread_mutex_destroy(&r->lock);
	free(r);
}
