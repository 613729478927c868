/* Writing down what became of notices. */
#include "jobs/outcomes.h"

#include "act/notices.h"
#include "seal/capsule.h"
#include "store/file_store.h"
#include "store/tx.h"

#include <stdlib.h>

void
outcomes_add(struct outcomes *all, struct outcome o)
{
	if (all->n == OUTCOMES_MAX)
		abort();
	all->items[all->n++] = o;
}

static enum err
queue_for(struct db *db, const struct outcome *o, int64_t recipient, int64_t now)
{
	struct notice_row row = *o->notice;

	row.recipient = recipient;
	row.try_at = now;
	return notice_queue(db, &row);
}

/* One bad address is to hold up nobody else. */
static enum err
expand(struct db *db, const struct outcome *o, int64_t now)
{
	enum err e = ERR_OK;

	for (size_t i = 0; i < o->team->n && e == ERR_OK; i++)
		if (!o->team->items[i].disabled)
			e = queue_for(db, o, o->team->items[i].person_id, now);
	return e == ERR_OK ? notice_sent(db, o->notice->id, now) : e;
}

static enum err
write_one(struct db *db, const struct outcome *o, int64_t now)
{
	enum err e;

	switch (o->kind) {
	case OUTCOME_SENT:
		e = notice_sent(db, o->notice->id, now);
		/* The words of the mail are kept for it alone. */
		if (e == ERR_OK &&
		        str_eq(o->notice->template, str_of(notice_name(NOTICE_ANSWER_MAIL))))
			e = capsule_delete(db, o->notice->case_id, CAPSULE_MAIL, o->notice->about);
		return e;
	case OUTCOME_SENT_ALIKE:
		return notice_sent_alike(db, o->notice, o->upto, now);
	case OUTCOME_POSTPONED:
		return notice_postpone(db, o->notice->id, o->try_at);
	case OUTCOME_FAILED:
		return notice_failed(db, o->notice->id, o->try_at, str_of(o->trouble));
	case OUTCOME_EXPANDED:
		return expand(db, o, now);
	case OUTCOME_TO_DEPUTY:
		return queue_for(db, o, o->deputy, now);
	case OUTCOME_TO_TEAM:
		e = queue_for(db, o, NOTICE_RECIPIENT_TEAM, now);
		return e == ERR_OK ? notice_sent(db, o->notice->id, now) : e;
	}
	abort();
}

static enum err
write_all(struct db *db, void *ctx)
{
	const struct outcomes *all = ctx;
	enum err e = ERR_OK;

	for (size_t i = 0; i < all->n && e == ERR_OK; i++)
		e = write_one(db, &all->items[i], all->now);
	return e;
}

enum err
outcomes_write(struct outcomes *all, struct db *db)
{
	enum err e = all->n > 0 ? tx_run(db, write_all, all) : ERR_OK;

	all->n = 0;
	return e;
}
