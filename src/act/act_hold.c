/* Legal hold: as long as it lasts, nothing of the case is erased, by the policy or by hand. The
 * reason is for the team. */
#include "act/actions.h"

enum err
act_hold(struct act *act, const struct act_request *q)
{
	return act_append(act, EVENT_HELD, &(struct clear){0}, SEALED_TEAM, q->text);
}

enum err
act_lift_hold(struct act *act, const struct act_request *q)
{
	return act_append(act, EVENT_HOLD_LIFTED, &(struct clear){0}, SEALED_TEAM, q->text);
}
