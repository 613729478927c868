/* Promises that come to their mark. */
#include "act/warn.h"
#include "base/log.h"
#include "jobs/jobs.h"
#include "store/tx.h"

enum { AT_ONCE = 64, CASE_BYTES = 256 << 20 };

struct one {
	struct arena *a;
	const struct jobs *j;
	int64_t id, now;
	size_t queued;
};

static enum err
warn_tx(struct db *db, void *ctx)
{
	struct one *o = ctx;

	return act_warn(o->a, db, o->j->programme, o->id, o->now, &o->queued);
}

static enum err
warn_one(struct jobs *j, int64_t id, int64_t now, size_t *done)
{
	struct one o = {.a = arena_new(CASE_BYTES), .j = j, .id = id, .now = now};
	enum err e = tx_run(j->db, warn_tx, &o);

	arena_free(o.a);
	if (e == ERR_OK)
		*done += o.queued;
	return e;
}

enum err
job_warn(struct arena *a, struct jobs *j, int64_t now, size_t *done)
{
	enum err failed = ERR_OK;
	size_t n = AT_ONCE, good = 1;
	int64_t *ids;

	/* A case that fails stays on the list and must not hold up the others for ever. */
	while (n == AT_ONCE && good > 0 && !atomic_load(j->stop)) {
		enum err e = case_list_warn(a, j->db, now, AT_ONCE, &ids, &n);

		if (e != ERR_OK)
			return e;
		good = 0;
		for (size_t i = 0; i < n; i++) {
			e = warn_one(j, ids[i], now, done);
			if (e == ERR_OK)
				good++;
			else
				failed = e;
		}
	}
	return failed;
}
