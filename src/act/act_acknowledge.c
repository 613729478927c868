/* The team has seen the report. */
#include "act/actions.h"

enum err
act_acknowledge(struct act *act, const struct act_request *q)
{
	return act_tell(act, EVENT_ACKNOWLEDGED, &(struct clear){0}, q->text);
}
