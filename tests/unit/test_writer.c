/* store/writer: many threads, one commit; who fails fails alone. */
#include "unit.h"

#include "store_fixture.h"

#include "base/time.h"
#include "store/turnstile.h"
#include "store/writer.h"

#include <pthread.h>
#include <semaphore.h>

struct fixture {
	char *dir;
	struct db *db, *checkpoint_db, *reader;
	struct writer *w;
	/* What the batch hook saw. */
	size_t batches, largest;
};

struct job {
	struct writer_job base;
	struct fixture *f;
	int64_t value;
	enum err fails; /* what apply gives after its insert */
	bool signed_by_hook;
	enum err result;
	sem_t *done;
};

static enum err
apply(struct db *db, struct writer_job *base)
{
	struct job *job = (struct job *)base;
	enum err e;

	assert_true(job->signed_by_hook);
	e = fixture_insert(db, &job->value);
	return e != ERR_OK ? e : job->fails;
}

static void
done(struct writer_job *base, enum err e)
{
	struct job *job = (struct job *)base;

	job->result = e;
	sem_post(job->done);
}

static void
sign(void *ctx, struct writer_job *const *jobs, size_t n)
{
	struct fixture *f = ctx;

	f->batches++;
	if (n > f->largest)
		f->largest = n;
	for (size_t i = 0; i < n; i++) {
		struct job *job = (struct job *)jobs[i];

		job->signed_by_hook = true;
		if (job->fails == ERR_PEER)
			jobs[i]->err = ERR_PEER;
	}
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	f->dir = fixture_dir();
	fixture_migrate(f->dir);
	f->db = fixture_open(f->dir, 0);
	f->checkpoint_db = fixture_open(f->dir, DB_LAZY);
	f->reader = fixture_open(f->dir, DB_LAZY);
	assert_int_equal(writer_start(&(struct writer_config){.db = f->db,
	                                      .checkpoint_db = f->checkpoint_db,
	                                      .queue_max = 200,
	                                      .batch = sign,
	                                      .ctx = f},
	                         &f->w),
	        ERR_OK);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	writer_stop(f->w);
	db_close(f->db);
	db_close(f->checkpoint_db);
	db_close(f->reader);
	fixture_remove(f->dir, "note.db");
	free(f);
	return 0;
}

static struct job
job_new(struct fixture *f, int64_t value, enum err fails, sem_t *sem)
{
	return (struct job){
	        .base = {.apply = apply, .done = done},
	        .f = f,
	        .value = value,
	        .fails = fails,
	        .result = ERR_COUNT,
	        .done = sem,
	};
}

/* Value 1 comes twice. */
static void
test_alone(void **state)
{
	static const struct {
		int64_t value;
		enum err fails, want;
	} cases[] = {
	        {1, ERR_OK, ERR_OK},
	        {2, ERR_STATE, ERR_STATE},
	        {1, ERR_OK, ERR_CONFLICT},
	        {3, ERR_PEER, ERR_PEER},
	        {4, ERR_BUSY, ERR_BUSY},
	        {5, ERR_OK, ERR_OK},
	};
	enum { N = sizeof cases / sizeof cases[0] };
	struct fixture *f = *state;
	struct job jobs[N];
	sem_t sem;

	sem_init(&sem, 0, 0);
	for (size_t i = 0; i < N; i++) {
		jobs[i] = job_new(f, cases[i].value, cases[i].fails, &sem);
		assert_int_equal(writer_submit(f->w, &jobs[i].base), ERR_OK);
	}
	for (size_t i = 0; i < N; i++)
		sem_wait(&sem);
	for (size_t i = 0; i < N; i++)
		assert_int_equal(jobs[i].result, cases[i].want);
	assert_int_equal(fixture_count(f->reader), 2);
}

/* With the database held by somebody else nothing is written, so the queue fills; then all of it
 * goes. The writer takes at most a batch off the queue meanwhile. */
static void
test_full(void **state)
{
	enum { N = 200 + WRITER_BATCH_MAX + 1 };
	struct fixture *f = *state;
	struct job *jobs = calloc(N, sizeof *jobs);
	struct turnstile turn;
	char path[200];
	int taken = 0;
	sem_t sem;

	sem_init(&sem, 0, 0);
	snprintf(path, sizeof path, "%s/note.db.turn", f->dir);
	assert_int_equal(turnstile_init(&turn, path), ERR_OK);
	assert_int_equal(turnstile_enter(&turn), ERR_OK);
	for (int i = 0; i < N; i++) {
		jobs[i] = job_new(f, i, ERR_OK, &sem);
		taken += writer_submit(f->w, &jobs[i].base) == ERR_OK;
	}
	turnstile_clear(&turn);
	assert_in_range(taken, 200, N - 1);
	writer_stop(f->w);
	f->w = NULL;
	for (int i = 0; i < taken; i++)
		assert_int_equal(sem_trywait(&sem), 0);
	assert_int_equal(fixture_count(f->reader), taken);
	assert_true(f->largest == WRITER_BATCH_MAX);
	free(jobs);
}

enum { CLIENTS = 32, EACH = 100 };

static void *
client(void *ctx)
{
	struct fixture *f = ctx;
	static int64_t next;
	sem_t sem;

	sem_init(&sem, 0, 0);
	for (int i = 0; i < EACH; i++) {
		struct job job =
		        job_new(f, __atomic_add_fetch(&next, 1, __ATOMIC_RELAXED), ERR_OK, &sem);

		if (writer_submit(f->w, &job.base) != ERR_OK)
			return f;
		sem_wait(&sem);
		if (job.result != ERR_OK)
			return f;
	}
	return NULL;
}

static void
test_clients(void **state)
{
	struct fixture *f = *state;
	pthread_t thread[CLIENTS];
	struct writer_stats stats;
	int64_t start = now_mono_ms(), took;

	for (int i = 0; i < CLIENTS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, client, f), 0);
	for (int i = 0; i < CLIENTS; i++) {
		void *failed;

		pthread_join(thread[i], &failed);
		assert_null(failed);
	}
	took = now_mono_ms() - start;
	writer_stats(f->w, &stats);
	assert_int_equal(stats.jobs, CLIENTS * EACH);
	assert_int_equal(stats.failed, 0);
	assert_int_equal(fixture_count(f->reader), CLIENTS * EACH);
	assert_true(stats.batches < stats.jobs);
	print_message("%d clients: %lld jobs/s, %.1f a commit\n", CLIENTS,
	        (long long)(stats.jobs * 1000 / (uint64_t)(took > 0 ? took : 1)),
	        (double)stats.jobs / (double)stats.batches);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(test_alone, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_full, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_clients, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
