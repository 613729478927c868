/* A message to the reporter. */
#include "act/actions.h"

enum err
act_message(struct act *act, const struct act_request *q)
{
	enum err e = act_tell(act, EVENT_MESSAGE, &(struct clear){.to = PARTY_REPORTER}, q->text);

	return e == ERR_OK ? act_files(act, q) : e;
}
