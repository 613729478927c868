/* A note for the team, which no receipt opens. */
#include "act/actions.h"

enum err
act_note(struct act *act, const struct act_request *q)
{
	enum err e = act_append(act, EVENT_NOTE, &(struct clear){0}, SEALED_TEAM, q->text);

	if (e == ERR_OK)
		e = act_files(act, q);
	if (e == ERR_OK && act->actor.kind == ACTOR_SYSTEM)
		e = act_notice_team(act, NOTICE_MAIL_HELD);
	return e;
}
