/* The chain of one case. */
#include "cli/admin/chain_check.h"

static enum err
broken(struct diag *d, const struct case_seen *c, const char *what)
{
	return diag_set(
	        d, ERR_FORGED, "compare it with a backup", "%.*s: %s", STR_ARG(c->number), what);
}

static enum err
broken_event(struct diag *d, const struct case_seen *c, int64_t seq, const char *what)
{
	return diag_set(d, ERR_FORGED, "compare it with a backup", "%.*s, event %lld: %s",
	        STR_ARG(c->number), (long long)seq, what);
}

/* Follows the chain to its end; where the row's head is met before, what follows was added. */
static enum err
follow(const struct case_seen *c, struct diag *d)
{
	struct case_row at = c->row;
	size_t met = SIZE_MAX;

	memset(at.chain_head, 0, sizeof at.chain_head);
	for (size_t i = 0; i < c->n; i++) {
		if (c->events[i].seq != (int64_t)i + 1)
			return broken_event(d, c, (int64_t)i + 1, "is missing");
		act_link(&at, &c->events[i]);
		if (memcmp(at.chain_head, c->row.chain_head, sizeof at.chain_head) == 0)
			met = i;
	}
	if (met != SIZE_MAX && met + 1 < c->n)
		return broken_event(d, c, (int64_t)met + 2, "is not in the chain");
	if (c->row.events != (int64_t)c->n)
		return broken_event(d, c, (int64_t)c->n + 1,
		        c->row.events > (int64_t)c->n ? "is missing" : "is not in the chain");
	if (met == SIZE_MAX)
		return diag_set(d, ERR_FORGED, "compare it with a backup",
		        "%.*s, events 1 to %zu: the chain does not end at the case's head, so one "
		        "of them was changed",
		        STR_ARG(c->number), c->n);
	return ERR_OK;
}

enum err
chain_check_events(const struct case_seen *c, struct diag *d)
{
	return c->n > 0 ? follow(c, d) : broken(d, c, "has no events");
}

enum err
chain_check_signature(const struct case_seen *c, struct diag *d)
{
	if (act_check_key(&c->of->programme, c->a, &c->row) == ERR_OK)
		return ERR_OK;
	return broken(d, c, "its number, content, policy or key is not what keyd signed");
}

enum err
chain_check(const struct case_seen *c, struct diag *d)
{
	enum err e = chain_check_events(c, d);

	return e == ERR_OK ? chain_check_signature(c, d) : e;
}
