/* How long closed cases are kept: the policy in force says it. The team is told before; then the
 * keys of the case are destroyed. Its chain, number, states and dates stay. */
#ifndef VDPD_ACT_RETENTION_H
#define VDPD_ACT_RETENTION_H

#include "act/act.h"

enum { RETENTION_NOTICE_S = 14 * 24 * 3600 };

/* How long P keeps a case closed as REASON, seconds; 0: for ever. */
int64_t retention_s(const struct policy *p, enum close_reason reason);
/* How long before the team is told: RETENTION_NOTICE_S, or half the time where that is shorter. */
int64_t retention_notice_s(const struct policy *p, enum close_reason reason);

/* Tells the team that the case will be erased, at the policy's time or as long after NOW as they
 * are told before, whichever is later: sets erase_at of its row, *at to it, 0 if there is no reason
 * any more. Inside tx_run; ERR_CONFLICT if the case changed meanwhile. */
enum err retention_tell(struct arena *a, struct db *db, const struct policy *p, int64_t case_id,
        int64_t now, int64_t *at) MUST_CHECK;

/* Erases the case whose announced time has come, if P still wants that at NOW; else takes the
 * announcement back. *ERASED: it did. Inside tx_run. ERR_FORGED if the case was changed from
 * outside. */
enum err retention_act(struct arena *a, struct db *db, const struct programme *pr,
        const struct policy *p, int64_t case_id, int64_t now, bool *erased) MUST_CHECK;

/* Appends the event and destroys the keys of the open case ACT; then act_save. */
enum err act_destroy(struct act *act) MUST_CHECK;

#endif
