/* The team asks the reporter; the clocks of assessment and fix wait for the answer. */
#include "act/actions.h"

enum err
act_request_info(struct act *act, const struct act_request *q)
{
	enum err e = act_tell(act, EVENT_INFO_REQUESTED, &(struct clear){0}, q->text);

	return e == ERR_OK ? act_files(act, q) : e;
}
