/* Erasing a case by hand. Where there are two who may, one asks and another confirms; a token is
 * nobody. */
#include "act/actions.h"
#include "act/retention.h"

/* Who asked last. */
static enum err
asked_by(struct act *act, struct str *who)
{
	struct event_row *rows;
	size_t n;
	enum err e = event_list(act->a, act->db, act->row.id, false, &rows, &n);

	*who = STR("");
	for (size_t i = 0; i < n && e == ERR_OK; i++)
		if (str_eq(rows[i].kind, str_of(event_name(EVENT_ERASE_ASKED))))
			*who = rows[i].actor;
	return e;
}

static enum err
ask(struct act *act)
{
	enum err e = act_append(act, EVENT_ERASE_ASKED, &(struct clear){0}, SEALED_NONE, STR(""));

	return e == ERR_OK ? act_notice(act, NOTICE_ERASE_ASKED, NOTICE_RECIPIENT_TEAM) : e;
}

enum err
act_erase(struct act *act, const struct act_request *q)
{
	struct str who;
	enum err e;

	if (act->actor.kind == ACTOR_TOKEN)
		return diag_set(act->why, ERR_DENIED, "do it as a person who is signed in",
		        "a token cannot erase a case");
	if (act->status.held)
		return diag_set(act->why, ERR_STATE, "lift the hold first",
		        "the case is on legal hold: it cannot be erased");
	if (q->alone)
		return act_destroy(act);
	if (!act->status.erase_asked)
		return ask(act);
	e = asked_by(act, &who);
	if (e == ERR_OK && str_eq(who, act_actor_text(act->a, &act->actor)))
		return diag_set(act->why, ERR_STATE, "another coordinator has to confirm it",
		        "you have asked for this yourself");
	return e == ERR_OK ? act_destroy(act) : e;
}
