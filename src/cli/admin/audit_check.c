/* The check behind `audit verify`: reads the databases, opens nothing sealed, needs no process. */
#include "cli/admin/audit_check.h"

#include "cli/admin/chain_check.h"
#include "cli/admin/keyd_check.h"

struct audit {
	struct arena *a;
	struct cases cases;
	struct checkpoints *checkpoints;
	struct keyd_records keyd;
	struct audited found;
	struct diag *why;
};

static enum err
see(void *ctx, const struct case_seen *c)
{
	struct audit *v = ctx;

	v->found.cases_n++;
	v->found.events_n += c->n;
	if (c->n > 0 && c->events[c->n - 1].id > v->found.last_event)
		v->found.last_event = c->events[c->n - 1].id;
	checkpoints_see(v->checkpoints, c);
	return chain_check(c, v->why);
}

/* keyd signed more than the database has: it was put back to an older state. */
static enum err
compare_with_keyd(struct audit *v)
{
	if (v->keyd.last.event_id <= v->found.last_event)
		return ERR_OK;
	return diag_set(v->why, ERR_FORGED, "compare data/vdpd.db with a backup",
	        "keyd signed events up to %lld, and the last one in the database is %lld: the "
	        "database is older than keyd's, or events were taken out",
	        (long long)v->keyd.last.event_id, (long long)v->found.last_event);
}

static enum err
verify(struct audit *v)
{
	enum err e = keyd_check(v->a, v->cases.programme.name, &v->keyd, v->why);

	if (e == ERR_OK)
		e = checkpoints_begin(
		        &v->cases, &v->keyd.last, &v->checkpoints, &v->found.checkpoints_n, v->why);
	if (e == ERR_OK)
		e = cases_walk(&v->cases, see, v, v->why);
	if (e == ERR_OK)
		e = compare_with_keyd(v);
	if (e == ERR_OK)
		e = checkpoints_end(v->checkpoints, v->why);
	return e;
}

enum err
audit_check(struct arena *a, const struct config *config, struct audited *out, struct diag *d)
{
	struct audit v = {.a = a, .why = d};
	enum err e = cases_open(a, config, &v.cases, d);

	if (e != ERR_OK)
		return e;
	e = verify(&v);
	if (e == ERR_OK) {
		v.found.signed_upto = checkpoints_upto(v.checkpoints);
		v.found.log_entries = v.keyd.log_entries;
		*out = v.found;
	}
	checkpoints_free(v.checkpoints);
	cases_close(&v.cases);
	return e;
}
