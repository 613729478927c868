/* What is sealed to the storage key, over all cases: for its change, and for nothing else. */
#ifndef VDPD_STORE_WRAP_STORE_H
#define VDPD_STORE_WRAP_STORE_H

#include "store/db.h"

struct wrap_row {
	int64_t id; /* of the case */
	unsigned char uid[16];
	struct str team_wrap;
};
struct sealed_row {
	int64_t id; /* of the capsule */
	int64_t purpose, not_before_utc_s;
	struct str content;
	unsigned char uid[16]; /* of its case */
};

/* In order of id, at most LIMIT after AFTER. */
enum err wrap_list(struct arena *a, struct db *db, int64_t after, size_t limit,
        struct wrap_row **rows, size_t *n) MUST_CHECK;
enum err sealed_list(struct arena *a, struct db *db, int64_t after, size_t limit,
        struct sealed_row **rows, size_t *n) MUST_CHECK;

/* Inside tx_run: sealed anew, if it is still OLD; *DONE tells. */
enum err wrap_put(
        struct db *db, int64_t id, struct str old, struct str team_wrap, bool *done) MUST_CHECK;
enum err sealed_put(
        struct db *db, int64_t id, struct str old, struct str content, bool *done) MUST_CHECK;

/* How many there are of each, for a progress bar. */
enum err wrap_count(struct db *db, int64_t *cases, int64_t *capsules) MUST_CHECK;

/* From the commit on, what is sealed to another storage key than that of the public half STORAGE is
 * not written any more: sealing_other says so. Inside tx_run. */
enum err sealing_set(struct db *db, const unsigned char storage[32]) MUST_CHECK;
/* *OTHER: cases are sealed to another storage key now. */
enum err sealing_other(struct db *db, const unsigned char storage[32], bool *other) MUST_CHECK;

extern const struct stmt *const wrap_store_stmts[];

#endif
