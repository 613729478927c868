/* Are the events of a case those that were written, and does keyd's signature fit it? */
#ifndef VDPD_CLI_ADMIN_CHAIN_CHECK_H
#define VDPD_CLI_ADMIN_CHAIN_CHECK_H

#include "cli/admin/cases.h"
#include "store/job_store.h"

/* ERR_FORGED with D saying which case, and which event where it can be told: an event that is
 * missing, changed or added behind the chain, or a row whose number, content, policy or key is not
 * what keyd signed. */
enum err chain_check(const struct case_seen *c, struct diag *d) MUST_CHECK;
/* The two halves of it: the chain; the row, for which the events need not have been read. */
enum err chain_check_events(const struct case_seen *c, struct diag *d) MUST_CHECK;
enum err chain_check_signature(const struct case_seen *c, struct diag *d) MUST_CHECK;

/* The checkpoints that keyd signed, compared with the heads that chains had then. */
struct checkpoints;

/* Reads those that are there now (checkpoints_see is to be called for every case then) and checks
 * their signatures. LAST is the last one that keyd itself remembers: it may be one more than the
 * database has, where a crash came between signing and writing down. *n is their number.
 * ERR_FORGED, ERR_STORE with D. */
enum err checkpoints_begin(struct cases *s, const struct checkpoint_row *last,
        struct checkpoints **out, size_t *n, struct diag *d) MUST_CHECK;
void checkpoints_see(struct checkpoints *k, const struct case_seen *c);
/* After the last case. ERR_FORGED with D: which checkpoint does not fit, so from when to when
 * something was rewritten or taken out. */
enum err checkpoints_end(struct checkpoints *k, struct diag *d) MUST_CHECK;
/* All events up to this id are covered by a signature; 0: none. */
int64_t checkpoints_upto(const struct checkpoints *k);
void checkpoints_free(struct checkpoints *k); /* NULL allowed */

#endif
