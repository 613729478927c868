/* What keyd signs over the chains of events: one hash over the heads of all cases that changed
 * since the last checkpoint, chained to it. Who verifies computes the same from the events. */
#ifndef VDPD_ACT_CHECKPOINT_H
#define VDPD_ACT_CHECKPOINT_H

#include "act/act.h"
#include "keyd/client/protocol.h"
#include "store/job_store.h"

#include <sodium.h>

/* The hash being made. */
struct checkpoint_hash {
	crypto_generichash_state stretch;
	unsigned char previous_hash[32];
	int64_t previous_event, upto;
};

/* Begins the hash of the checkpoint that follows BEFORE (NULL: the first one) and covers all events
 * up to id UPTO. */
void checkpoint_hash_begin(
        struct checkpoint_hash *h, const struct checkpoint_row *before, int64_t upto);
/* Adds a case with an event after BEFORE's last up to UPTO, and its head after the last of these.
 * In order of the cases' ids. */
void checkpoint_hash_head(
        struct checkpoint_hash *h, int64_t case_id, const unsigned char chain_head[32]);
void checkpoint_hash_end(struct checkpoint_hash *h, unsigned char heads_hash[32]);

/* The checkpoint that is to follow the newest one, from the heads as they are: event_id and
 * heads_hash of *ROW, and *NEXT for keyd but for the programme's name. Where its two events are the
 * same nothing is to be signed. All in one state: inside tx_read. */
enum err checkpoint_next(struct arena *a, struct db *db, struct checkpoint_row *row,
        struct keyd_checkpoint_next *next) MUST_CHECK;

/* ERR_FORGED unless keyd signed ROW for PR. Whether its hash is that of the events is another
 * question. */
enum err checkpoint_check(const struct programme *pr, const struct checkpoint_row *row) MUST_CHECK;

#endif
