/* Opening one case: the team key, for who may read it, after the log has it. */
#include "keyd/server/call.h"

#include "base/log.h"
#include "seal/case_keys.h"

enum err
handle_open_case(struct call *c)
{
	const struct keyd_open_case *q = c->in;
	struct keyd_opened *out = c->out;
	struct actor by = call_actor(c);
	struct team_keys keys;
	bool alert = false;
	enum err e;

	if (!word_plain(q->purpose) || !number_plain(q->of.case_number))
		return ERR_INVALID;
	e = call_budget(c, BUDGET_CASES, &by, &q->of.case_number, 1, &alert);
	if (e != ERR_OK)
		return e;
	e = case_check(c->k, &q->of, &keys);
	if (e != ERR_OK) {
		log_error("case_forged", "case", str_z(c->a, q->of.case_number));
		return e;
	}
	memcpy(out->team_key, keys.team.b, sizeof out->team_key);
	out->alert = alert;
	out->who = c->who;
	team_keys_wipe(&keys);
	return call_opened(c, &by, STR("open_case"), q->purpose, &q->of.case_number, 1);
}
