/* The reporter writes: the answer to a question of the team, or a message. */
#include "act/actions.h"

enum err
act_reply(struct act *act, const struct act_request *q)
{
	enum event_kind kind = act->status.needs_info ? EVENT_INFO_PROVIDED : EVENT_MESSAGE;
	struct clear c = {.to = kind == EVENT_MESSAGE ? PARTY_TEAM : PARTY_NONE};
	enum err e = act_append(act, kind, &c, SEALED_REPORTER, q->text);

	if (e == ERR_OK)
		e = act_files(act, q);
	return e == ERR_OK ? act_notice_team(act, NOTICE_REPORTER_WROTE) : e;
}
