/* Walking over cases. */
#include "cli/admin/cases.h"

#include "cli/admin/place.h"
#include "cli/cli.h"
#include "store/policy_store.h"
#include "store/statements.h"
#include "store/tx.h"

#include <fcntl.h>
#include <unistd.h>

enum {
	STRETCH = 1024, /* ids at a time */
	CASE_ARENA_FIXED = 4 << 20,
};
/* All events of one case with their bodies; far more than a case has. */
#define CASE_ARENA_BYTES ((size_t)4 << 30)

static enum err
read_keys(struct programme *pr, struct diag *d)
{
	struct public_keys keys;
	enum err e = place_public_keys(&keys, d);

	if (e != ERR_OK)
		return e;
	memcpy(pr->signing_public, keys.signing, sizeof pr->signing_public);
	return ERR_OK;
}

static enum err
read_policy(struct arena *a, const struct config *c, struct cases *s, struct diag *d)
{
	struct programme *pr = &s->programme;
	const char *file =
	        str_z(a, str_fmt(a, "programmes/%.*s/policy.yaml", STR_ARG(c->programme)));
	const struct policy *policy;
	struct str text;
	enum err e = cli_read(a, file, POLICY_FILE_MAX, &text, d);

	if (e == ERR_OK) {
		d->file[0] = '\0';
		e = policies_add(pr->policies, file, text, d, &policy);
	}
	if (e != ERR_OK)
		return e;
	s->policy = policy;
	pr->name = policy->programme;
	pr->case_prefix = policy->case_prefix;
	return ERR_OK;
}

enum err
cases_open(struct arena *a, const struct config *c, struct cases *out, struct diag *d)
{
	struct cases s = {.programme = {.policies = policies_new()}};
	enum err e = read_policy(a, c, &s, d);

	if (e == ERR_OK)
		e = read_keys(&s.programme, d);
	if (e == ERR_OK)
		e = db_open("data", &store_set, DB_LAZY, d, &s.db);
	if (e == ERR_OK) {
		e = programme_find(s.db, s.programme.name, &s.programme.id);
		if (e == ERR_NOT_FOUND)
			e = ERR_OK;
		else if (e != ERR_OK)
			diag_set(
			        d, e, "`vdpd doctor` tells more", "data/vdpd.db: %s", db_why(s.db));
	}
	if (e == ERR_OK)
		*out = s;
	else
		cases_close(&s);
	return e;
}

void
cases_close(struct cases *s)
{
	db_close(s->db);
	policies_free(s->programme.policies);
	*s = (struct cases){0};
}

struct reading {
	struct case_seen *c;
	int64_t id;
};

/* Row and events in one state: the case may be changing meanwhile. */
static enum err
read_one(struct db *db, void *ctx)
{
	struct reading *r = ctx;
	struct event_row *events;
	enum err e = case_by_id(r->c->a, db, r->id, &r->c->row);

	if (e != ERR_OK || r->c->of->rows_only)
		return e;
	e = event_list(r->c->a, db, r->id, true, &events, &r->c->n);
	if (e == ERR_OK)
		r->c->events = events;
	return e;
}

static enum err
see_one(struct cases *s, int64_t id, enum err (*see)(void *ctx, const struct case_seen *c),
        void *ctx, struct diag *d)
{
	struct case_seen c = {.a = arena_new(CASE_ARENA_BYTES), .of = s};
	struct reading r = {&c, id};
	enum err e = tx_read(s->db, read_one, &r);

	if (e != ERR_OK) {
		diag_set(d, ERR_STORE, "`vdpd doctor` tells more",
		        "case %lld of data/vdpd.db cannot be read: %s", (long long)id,
		        e == ERR_STORE ? db_why(s->db) : err_name(e));
		e = ERR_STORE;
	} else {
		c.number = case_number_str(c.a, s->programme.case_prefix, c.row.year, c.row.number);
		e = see(ctx, &c);
	}
	arena_free(c.a);
	return e;
}

enum err
cases_walk(struct cases *s, enum err (*see)(void *ctx, const struct case_seen *c), void *ctx,
        struct diag *d)
{
	enum err e = ERR_OK;
	int64_t after = 0;
	size_t n = 1;

	while (e == ERR_OK && n > 0) {
		struct arena *a = arena_new(CASE_ARENA_FIXED);
		int64_t *ids;

		e = case_list_after(a, s->db, after, STRETCH, &ids, &n);
		if (e != ERR_OK)
			diag_set(d, e, "`vdpd doctor` tells more", "data/vdpd.db: %s",
			        db_why(s->db));
		for (size_t i = 0; i < n && e == ERR_OK; i++) {
			e = see_one(s, ids[i], see, ctx, d);
			after = ids[i];
		}
		arena_free(a);
	}
	return e;
}
