/* The reporter takes the report back: it is closed, and can be reopened by the team. */
#include "act/actions.h"

enum err
act_withdraw(struct act *act, const struct act_request *q)
{
	enum err e = act_append(act, EVENT_WITHDRAWN, &(struct clear){0}, SEALED_REPORTER, q->text);

	if (e == ERR_OK)
		e = act_append(act, EVENT_CLOSED, &(struct clear){.reason = CLOSE_WITHDRAWN},
		        SEALED_NONE, STR(""));
	return e == ERR_OK ? act_notice_team(act, NOTICE_WITHDRAWN) : e;
}
