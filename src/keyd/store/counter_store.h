/* Case numbers and checkpoints: what keyd signs only once, or only forwards. */
#ifndef VDPD_KEYD_STORE_COUNTER_STORE_H
#define VDPD_KEYD_STORE_COUNTER_STORE_H

#include "keyd/client/protocol.h"
#include "store/tx.h"

/* Inside tx_run: takes the next N numbers of PREFIX and YEAR; *last is the highest of them. */
enum err counter_take(
        struct db *db, struct str prefix, int year, size_t n, int64_t *last) MUST_CHECK;

/* Inside tx_run: the highest event of PROGRAMME's last checkpoint, 0 if there is none. */
enum err checkpoint_highest(struct db *db, struct str programme, int64_t *out) MUST_CHECK;
/* The last checkpoint of PROGRAMME as it was signed; ERR_NOT_FOUND if there is none. */
enum err checkpoint_get(struct arena *a, struct db *db, struct str programme,
        struct keyd_checkpoint *c, struct keyd_checkpointed *done) MUST_CHECK;
/* Inside tx_run: replaces the last checkpoint. */
enum err checkpoint_put(struct db *db, const struct keyd_checkpoint *c,
        const struct keyd_checkpointed *done) MUST_CHECK;

#endif
