/* What became of the notices of one pass, written down together: a transaction costs the same for
 * one as for thirty, and reports that arrive meanwhile wait for it. */
#ifndef VDPD_JOBS_OUTCOMES_H
#define VDPD_JOBS_OUTCOMES_H

#include "keyd/client/keyd_client.h"
#include "store/notice_store.h"

enum { OUTCOMES_MAX = 64 };

enum outcome_kind {
	OUTCOME_SENT,
	OUTCOME_SENT_ALIKE, /* with all alike up to id UPTO */
	OUTCOME_POSTPONED,  /* until TRY_AT */
	OUTCOME_FAILED,     /* because of TROUBLE; again at TRY_AT */
	OUTCOME_EXPANDED,   /* into one for each of TEAM */
	OUTCOME_TO_TEAM,    /* the team gets it instead */
	OUTCOME_TO_DEPUTY   /* DEPUTY gets it as well */
};

struct outcome {
	enum outcome_kind kind;
	const struct notice_row *notice;
	int64_t upto;
	int64_t try_at;
	const char *trouble; /* static */
	const struct keyd_people *team;
	int64_t deputy; /* a person */
};

struct outcomes {
	struct outcome items[OUTCOMES_MAX];
	size_t n;
	int64_t now;
};

/* Keeps O; at most OUTCOMES_MAX between two writings. What it points at lives until then. */
void outcomes_add(struct outcomes *all, struct outcome o);

/* Writes all of them in one transaction and forgets them. On an error none is written, and they are
 * forgotten all the same: the notices are due again. */
enum err outcomes_write(struct outcomes *all, struct db *db) MUST_CHECK;

#endif
