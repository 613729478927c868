/* Promises that come to their mark: many cases in a transaction, each in a savepoint of its own. */
#include "act/warn.h"
#include "jobs/jobs.h"
#include "store/tx.h"

enum { AT_ONCE = 64, CASE_BYTES = 256 << 20 };

struct one {
	struct arena *a;
	const struct jobs *j;
	int64_t id, now;
	size_t queued;
};

struct batch {
	const struct jobs *j;
	const int64_t *ids;
	size_t n;
	int64_t now;
	size_t good, queued;
	enum err failed; /* of the last case that did */
};

static enum err
warn_one(struct db *db, void *ctx)
{
	struct one *o = ctx;

	return act_warn(o->a, db, o->j->programme, o->id, o->now, &o->queued);
}

static enum err
warn_batch(struct db *db, void *ctx)
{
	struct batch *b = ctx;

	b->good = b->queued = 0;
	b->failed = ERR_OK;
	for (size_t i = 0; i < b->n; i++) {
		struct one o = {arena_new(CASE_BYTES), b->j, b->ids[i], b->now, 0};
		enum err e = tx_savepoint(db, warn_one, &o);

		arena_free(o.a);
		if (e == ERR_BUSY || e == ERR_FULL)
			return e;
		if (e != ERR_OK) {
			b->failed = e;
			continue;
		}
		b->good++;
		b->queued += o.queued;
	}
	return ERR_OK;
}

enum err
job_warn(struct arena *a, struct jobs *j, int64_t now, size_t *done)
{
	struct batch b = {.j = j, .now = now};
	enum err failed = ERR_OK;
	int64_t *ids;

	/* A case that fails stays on the list and must not hold up the others for ever. */
	do {
		enum err e = case_list_warn(a, j->db, now, AT_ONCE, &ids, &b.n);

		if (e != ERR_OK)
			return e;
		if (b.n == 0)
			return failed;
		b.ids = ids;
		e = tx_run(j->db, warn_batch, &b);
		if (e != ERR_OK)
			return e;
		*done += b.queued;
		if (b.failed != ERR_OK)
			failed = b.failed;
	} while (b.n == AT_ONCE && b.good > 0 && !atomic_load(j->stop));
	return failed;
}
