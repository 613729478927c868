/* Group commit. */
#include "store/writer.h"

#include "store/db_engine.h"
#include "store/tx.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum { CHECKPOINT_EVERY_PAGES = 1024 }; /* 4 MiB: more at once makes the commits beside it wait */

struct writer {
	struct writer_config config;
	pthread_t thread, checkpointer;
	pthread_mutex_t lock; /* for what follows */
	pthread_cond_t wake, wake_checkpointer;
	struct writer_job *first, **last;
	size_t queued, wanted; /* wanted: how many the writer waits for */
	bool stopping, ended, checkpoint;
	struct writer_stats stats;
};

struct batch {
	struct writer_job *jobs[WRITER_BATCH_MAX];
	size_t n;
	int64_t applied_us; /* when its last job had been applied */
};

static int64_t
now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

/* ---- Taking a batch ---- */

/* Waits until N jobs are there, at most until UNTIL_US (0: for ever). */
static void
wait_for(struct writer *w, size_t n, int64_t until_us)
{
	struct timespec ts = {.tv_sec = until_us / 1000000, .tv_nsec = until_us % 1000000 * 1000};
	int timed_out = 0;

	w->wanted = n;
	while (w->queued < n && !w->stopping && timed_out == 0)
		timed_out = until_us == 0 ? pthread_cond_wait(&w->wake, &w->lock)
		                          : pthread_cond_timedwait(&w->wake, &w->lock, &ts);
}

/* What the last batch took. */
struct took {
	int64_t work_us; /* the hook and the rows */
	int64_t sync_us;
};

/* Who was answered by the last batch is likely to come again at once: so many jobs are waited for,
 * for no longer than the last sync took, since one for few of them would cost as much. What is
 * there earlier is written meanwhile. Where the disk is quicker than the work, half as many are
 * taken at once, so that those who wait are not all in one batch: while it is written, the other
 * half's requests are read, and no processor stands still. */
static void
take(struct writer *w, struct batch *batch, const struct took *took)
{
	size_t max = took->sync_us < took->work_us ? WRITER_BATCH_MAX / 2 : WRITER_BATCH_MAX;
	size_t expected = batch->n < max ? batch->n : max;
	int64_t linger_us =
	        took->sync_us < WRITER_LINGER_MS * 1000 ? took->sync_us : WRITER_LINGER_MS * 1000;

	batch->n = 0;
	pthread_mutex_lock(&w->lock);
	wait_for(w, 1, 0);
	if (w->queued < expected)
		wait_for(w, expected, now_us() + linger_us);
	while (w->first != NULL && batch->n < max) {
		batch->jobs[batch->n++] = w->first;
		w->first = w->first->next;
	}
	if (w->first == NULL)
		w->last = &w->first;
	w->queued -= batch->n;
	pthread_mutex_unlock(&w->lock);
}

/* ---- Writing it ---- */

static enum err
apply_job(struct db *db, void *ctx)
{
	struct writer_job *job = ctx;

	return job->apply(db, job);
}

static enum err
apply_batch(struct db *db, void *ctx)
{
	struct batch *batch = ctx;

	for (size_t i = 0; i < batch->n; i++) {
		struct writer_job *job = batch->jobs[i];

		job->result = job->err;
		if (job->result == ERR_OK)
			job->result = tx_savepoint(db, apply_job, job);
		/* A conflict with another writer: the whole transaction runs anew. */
		if (job->result == ERR_BUSY && db_retryable(db))
			return ERR_BUSY;
	}
	batch->applied_us = now_us();
	return ERR_OK;
}

static void
finish(struct writer *w, struct batch *batch, enum err e, int64_t batch_us, int64_t commit_us)
{
	size_t failed = 0;

	for (size_t i = 0; i < batch->n; i++) {
		struct writer_job *job = batch->jobs[i];

		/* Nothing of this transaction stands, except that the hook's refusals do. */
		if (e != ERR_OK)
			job->result = job->err != ERR_OK ? job->err : e;
		failed += job->result != ERR_OK;
	}
	pthread_mutex_lock(&w->lock);
	w->stats.jobs += batch->n;
	w->stats.batches++;
	w->stats.failed += failed;
	w->stats.batch_us += (uint64_t)batch_us;
	w->stats.commit_us += (uint64_t)commit_us;
	pthread_mutex_unlock(&w->lock);
	for (size_t i = 0; i < batch->n; i++)
		batch->jobs[i]->done(batch->jobs[i], batch->jobs[i]->result);
}

