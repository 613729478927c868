/* Checkpoints: keyd signs what the chains of events have come to, each minute in which something
 * happened, or after a thousand events. */
#include "act/checkpoint.h"
#include "base/log.h"
#include "base/time.h"
#include "jobs/jobs.h"
#include "store/tx.h"

enum { EVENTS_MAX = 1000 };

struct one {
	struct arena *a;
	struct checkpoint_row row;
	struct keyd_checkpoint_next next;
};

static enum err
next_tx(struct db *db, void *ctx)
{
	struct one *o = ctx;

	return checkpoint_next(o->a, db, &o->row, &o->next);
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
	struct keyd_checkpointed signed_by;
	bool wanted = false;
	enum err e = is_wanted(a, j->db, now, &wanted);

	if (e == ERR_OK && wanted)
		e = tx_read(j->db, next_tx, &o);
	if (e != ERR_OK || !wanted)
		return e;
	o.next.programme = j->programme->name;
	e = keyd_checkpoint(a, j->keyd, &o.next, &signed_by, NULL);
	if (e != ERR_OK)
		return e;
	/* Of an earlier run that was cut off: it is written down as it was signed. */
	if (signed_by.highest_event != o.row.event_id)
		o.row.event_id = signed_by.highest_event;
	else if (memcmp(signed_by.heads_hash, o.row.heads_hash, sizeof o.row.heads_hash) != 0)
		log_error("checkpoint_differs", "why",
		        "signed chains were changed: run vdpd audit verify");
	memcpy(o.row.heads_hash, signed_by.heads_hash, sizeof o.row.heads_hash);
	o.row.at_utc_s = signed_by.signed_at;
	memcpy(o.row.signature, signed_by.signature, sizeof o.row.signature);
	e = tx_run(j->db, insert_tx, &o);
	if (e == ERR_OK)
		*done = (size_t)(o.row.event_id - o.next.previous_event);
	return e;
}
