/* Erasing by the policy. */
#include "act/retention.h"

#include "store/mail_store.h"
#include "store/retention_store.h"

int64_t
retention_s(const struct policy *p, enum close_reason reason)
{
	return reason == CLOSE_SPAM ? p->retention.spam_s : p->retention.closed_s;
}

int64_t
retention_notice_s(const struct policy *p, enum close_reason reason)
{
	int64_t half = retention_s(p, reason) / 2;

	return half < RETENTION_NOTICE_S ? half : RETENTION_NOTICE_S;
}

/* When the time of ROW is over by P; CASE_DUE_NEVER if it is kept. */
static int64_t
over_at(const struct policy *p, const struct case_row *row)
{
	int64_t s = retention_s(p, (enum close_reason)row->close_reason);

	if (s == 0 || row->closed_at == 0 || row->hold || row->erased_at != 0)
		return CASE_DUE_NEVER;
	return row->closed_at + s;
}

enum err
retention_tell(struct arena *a, struct db *db, const struct policy *p, int64_t case_id, int64_t now,
        int64_t *at)
{
	struct case_row row;
	int64_t notice, over;
	enum err e = case_by_id(a, db, case_id, &row);

	if (e != ERR_OK)
		return e;
	notice = retention_notice_s(p, (enum close_reason)row.close_reason);
	over = over_at(p, &row);
	if (over == CASE_DUE_NEVER || row.erase_at != 0 || over - notice > now) {
		*at = 0;
		return ERR_OK;
	}
	*at = over > now + notice ? over : now + notice;
	return retention_announce(db, case_id, row.events, *at);
}

enum err
act_destroy(struct act *act)
{
	enum err e = act_append(act, EVENT_ERASED, &(struct clear){0}, SEALED_NONE, STR(""));

	if (e == ERR_OK)
		e = case_link_spend(act->db, act->row.id);
	return e == ERR_OK ? retention_erase(act->a, act->db, &act->row, act->status.erased_utc_s)
	                   : e;
}

enum err
retention_act(struct arena *a, struct db *db, const struct programme *pr, const struct policy *p,
        int64_t case_id, int64_t now, bool *erased)
{
	struct act act = {
	        .a = a,
	        .db = db,
	        .programme = pr,
	        .actor = {.kind = ACTOR_SYSTEM},
	        .now_utc_s = now,
	};
	bool over;
	enum err e = act_open(&act, case_id);

	/* The time counts from the event, whatever the row says. */
	if (e == ERR_OK && act.row.closed_at != act.status.closed_utc_s &&
	        act.status.state == CASE_CLOSED)
		e = ERR_FORGED;
	if (e != ERR_OK)
		return e;
	over = over_at(p, &act.row) <= now;
	if (over) {
		e = act_destroy(&act);
		if (e == ERR_OK)
			e = act_save(&act);
	} else {
		e = retention_announce(db, case_id, act.row.events, 0);
	}
	if (e == ERR_OK)
		*erased = over;
	return e;
}
