/* Programmes, and every version of their policies that was ever in force. */
#ifndef VDPD_STORE_POLICY_STORE_H
#define VDPD_STORE_POLICY_STORE_H

#include "store/db.h"

enum { POLICY_TEXT_MAX = 1024 * 1024 };

/* The id of the programme NAME, which is made with CASE_PREFIX if it is not there. Inside tx_run.
 */
enum err programme_ensure(
        struct db *db, struct str name, struct str case_prefix, int64_t *id) MUST_CHECK;
enum err programme_find(struct db *db, struct str name, int64_t *id) MUST_CHECK;

struct policy_row {
	unsigned char sha256[32];
	int64_t programme_id;
	int64_t in_force_at; /* UTC seconds when this version was first served */
	struct str text;     /* the file as it was */
};

/* Keeps a version; a version that is there already stays as it is. Inside tx_run. */
enum err policy_keep(struct db *db, const struct policy_row *row) MUST_CHECK;
/* ERR_NOT_FOUND if no such version was ever in force. */
enum err policy_get(struct arena *a, struct db *db, const unsigned char sha256[32],
        struct policy_row *out) MUST_CHECK;

extern const struct stmt *const policy_store_stmts[];

#endif
