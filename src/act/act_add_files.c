/* The reporter adds files. */
#include "act/actions.h"

enum err
act_add_files(struct act *act, const struct act_request *q)
{
	enum err e = act_files(act, q);

	return e == ERR_OK ? act_notice_team(act, NOTICE_REPORTER_WROTE) : e;
}
