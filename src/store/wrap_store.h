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

/* Inside tx_run: the same, sealed anew. */
enum err wrap_put(struct db *db, int64_t id, struct str team_wrap) MUST_CHECK;
enum err sealed_put(struct db *db, int64_t id, struct str content) MUST_CHECK;

extern const struct stmt *const wrap_store_stmts[];

#endif
