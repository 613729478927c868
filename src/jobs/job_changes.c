/* What everybody of the team is told of colleagues: keyd's log says it, so that nobody else can
 * keep it quiet, neither the desk nor who does it. */
#include "act/notices.h"
#include "jobs/jobs.h"
#include "store/job_store.h"
#include "store/tx.h"

#define NAME STR("changes")

enum { MOVE_ON = 1000 }; /* entries with nothing to tell, before the place is written down anew */

static const struct {
	const char *action;
	enum notice_template template;
} told[] = {
        {"absence", NOTICE_STANDS_IN},
        {"enrol", NOTICE_ENROLLED},
        {"invite", NOTICE_RENEWAL},
        {"member_change", NOTICE_ROLES},
        {"passkey_add", NOTICE_PASSKEY},
        {"passkey_remove", NOTICE_PASSKEY_REMOVED},
        {"password_change", NOTICE_PASSWORD},
        {"recovery_renew", NOTICE_RECOVERY_RENEWED},
        {"recovery_use", NOTICE_RECOVERY_USED},
        {"renew", NOTICE_RENEWED},
        {"sign_out_everywhere", NOTICE_SIGNED_OUT},
        {"token_create", NOTICE_TOKEN},
};

struct batch {
	const struct keyd_changes *changes;
	int64_t position, now;
	size_t queued;
};

static enum err
queue(struct db *db, struct batch *b, const struct keyd_change *c, enum notice_template t,
        int64_t recipient)
{
	struct notice_row row = {
	        .template = str_of(notice_name(t)),
	        .about = c->id,
	        .recipient = recipient,
	        .queued_at = b->now,
	        .try_at = b->now,
	};

	b->queued++;
	return notice_queue(db, &row);
}

/* "person 3 deputy 4 from …": the deputy alone is told. */
static enum err
queue_absence(struct db *db, struct batch *b, const struct keyd_change *c)
{
	struct str rest = c->detail, word;
	uint64_t deputy = 0;

	while (str_cut(&rest, ' ', &word))
		if (str_eq(word, STR("deputy")) && str_cut(&rest, ' ', &word) &&
		        str_u64(word, INT64_MAX, &deputy) != ERR_OK)
			return ERR_OK;
	return deputy == 0 ? ERR_OK : queue(db, b, c, NOTICE_STANDS_IN, (int64_t)deputy);
}

static enum err
queue_change(struct db *db, struct batch *b, const struct keyd_change *c)
{
	enum notice_template t = NOTICE_COUNT;
	enum err e;

	for (size_t i = 0; i < sizeof told / sizeof told[0]; i++)
		if (str_eq(c->action, str_of(told[i].action)))
			t = told[i].template;
	if (t == NOTICE_COUNT)
		return ERR_OK; /* a later keyd tells of more */
	if (t == NOTICE_STANDS_IN)
		return queue_absence(db, b, c);
	if (t == NOTICE_ROLES && str_ends(c->detail, STR(" disabled")))
		t = NOTICE_DISABLED;
	e = queue(db, b, c, t, NOTICE_RECIPIENT_EVERYBODY);
	/* Who was shut out is not among everybody any more. */
	return e == ERR_OK && c->person_id != 0 ? queue(db, b, c, t, c->person_id) : e;
}

static enum err
batch_tx(struct db *db, void *ctx)
{
	struct batch *b = ctx;
	struct job_row row = {.ran_at = b->now, .position = b->position};
	enum err e = ERR_OK;

	b->queued = 0;
	for (size_t i = 0; i < b->changes->n && e == ERR_OK; i++)
		e = queue_change(db, b, &b->changes->items[i]);
	return e == ERR_OK ? job_put(db, NAME, &row) : e;
}

enum err
job_changes(struct arena *a, struct jobs *j, int64_t now, size_t *done)
{
	struct keyd_changes changes;
	struct batch b = {.changes = &changes, .now = now};
	struct job_row at;
	struct keyd_told q;
	enum err e = job_get(a, j->db, NAME, &at);

	if (e != ERR_OK)
		return e;
	/* What was before this job was, is no news. */
	q.after_id = at.ran_at == 0 ? -1 : at.position;
	e = keyd_told(a, j->keyd, &q, &changes, NULL);
	/* Nothing new; or keys/ was put back from before, and the log begins anew from there. */
	if (e != ERR_OK || (at.ran_at != 0 && changes.n == 0 && changes.last_id >= at.position &&
	                           changes.last_id - at.position < MOVE_ON))
		return e;
	b.position = changes.last_id;
	e = tx_run(j->db, batch_tx, &b);
	if (e == ERR_OK)
		*done = b.queued;
	return e;
}
