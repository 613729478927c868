/* Closed cases whose time is over by the policy: once a day those are looked for that will be
 * erased soon, the team is told, and those are erased that it was told of. */
#include "act/retention.h"
#include "jobs/jobs.h"
#include "store/retention_store.h"
#include "store/tx.h"

enum { AT_ONCE = 64, TELL_AT_ONCE = 1024, CASE_BYTES = 256 << 20 };

struct stretch {
	const struct jobs *j;
	const int64_t *ids;
	size_t n;
	int64_t now;
	size_t good, done;
	int64_t first_id, first_at; /* announced: which is erased first */
	enum err failed;            /* of the last case that did */
};

struct one {
	struct arena *a;
	struct stretch *s;
	int64_t id;
	int64_t at;
	bool erased;
};

static enum err
tell_one(struct db *db, void *ctx)
{
	struct one *o = ctx;

	return retention_tell(o->a, db, o->s->j->policy, o->id, o->s->now, &o->at);
}

static enum err
erase_one(struct db *db, void *ctx)
{
	struct one *o = ctx;

	return retention_act(
	        o->a, db, o->s->j->programme, o->s->j->policy, o->id, o->s->now, &o->erased);
}

/* Each in a savepoint of its own: a case that is damaged does not hold up the others. */
static enum err
each(struct db *db, struct stretch *s, tx_fn *step)
{
	s->good = s->done = 0;
	s->first_id = 0;
	s->failed = ERR_OK;
	for (size_t i = 0; i < s->n; i++) {
		struct one o = {.a = arena_new(CASE_BYTES), .s = s, .id = s->ids[i]};
		enum err e = tx_savepoint(db, step, &o);

		arena_free(o.a);
		if (e == ERR_BUSY || e == ERR_FULL)
			return e;
		if (e != ERR_OK) {
			s->failed = e;
			continue;
		}
		s->good++;
		s->done += o.erased || o.at != 0;
		if (o.at != 0 && (s->first_id == 0 || o.at < s->first_at)) {
			s->first_id = o.id;
			s->first_at = o.at;
		}
	}
	return ERR_OK;
}

/* One notice for all of a stretch, named by the first. */
static enum err
tell_stretch(struct db *db, void *ctx)
{
	struct stretch *s = ctx;
	enum err e = each(db, s, tell_one);

	if (e != ERR_OK || s->first_id == 0)
		return e;
	return notice_queue(db, &(struct notice_row){
	                                .case_id = s->first_id,
	                                .template = str_of(notice_name(NOTICE_ERASE_SOON)),
	                                .about = s->first_at,
	                                .recipient = NOTICE_RECIPIENT_TEAM,
	                                .queued_at = s->now,
	                                .try_at = s->now,
	                        });
}

static enum err
erase_stretch(struct db *db, void *ctx)
{
	return each(db, ctx, erase_one);
}

static enum err
tell(struct arena *a, struct jobs *j, int64_t now, enum close_reason reason)
{
	int64_t keep = retention_s(j->policy, reason);
	int64_t before = now + retention_notice_s(j->policy, reason) - keep;
	struct stretch s = {.j = j, .now = now};
	enum err failed = ERR_OK;
	int64_t *ids;

	while (keep != 0 && !atomic_load(j->stop)) {
		enum err e = retention_closed(a, j->db, reason, before, TELL_AT_ONCE, &ids, &s.n);

		if (e != ERR_OK)
			return e;
		s.ids = ids;
		if (s.n > 0)
			e = tx_run(j->db, tell_stretch, &s);
		if (e != ERR_OK)
			return e;
		if (s.n > 0 && s.failed != ERR_OK)
			failed = s.failed;
		if (s.n < TELL_AT_ONCE || s.good == 0)
			break;
	}
	return failed;
}

static enum err
erase(struct arena *a, struct jobs *j, int64_t now, size_t *done)
{
	struct stretch s = {.j = j, .now = now};
	enum err failed = ERR_OK;
	int64_t *ids;

	do {
		enum err e = retention_due(a, j->db, now, AT_ONCE, &ids, &s.n);

		if (e != ERR_OK || s.n == 0)
			return e != ERR_OK ? e : failed;
		s.ids = ids;
		e = tx_run(j->db, erase_stretch, &s);
		if (e != ERR_OK)
			return e;
		*done += s.done;
		if (s.failed != ERR_OK)
			failed = s.failed;
	} while (s.n == AT_ONCE && s.good > 0 && !atomic_load(j->stop));
	return failed;
}

enum err
job_retention(struct arena *a, struct jobs *j, int64_t now, size_t *done)
{
	enum err failed = erase(a, j, now, done), e;

	for (int reason = CLOSE_RESOLVED; reason < CLOSE_REASON_COUNT; reason++) {
		e = tell(a, j, now, (enum close_reason)reason);
		if (e != ERR_OK)
			failed = e;
	}
	return failed;
}
