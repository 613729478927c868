/* Group commit. */
#include "store/writer.h"

#include "store/db_engine.h"
#include "store/tx.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum { CHECKPOINT_EVERY_PAGES = 1024 }; /* 4 MiB: more at once makes the commits beside it wait */

struct batch {
	struct writer_job *jobs[WRITER_BATCH_MAX];
	size_t n;
	int64_t batch_us;   /* in the hook */
	int64_t applied_us; /* when its last job had been applied */
};

/* What the last batch took. */
struct took {
	int64_t work_us; /* the hook and the rows */
	int64_t sync_us;
};

struct writer {
	struct writer_config config;
	pthread_t preparer, thread, checkpointer;
	pthread_mutex_t lock; /* for what follows */
	pthread_cond_t wake, handed, wake_checkpointer;
	struct batch batches[2]; /* one is prepared, or ready, while the other is written */
	struct batch *ready;     /* prepared, and not yet taken by the writer's thread */
	bool writing;            /* a batch */
	bool prepared_all;       /* the preparer has ended */
	struct took took;
	struct writer_job *first, **last;
	size_t queued, wanted; /* wanted: how many the writer waits for */
	bool stopping, ended, checkpoint;
	struct writer_stats stats;
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

/* The preparer's: the next batch, while the last one is being written. Where the disk takes longer
 * than the work, that would make many batches of few: then the last one is waited for, and also,
 * for no longer than its sync took, those whom it answered, since they are likely to come again at
 * once and one sync for few of them costs as much. */
static void
take(struct writer *w, struct batch *batch, size_t expected)
{
	int64_t linger_us;

	pthread_mutex_lock(&w->lock);
	while (w->ready != NULL)
		pthread_cond_wait(&w->handed, &w->lock);
	wait_for(w, 1, 0);
	if (w->took.sync_us >= w->took.work_us) {
		while (w->writing)
			pthread_cond_wait(&w->handed, &w->lock);
		linger_us = w->took.sync_us < WRITER_LINGER_MS * 1000 ? w->took.sync_us
		                                                      : WRITER_LINGER_MS * 1000;
		if (w->queued < expected)
			wait_for(w, expected, now_us() + linger_us);
	}
	batch->n = 0;
	while (w->first != NULL && batch->n < WRITER_BATCH_MAX) {
		batch->jobs[batch->n++] = w->first;
		w->first = w->first->next;
	}
	if (w->first == NULL)
		w->last = &w->first;
	w->queued -= batch->n;
	pthread_mutex_unlock(&w->lock);
}

/* When the writer's thread takes a batch from `ready`, it is done with the other one. */
static void *
preparer_main(void *ctx)
{
	struct writer *w = ctx;
	size_t n = 0;

	pthread_setname_np(pthread_self(), "preparer");
	for (unsigned i = 0;; i = 1 - i) {
		struct batch *b = &w->batches[i];
		int64_t from_us;

		take(w, b, n);
		n = b->n;
		from_us = now_us();
		if (n > 0 && w->config.batch != NULL)
			w->config.batch(w->config.ctx, b->jobs, n);
		b->batch_us = now_us() - from_us;
		pthread_mutex_lock(&w->lock);
		w->ready = n > 0 ? b : NULL;
		w->prepared_all = n == 0;
		pthread_cond_broadcast(&w->handed);
		pthread_mutex_unlock(&w->lock);
		if (n == 0)
			return NULL;
	}
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
finish(struct writer *w, struct batch *batch, enum err e, int64_t from_us)
{
	int64_t until_us = now_us();
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
	w->stats.batch_us += (uint64_t)batch->batch_us;
	w->stats.commit_us += (uint64_t)(until_us - from_us);
	w->took = (struct took){0};
	if (e == ERR_OK)
		w->took = (struct took){batch->batch_us + batch->applied_us - from_us,
		        until_us - batch->applied_us};
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

/* The next prepared batch; NULL: there will be no more. The last one has been finished. */
static struct batch *
next_batch(struct writer *w)
{
	struct batch *b;

	pthread_mutex_lock(&w->lock);
	w->writing = false;
	pthread_cond_broadcast(&w->handed);
	while (w->ready == NULL && !w->prepared_all)
		pthread_cond_wait(&w->handed, &w->lock);
	b = w->ready;
	w->ready = NULL;
	w->writing = b != NULL;
	pthread_cond_broadcast(&w->handed);
	pthread_mutex_unlock(&w->lock);
	return b;
}

static void *
writer_main(void *ctx)
{
	struct writer *w = ctx;
	struct batch *b;
	size_t asked_at = 0;

	pthread_setname_np(pthread_self(), "writer");
	while ((b = next_batch(w)) != NULL) {
		int64_t from_us = now_us();

		finish(w, b, tx_run(w->config.db, apply_batch, b), from_us);
		if (w->config.checkpoint_db != NULL)
			ask_for_checkpoint(w, &asked_at);
	}
	return NULL;
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
	pthread_cond_destroy(&w->handed);
	pthread_cond_destroy(&w->wake_checkpointer);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

static void
end_thread(struct writer *w)
{
	pthread_mutex_lock(&w->lock);
	w->prepared_all = true;
	pthread_cond_broadcast(&w->handed);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
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
	pthread_cond_init(&w->handed, NULL);
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
	if (pthread_create(&w->preparer, NULL, preparer_main, w) != 0) {
		end_thread(w);
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
	pthread_join(w->preparer, NULL);
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