static void
ask_for_checkpoint(struct writer *w, size_t *asked_at)
{
	size_t pages = db_backlog(w->config.db);

	if (pages < *asked_at)
		*asked_at = 0; /* the WAL began anew */
	if (pages - *asked_at < CHECKPOINT_EVERY_PAGES)
		return;
	*asked_at = pages;
	pthread_mutex_lock(&w->lock);
	w->checkpoint = true;
	pthread_cond_signal(&w->wake_checkpointer);
	pthread_mutex_unlock(&w->lock);
}

static void *
writer_main(void *ctx)
{
	struct writer *w = ctx;
	struct batch batch = {.n = 0};
	struct took took = {0};
	size_t asked_at = 0;

	pthread_setname_np(pthread_self(), "writer");
	for (;;) {
		int64_t t0, t1, t2;
		enum err e;

		take(w, &batch, &took);
		if (batch.n == 0)
			return NULL;
		t0 = now_us();
		if (w->config.batch != NULL)
			w->config.batch(w->config.ctx, batch.jobs, batch.n);
		t1 = now_us();
		e = tx_run(w->config.db, apply_batch, &batch);
		t2 = now_us();
		took = (struct took){0};
		if (e == ERR_OK)
			took = (struct took){batch.applied_us - t0, t2 - batch.applied_us};
		finish(w, &batch, e, t1 - t0, t2 - t1);
		if (w->config.checkpoint_db != NULL)
			ask_for_checkpoint(w, &asked_at);
	}
}

/* Copies pages into the database beside the writer, so that its commits do not have to. */
static void *
checkpointer_main(void *ctx)
{
	struct writer *w = ctx;

	pthread_setname_np(pthread_self(), "checkpoint");
	pthread_mutex_lock(&w->lock);
	while (!w->ended) {
		if (!w->checkpoint) {
			pthread_cond_wait(&w->wake_checkpointer, &w->lock);
			continue;
		}
		w->checkpoint = false;
		pthread_mutex_unlock(&w->lock);
		/* What fails here is tried again, and fails in a commit if it lasts. */
		(void)!db_checkpoint(w->config.checkpoint_db);
		pthread_mutex_lock(&w->lock);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

/* ---- What others call ---- */

static void
free_writer(struct writer *w)
{
	pthread_cond_destroy(&w->wake);
	pthread_cond_destroy(&w->wake_checkpointer);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

static void
end_checkpointer(struct writer *w)
{
	if (w->config.checkpoint_db == NULL)
		return;
	pthread_mutex_lock(&w->lock);
	w->ended = true;
	pthread_cond_signal(&w->wake_checkpointer);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->checkpointer, NULL);
}

enum err
writer_start(const struct writer_config *config, struct writer **out)
{
	struct writer *w = calloc(1, sizeof *w);
	pthread_condattr_t attr;

	if (w == NULL)
		abort();
	w->config = *config;
	w->last = &w->first;
	w->wanted = 1;
	pthread_mutex_init(&w->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&w->wake, &attr);
	pthread_condattr_destroy(&attr);
	pthread_cond_init(&w->wake_checkpointer, NULL);
	if (config->checkpoint_db != NULL &&
	        pthread_create(&w->checkpointer, NULL, checkpointer_main, w) != 0) {
		free_writer(w);
		return ERR_IO;
	}
	if (pthread_create(&w->thread, NULL, writer_main, w) != 0) {
		end_checkpointer(w);
		free_writer(w);
		return ERR_IO;
	}
	*out = w;
	return ERR_OK;
}

enum err
writer_submit(struct writer *w, struct writer_job *job)
{
	enum err e = ERR_OK;

	job->next = NULL;
	pthread_mutex_lock(&w->lock);
	if (w->stopping || w->queued >= w->config.queue_max) {
		e = ERR_BUSY;
	} else {
		*w->last = job;
		w->last = &job->next;
		if (++w->queued >= w->wanted)
			pthread_cond_signal(&w->wake);
	}
	pthread_mutex_unlock(&w->lock);
	return e;
}

void
writer_stop(struct writer *w)
{
	if (w == NULL)
		return;
	pthread_mutex_lock(&w->lock);
	w->stopping = true;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	end_checkpointer(w);
	free_writer(w);
}

void
writer_stats(struct writer *w, struct writer_stats *out)
{
	pthread_mutex_lock(&w->lock);
	*out = w->stats;
	out->queued = w->queued;
	pthread_mutex_unlock(&w->lock);
}
