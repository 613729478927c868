/* The weakness is fixed. */
#include "act/actions.h"

enum err
act_fix(struct act *act, const struct act_request *q)
{
	return act_tell(act, EVENT_FIXED, &(struct clear){0}, q->text);
}
