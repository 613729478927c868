/* Checkpoints: keyd signs what the chains of events have come to, each minute in which something
 * happened, or after a thousand events. */
#include "act/checkpoint.h"
#include "base/time.h"
#include "jobs/jobs.h"
#include "store/tx.h"

enum { EVENTS_MAX = 1000 };

struct one {
	struct arena *a;
	struct checkpoint_row row;
	int64_t events;
};

static enum err
next_tx(struct db *db, void *ctx)
{
	struct one *o = ctx;

	return checkpoint_next(o->a, db, &o->row, &o->events);
}

static enum err
insert_tx(struct db *db, void *ctx)
{
	struct one *o = ctx;

	return checkpoint_insert(db, &o->row);
}

/* A look at two rows, for most of the time there is nothing. */
static enum err
is_wanted(struct arena *a, struct db *db, int64_t now, bool *wanted)
{
	struct checkpoint_row last = {0};
	int64_t highest, events;
	enum err e = checkpoint_last(a, db, &last);

	if (e == ERR_OK || e == ERR_NOT_FOUND)
		e = event_last_id(db, &highest);
	if (e != ERR_OK)
		return e;
	events = highest - last.event_id;
	*wanted = events >= EVENTS_MAX ||
	          (events > 0 && (now - last.at_utc_s >= MINUTE_S || now < last.at_utc_s));
	return ERR_OK;
}

enum err
job_checkpoint(struct arena *a, struct jobs *j, int64_t now, size_t *done)
{
	struct one o = {.a = a};
	struct keyd_checkpoint q = {.programme = j->programme->name};
	struct keyd_checkpointed signed_by;
	bool wanted = false;
	enum err e = is_wanted(a, j->db, now, &wanted);

	if (e == ERR_OK && wanted)
		e = tx_read(j->db, next_tx, &o);
	if (e != ERR_OK || !wanted)
		return e;
	q.highest_event = o.row.event_id;
	memcpy(q.heads_hash, o.row.heads_hash, sizeof q.heads_hash);
	e = keyd_checkpoint(a, j->keyd, &q, &signed_by, NULL);
	if (e != ERR_OK)
		return e;
	o.row.at_utc_s = signed_by.signed_at;
	memcpy(o.row.signature, signed_by.signature, sizeof o.row.signature);
	/* What has been signed but is not written down is signed anew with the next run. */
	e = tx_run(j->db, insert_tx, &o);
	if (e == ERR_OK)
		*done = (size_t)o.events;
	return e;
}
