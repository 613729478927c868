/* The reporter asks to publish, and proposes a day. */
#include "act/actions.h"

enum err
act_disclosure(struct act *act, const struct act_request *q)
{
	struct clear c = {.date = q->date};
	enum err e = act_append(act, EVENT_DISCLOSURE_ASKED, &c, SEALED_REPORTER, q->text);

	return e == ERR_OK ? act_notice_team(act, NOTICE_REPORTER_WROTE) : e;
}
