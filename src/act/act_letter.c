/* The reporter asks for the letter of appreciation; asking twice changes nothing. */
#include "act/actions.h"

enum err
act_letter(struct act *act, const struct act_request *q)
{
	enum err e;

	(void)q;
	if (act->status.letter_utc_s != 0)
		return ERR_OK;
	e = act_append(act, EVENT_LETTER_REQUESTED, &(struct clear){0}, SEALED_NONE, STR(""));
	return e == ERR_OK ? act_notice_team(act, NOTICE_REPORTER_WROTE) : e;
}
