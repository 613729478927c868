/* Case numbers and checkpoints: what keyd signs only once, or only forwards. */
#ifndef VDPD_KEYD_STORE_COUNTER_STORE_H
#define VDPD_KEYD_STORE_COUNTER_STORE_H

#include "keyd/client/protocol.h"
#include "store/tx.h"

/* Inside tx_run: takes the next N numbers of PREFIX and YEAR; *last is the highest of them. */
enum err counter_take(
        struct db *db, struct str prefix, int year, size_t n, int64_t *last) MUST_CHECK;

/* Inside tx_run, after a restore: leaves numbers of YEAR out, of every prefix, since those that
 * were given after the backup are not known: as many as YEAR had by then (of a year that had none,
 * as many as the year before), and COUNTER_SKIP_MIN. *SKIPPED: how many, at the most. */
enum { COUNTER_SKIP_MIN = 100 };
enum err counter_skip(struct db *db, int year, int64_t *skipped) MUST_CHECK;

/* The last checkpoint of a programme. */
struct signed_checkpoint {
	struct keyd_checkpointed done;
	int64_t previous_event; /* up to which the one before it went; 0: it is the first */
};
/* ERR_NOT_FOUND if PROGRAMME has none. */
enum err checkpoint_get(struct arena *a, struct db *db, struct str programme,
        struct signed_checkpoint *out) MUST_CHECK;
/* Inside tx_run: replaces the last checkpoint. */
enum err checkpoint_put(
        struct db *db, struct str programme, const struct signed_checkpoint *c) MUST_CHECK;

#endif
