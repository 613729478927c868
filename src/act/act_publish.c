/* An advisory about the case is public. */
#include "act/actions.h"

enum err
act_publish(struct act *act, const struct act_request *q)
{
	return act_tell(act, EVENT_PUBLISHED, &(struct clear){.advisory = q->advisory}, STR(""));
}
