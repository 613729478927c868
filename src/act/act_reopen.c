/* A fixed or closed case goes back to work. */
#include "act/actions.h"

enum err
act_reopen(struct act *act, const struct act_request *q)
{
	return act_tell(act, EVENT_REOPENED, &(struct clear){0}, q->text);
}
