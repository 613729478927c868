/* The shelf: where advisories stand once they are published. One way in, whoever publishes. */
#ifndef VDPD_PUBLISH_SHELF_H
#define VDPD_PUBLISH_SHELF_H

#include "policy/config.h"
#include "policy/policy.h"
#include "publish/advisory.h"
#include "store/advisory_store.h"

/* Who publishes, by policy and configuration; slices are theirs. */
struct publisher publisher_of(const struct policy *p, const struct config *c);

/* Publishes V, or a new revision of the advisory of that id, at NOW (UTC seconds): dates that are
 * missing and the entry of this revision are filled in, people are thanked. ERR_INVALID with D:
 * what V lacks, or what is not for the public (its TLP label). Store errors. Inside tx_run; V's
 * slices must live until it returns. *PUT (may be NULL): the row as it stands now. */
enum err shelf_put(struct arena *a, struct db *db, int64_t programme_id, const struct advisory *v,
        int64_t now_utc_s, struct advisory_row *put, struct diag *d) MUST_CHECK;

#endif
