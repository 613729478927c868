/* The reporter says whether, and under which name, to be thanked. */
#include "act/actions.h"

enum err
act_credit(struct act *act, const struct act_request *q)
{
	enum err e = act_append(
	        act, EVENT_CREDIT_CHANGED, &(struct clear){0}, SEALED_REPORTER, q->credit);

	if (e == ERR_OK)
		act->row.credit = q->credit_choice;
	return e;
}
