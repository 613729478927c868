/* Opening the titles of a page of cases: one entry of the log, one commit. A case whose row was
 * tampered with does not hide the others. */
#include "keyd/server/call.h"

#include "base/log.h"

enum err
handle_open_titles(struct call *c)
{
	const struct keyd_open_titles *q = c->in;
	struct keyd_titles *out = c->out;
	struct actor by = call_actor(c);
	struct keyd_title *items = ARENA_ARRAY(c->a, KEYD_TITLES_MAX, struct keyd_title);
	struct str *numbers = ARENA_ARRAY(c->a, KEYD_TITLES_MAX, struct str);
	bool alert = false;
	enum err e;

	if (q->n == 0)
		return ERR_INVALID;
	for (size_t i = 0; i < q->n; i++) {
		if (!number_plain(q->items[i].case_number))
			return ERR_INVALID;
		numbers[i] = q->items[i].case_number;
	}
	e = call_budget(c, BUDGET_TITLES, &by, numbers, q->n, &alert);
	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < q->n; i++) {
		items[i].err = title_key_of(c->k, &q->items[i], items[i].title_key);
		if (items[i].err != ERR_OK)
			log_error("case_forged", "case", str_z(c->a, numbers[i]));
	}
	*out = (struct keyd_titles){items, q->n, alert};
	return call_opened(c, &by, STR("open_titles"), STR(""), numbers, q->n);
}
