/* Where jobs stand, and the checkpoints that keyd signed over the chains. */
#ifndef VDPD_STORE_JOB_STORE_H
#define VDPD_STORE_JOB_STORE_H

#include "store/db.h"

struct job_row {
	int64_t ran_at;   /* UTC seconds; 0: never */
	int64_t position; /* the job's own */
};
/* The job NAME; all zero if it never ran. */
enum err job_get(struct arena *a, struct db *db, struct str name, struct job_row *out) MUST_CHECK;
enum err job_put(struct db *db, struct str name, const struct job_row *row) MUST_CHECK;

struct checkpoint_row {
	int64_t id;
	int64_t event_id; /* all events up to this id are covered */
	int64_t at_utc_s;
	unsigned char heads_hash[32];
	unsigned char signature[64];
};
enum err checkpoint_insert(struct db *db, const struct checkpoint_row *row) MUST_CHECK;
/* The newest; ERR_NOT_FOUND before the first. */
enum err checkpoint_last(struct arena *a, struct db *db, struct checkpoint_row *out) MUST_CHECK;
/* Those after id AFTER, in order, at most MAX. */
enum err checkpoint_list(struct arena *a, struct db *db, int64_t after, size_t max,
        struct checkpoint_row **rows, size_t *n) MUST_CHECK;

extern const struct stmt *const job_store_stmts[];

#endif
