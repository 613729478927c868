/* The case becomes somebody's, or nobody's. */
#include "act/actions.h"

enum err
act_assign(struct act *act, const struct act_request *q)
{
	enum err e;

	if (q->assignee == act->row.assignee)
		return ERR_OK;
	e = act_append(act, EVENT_ASSIGNED, &(struct clear){.assignee = q->assignee}, SEALED_NONE,
	        STR(""));
	if (e != ERR_OK)
		return e;
	act->row.assignee = q->assignee;
	if (q->assignee == 0 || (act->actor.kind == ACTOR_PERSON && act->actor.id == q->assignee))
		return ERR_OK;
	return act_notice(act, NOTICE_ASSIGNED, q->assignee);
}
