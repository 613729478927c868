/* The case ends, for a reason that the reporter is told. */
#include "act/actions.h"

/* A duplicate names the case that it is a duplicate of. */
static enum err
of_check(struct act *act, struct str of)
{
	struct case_number number;
	struct case_row other;
	enum err e;

	if (case_number_parse(act->programme->case_prefix, of, &number) != ERR_OK ||
	        (number.year == act->row.year && number.seq == act->row.number))
		e = ERR_INVALID;
	else
		e = case_by_number(
		        act->a, act->db, act->row.programme_id, number.year, number.seq, &other);
	if (e != ERR_NOT_FOUND && e != ERR_INVALID)
		return e;
	if (act->why != NULL)
		snprintf(act->why->pointer, sizeof act->why->pointer, "/of");
	return diag_set(act->why, ERR_INVALID, "give the number of another case",
	        "the case that this one is to be a duplicate of is not known");
}

enum err
act_close(struct act *act, const struct act_request *q)
{
	bool duplicate = q->reason == CLOSE_DUPLICATE;
	enum err e;

	if (q->reason == CLOSE_WITHDRAWN || (!duplicate && q->of.n > 0)) {
		if (act->why != NULL)
			snprintf(act->why->pointer, sizeof act->why->pointer, "%s",
			        q->of.n > 0 ? "/of" : "/reason");
		return diag_set(act->why, ERR_INVALID, NULL, "%s",
		        q->of.n > 0 ? "`of` belongs to the reason duplicate"
		                    : "only the reporter can withdraw a report");
	}
	if (q->of.n > 0 && (e = of_check(act, q->of)) != ERR_OK)
		return e;
	e = act_tell(act, EVENT_CLOSED, &(struct clear){.reason = q->reason, .of = q->of}, q->text);
	if (e == ERR_OK)
		act->row.duplicate_of = q->of;
	return e;
}
