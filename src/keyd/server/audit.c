/* The log for who may read it, and checkpoints over the chains of events. */
#include "keyd/server/call.h"

#include "base/log.h"
#include "base/time.h"
#include "keyd/store/counter_store.h"

#include <sodium.h>

enum { LINKS_AT_ONCE = 2000, NEWS_S = 7 * 24 * 3600 };

enum err
handle_audit(struct call *c)
{
	const struct keyd_audit *q = c->in;
	struct str rest = q->actor, word;

	/* Both become patterns. */
	if (q->kind > KEYD_LOG_CHANGES || (q->case_number.n > 0 && !number_plain(q->case_number)))
		return ERR_INVALID;
	while (rest.n > 0 && str_cut(&rest, ' ', &word))
		if (!word_plain(word))
			return ERR_INVALID;
	return log_search(c->a, c->k->store.db, q, c->out);
}

enum err
handle_news(struct call *c)
{
	return log_news(c->a, c->k->store.db, c->now - NEWS_S, c->out);
}

/* "person 3" at the beginning of S; 0 if something else stands there. */
static int64_t
person_in(struct str s)
{
	struct str word;
	uint64_t id;

	if (!str_cut(&s, ' ', &word) || !str_eq(word, STR("person")) || !str_cut(&s, ' ', &word) ||
	        str_u64(word, INT64_MAX, &id) != ERR_OK)
		return 0;
	return (int64_t)id;
}

/* Links for somebody new are told of when they are used. */
static bool
is_told(const struct keyd_log_entry *e)
{
	return !str_eq(e->action, STR("invite")) || person_in(e->detail) != 0;
}

static enum err
change_of(struct call *c, const struct keyd_log_entry *e, struct keyd_change *out)
{
	/* What people do to others says to whom; the rest they do to themselves. */
	bool others = str_starts(e->detail, STR("person "));
	struct keyd_person p;
	enum err err;

	*out = (struct keyd_change){e->id, e->at, e->actor, e->action, e->detail,
	        person_in(others ? e->detail : e->actor), STR("")};
	if (out->person_id == 0 || str_starts(e->action, STR("token_")))
		return ERR_OK;
	err = person_get(c->a, c->k->store.db, out->person_id, &p);
	if (err == ERR_OK)
		out->name = p.name;
	return err == ERR_NOT_FOUND ? ERR_OK : err;
}

enum err
handle_told(struct call *c)
{
	const struct keyd_told *q = c->in;
	struct keyd_changes *out = c->out;
	struct keyd_change *items = ARENA_ARRAY(c->a, KEYD_TOLD_MAX, struct keyd_change);
	struct keyd_log log = {0};
	struct log_head head;
	enum err e = log_head_get(c->k->store.db, &head);

	if (e == ERR_OK && q->after_id >= 0)
		e = log_told(c->a, c->k->store.db, q->after_id, &log);
	for (size_t i = 0; e == ERR_OK && i < log.n; i++)
		if (is_told(&log.items[i]))
			e = change_of(c, &log.items[i], &items[out->n++]);
	out->items = items;
	out->last_id = log.n == KEYD_TOLD_MAX ? log.items[log.n - 1].id : head.id;
	return e;
}

enum err
handle_audit_verify(struct call *c)
{
	const struct keyd_audit_verify *q = c->in;

	return log_verify(c->k->store.db, q->after_id, LINKS_AT_ONCE, c->out);
}

static void
checkpoint_sign(struct call *c, struct keyd_checkpointed *out)
{
	const struct keyd_checkpoint_next *q = c->in;
	struct keyd_checkpoint what = {q->programme, out->highest_event, {0}};
	struct buf b;

	memcpy(what.heads_hash, out->heads_hash, sizeof what.heads_hash);
	buf_init(&b, 1024);
	checkpoint_statement(&what, out->signed_at, &b);
	if (b.full)
		abort();
	crypto_sign_detached(out->signature, NULL, (const unsigned char *)b.p, b.n,
	        c->k->secrets->signing_secret);
	buf_clear(&b);
}

static enum err
checkpoint_tx(struct db *db, void *ctx)
{
	struct call *c = ctx;
	const struct keyd_checkpoint_next *q = c->in;
	struct keyd_checkpointed *out = c->out;
	struct signed_checkpoint last, next = {.previous_event = q->previous_event};
	enum err e = checkpoint_get(c->a, db, q->programme, &last);

	if (e == ERR_NOT_FOUND)
		last = (struct signed_checkpoint){0};
	else if (e != ERR_OK)
		return e;
	/* Fewer events than were signed for: somebody put an older database in its place. */
	if (q->highest_event < last.done.highest_event)
		return ERR_STATE;
	if (e == ERR_OK && q->previous_event == last.previous_event) {
		*out = last.done;
		return ERR_OK;
	}
	if (q->previous_event != last.done.highest_event)
		return ERR_FORGED;
	next.done.highest_event = q->highest_event;
	next.done.signed_at = c->now;
	checkpoint_heads(last.done.heads_hash, q->previous_event, q->highest_event, q->stretch_hash,
	        next.done.heads_hash);
	checkpoint_sign(c, &next.done);
	*out = next.done;
	return checkpoint_put(db, q->programme, &next);
}

enum err
handle_checkpoint(struct call *c)
{
	const struct keyd_checkpoint_next *q = c->in;
	enum err e;

	if (q->programme.n == 0 || !str_utf8_valid(q->programme, NULL) ||
	        str_find(q->programme, '\n', 0) != SIZE_MAX || q->previous_event < 0 ||
	        q->highest_event < q->previous_event)
		return ERR_INVALID;
	e = tx_run(c->k->store.db, checkpoint_tx, c);
	/* It is asked for again each minute while that lasts. */
	if (e == ERR_OK)
		c->k->refused_at = 0;
	if (e == ERR_FORGED && (c->k->refused_at == 0 || c->now - c->k->refused_at >= HOUR_S)) {
		c->k->refused_at = c->now;
		log_error("checkpoint_refused", "why", "it does not follow the last one");
	}
	return e;
}
