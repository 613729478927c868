/* The writer of a process: one thread that commits what many threads want written, many jobs in one
 * transaction, since a sync costs the same for one as for sixty-four. Each job has a savepoint of
 * its own, so that one that fails takes nothing with it. A second thread prepares the next batch
 * while one is written. */
#ifndef VDPD_STORE_WRITER_H
#define VDPD_STORE_WRITER_H

#include "store/db.h"

enum { WRITER_BATCH_MAX = 64, WRITER_LINGER_MS = 10 };

/* A job is part of the submitter's own struct, which lives until `done`. The writer touches it
 * between writer_submit and the call of `done` only. */
struct writer_job {
	/* Writes inside the savepoint. As with tx_run it may run several times. */
	enum err (*apply)(struct db *db, struct writer_job *job);
	/* On the writer's thread, after the commit: ERR_OK means durable. Must be quick (wake a
	 * connection); the job may be freed or submitted anew in it. */
	void (*done)(struct writer_job *job, enum err e);
	/* ERR_OK at submission; the batch hook sets it to refuse this job. */
	enum err err;
	enum err result;         /* the writer's */
	struct writer_job *next; /* the writer's */
};

struct writer_config {
	struct db *db;            /* the writer's alone until writer_stop has returned */
	struct db *checkpoint_db; /* for a second thread that keeps the WAL short; NULL: none */
	size_t queue_max;         /* jobs that may wait */
	/* Called once a batch on a thread of its own, before the transaction, with all jobs of the
	 * batch in order of submission (public asks keyd to sign all their receipts at once); the
	 * batch before may be being written meanwhile. NULL: none. */
	void (*batch)(void *ctx, struct writer_job *const *jobs, size_t n);
	void *ctx;
};

struct writer;

/* Starts the thread. ERR_IO if the system has no more of them. */
enum err writer_start(const struct writer_config *config, struct writer **out) MUST_CHECK;

/* Hands JOB over and returns at once. ERR_BUSY if the queue is full or the writer is stopping; then
 * the job is still the caller's and `done` is not called. */
enum err writer_submit(struct writer *w, struct writer_job *job) MUST_CHECK;

/* Writes what is queued, ends the threads, frees W. NULL allowed. No submission may be under way.
 */
void writer_stop(struct writer *w);

/* Figures since the start, for /metrics and the benchmark. */
struct writer_stats {
	uint64_t jobs, batches, failed; /* failed: jobs whose result was not ERR_OK */
	uint64_t batch_us, commit_us;   /* in the hook; in the transaction */
	size_t queued;                  /* now */
};
void writer_stats(struct writer *w, struct writer_stats *out);

#endif
