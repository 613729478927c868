/* Erasing cases: which are due by the policy, and what is taken out of the database. What was
 * sealed for a case stays where the chain covers it, and is worth nothing without the keys; of
 * these the wraps are overwritten in their place. */
#ifndef VDPD_STORE_RETENTION_STORE_H
#define VDPD_STORE_RETENTION_STORE_H

#include "store/case_store.h"

/* Ids of cases closed as REASON (enum close_reason) at or before CLOSED_BEFORE, not on hold, not
 * announced yet: those closed first, at most MAX. */
enum err retention_closed(struct arena *a, struct db *db, unsigned reason, int64_t closed_before,
        size_t max, int64_t **ids, size_t *n) MUST_CHECK;
/* Ids of cases whose announced time has come, at most MAX. */
enum err retention_due(struct arena *a, struct db *db, int64_t now, size_t max, int64_t **ids,
        size_t *n) MUST_CHECK;
/* Sets erase_at (0: takes it back) if the row still has EVENTS events; ERR_CONFLICT otherwise. */
enum err retention_announce(struct db *db, int64_t id, int64_t events, int64_t erase_at) MUST_CHECK;
/* How many cases are announced. */
enum err retention_announced(struct db *db, int64_t *n) MUST_CHECK;

/* Destroys what opens the case of ROW: both wraps; its title, capsules, files' rows, the hash of
 * the reporter's address and notices that were not sent. What is left of it outside of these rows
 * is noted for scrub_list. Inside tx_run. */
enum err retention_erase(
        struct arena *a, struct db *db, const struct case_row *row, int64_t at) MUST_CHECK;

/* What erasing left: blobs to be unlinked, and pages in the WAL that still show what was
 * overwritten. */
struct scrub_row {
	int64_t id;
	struct str blob; /* 16 bytes; .p NULL: none, the WAL alone */
};
enum err scrub_list(
        struct arena *a, struct db *db, size_t max, struct scrub_row **rows, size_t *n) MUST_CHECK;
/* All up to id UPTO are done with. */
enum err scrub_done(struct db *db, int64_t upto) MUST_CHECK;

extern const struct stmt *const retention_store_stmts[];

#endif
