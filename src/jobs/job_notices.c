/* Sends what is queued. A notice is marked as sent only after the transport has taken it: a crash
 * in between may send it twice (with the same Message-ID), never not at all. */
#include "act/warn.h"
#include "base/log.h"
#include "base/time.h"
#include "jobs/jobs.h"
#include "jobs/message.h"
#include "jobs/recipients.h"
#include "store/tx.h"

enum {
	AT_ONCE = 32,
	ONE_BYTES = 32 << 20,
	RETRY_FIRST_S = MINUTE_S,
	RETRY_MAX_S = 6 * HOUR_S,
	RETRY_REFUSED_S = DAY_S,
	DOWN_S = MINUTE_S,
	/* Answers written in one go are one piece of news for the reporter. */
	ANSWERS_APART_S = 10 * MINUTE_S,
};

/* One notice on its way. */
struct one {
	struct arena *a;
	struct jobs *j;
	int64_t now;
	const struct notice_row *notice;
	enum notice_template template;
	struct case_row row;
	struct str number;
	/* What is to be written down about it. */
	int64_t upto; /* to the reporter: the last notice that this one answers for */
	int64_t try_at;
	const char *trouble;
	struct keyd_people team;
};

/* ---- What it says ---- */

static struct str
due_text(struct arena *a, int64_t utc_s)
{
	char text[RFC3339_MAX];

	time_format(utc_s, text);
	return str_fmt(a, "%.10s %.5s UTC", text, text + 11);
}

/* The promise that the notice is about: its own, or for news about the case as such the next one.
 */
static void
promise_facts(const struct one *o, struct notice_facts *f)
{
	enum clock_kind clock = CLOCK_KIND_COUNT;
	int64_t due = 0;

	if (o->template == NOTICE_WARNING || o->template == NOTICE_MISSED ||
	        o->template == NOTICE_UPDATE_DUE) {
		if (warn_about_parse(o->notice->about, &clock, &due) != ERR_OK)
			return;
	} else if (o->row.next_clock >= 0 && o->row.next_clock < CLOCK_KIND_COUNT) {
		clock = (enum clock_kind)o->row.next_clock;
		due = o->row.next_due;
	}
	if (clock == CLOCK_KIND_COUNT)
		return;
	f->promise = str_of(clock_label(clock));
	f->due = due_text(o->a, due);
}

static enum err
facts(const struct one *o, struct notice_facts *f)
{
	const struct config *c = o->j->config;
	const struct policy *pinned, *now = o->j->policy;
	enum err e =
	        policies_get(o->j->programme->policies, o->j->db, o->row.policy_sha256, &pinned);

	if (e != ERR_OK)
		return e;
	*f = (struct notice_facts){
	        .programme_name = now->name,
	        .case_number = o->number,
	        .percent = str_fmt(o->a, "%lld", (long long)pinned->reminders.warn_percent),
	        .desk_url = str_fmt(
	                o->a, "%.*s/cases/%.*s", STR_ARG(c->desk_url.text), STR_ARG(o->number)),
	        .track_url = str_fmt(o->a, "%.*s/case", STR_ARG(c->public_url.text)),
	        .contact = now->contact.email,
	};
	promise_facts(o, f);
	return ERR_OK;
}

static enum err
write_mail(const struct one *o, struct str from, struct str to, struct str *out)
{
	const struct policy *policy = o->j->policy;
	struct notice_facts f;
	struct notice_mail mail;
	struct message m;
	enum err e = facts(o, &f);

	if (e != ERR_OK)
		return e;
	mail = notice_write(o->a, o->template, &f);
	m = (struct message){
	        .from_name = str_fmt(
	                o->a, "%.*s %.*s", STR_ARG(policy->name), STR_ARG(policy->contact.team)),
	        .from = from,
	        .to = to,
	        .subject = mail.subject,
	        .id = str_fmt(o->a, "%lld.%lld", (long long)o->notice->id,
	                (long long)o->notice->queued_at),
	        .thread = o->number,
	        .host = o->j->config->public_url.host,
	        .at_utc_s = o->now,
	        .text = mail.text,
	};
	return message_write(o->a, &m, out);
}

/* ---- What is written down ---- */

static enum err
sent_tx(struct db *db, void *ctx)
{
	const struct one *o = ctx;

	return notice_sent(db, o->notice->id, o->now);
}

static enum err
sent_alike_tx(struct db *db, void *ctx)
{
	const struct one *o = ctx;

	return notice_sent_alike(db, o->notice, o->upto, o->now);
}

static enum err
postpone_tx(struct db *db, void *ctx)
{
	const struct one *o = ctx;

	return notice_postpone(db, o->notice->id, o->try_at);
}

static enum err
failed_tx(struct db *db, void *ctx)
{
	const struct one *o = ctx;

	return notice_failed(db, o->notice->id, o->try_at, str_of(o->trouble));
}

static struct notice_row
for_recipient(const struct one *o, int64_t recipient)
{
	struct notice_row row = *o->notice;

	row.recipient = recipient;
	row.try_at = o->now;
	return row;
}

/* A notice to the team becomes one for each of them, so that one bad address holds up nobody. */
static enum err
expand_tx(struct db *db, void *ctx)
{
	const struct one *o = ctx;
	enum err e = ERR_OK;

	for (size_t i = 0; i < o->team.n && e == ERR_OK; i++) {
		struct notice_row row = for_recipient(o, o->team.items[i].person_id);

		if (!o->team.items[i].disabled)
			e = notice_queue(db, &row);
	}
	return e == ERR_OK ? notice_sent(db, o->notice->id, o->now) : e;
}

static enum err
to_team_tx(struct db *db, void *ctx)
{
	const struct one *o = ctx;
	struct notice_row row = for_recipient(o, NOTICE_RECIPIENT_TEAM);
	enum err e = notice_queue(db, &row);

	return e == ERR_OK ? notice_sent(db, o->notice->id, o->now) : e;
}

/* ---- When it does not work ---- */

static int64_t
back_off_s(int64_t tries)
{
	int64_t s = RETRY_FIRST_S;

	for (int64_t i = 0; i < tries && s < RETRY_MAX_S; i++)
		s *= 2;
	return s < RETRY_MAX_S ? s : RETRY_MAX_S;
}

static enum err
fail(struct one *o, int64_t after_s, const char *trouble)
{
	char id[24];

	snprintf(id, sizeof id, "%lld", (long long)o->notice->id);
	log_warn("notice_not_sent", "notice", id, "template", str_z(o->a, o->notice->template),
	        "trouble", trouble);
	o->try_at = o->now + after_s;
	o->trouble = trouble;
	return tx_run(o->j->db, failed_tx, o);
}

/* No address could be had because of E. */
static enum err
no_address(struct one *o, enum err e)
{
	switch (e) {
	case ERR_INVALID:
		return fail(o, RETRY_REFUSED_S, "bad_address");
	case ERR_FORGED:
		return fail(o, RETRY_REFUSED_S, "forged");
	case ERR_NOT_FOUND:
		return fail(o, RETRY_REFUSED_S, "no_address");
	case ERR_RATE:
		return fail(o, HOUR_S, "budget");
	default:
		return fail(o, back_off_s(o->notice->tries), err_name(e));
	}
}

/* ---- One notice ---- */

static enum err
deliver(struct one *o, struct str to, size_t *done)
{
	const struct jobs *j = o->j;
	struct str from =
	        j->config->notices.from.n > 0 ? j->config->notices.from : j->policy->contact.email;
	struct str name = str_fmt(o->a, "%lld-notice-%lld", (long long)o->notice->queued_at,
	        (long long)o->notice->id);
	struct str message;
	const char *trouble = "";
	enum err e = message_address(o->a, from, &from);

	if (e == ERR_OK)
		e = write_mail(o, from, to, &message);
	if (e != ERR_OK)
		return fail(o, back_off_s(o->notice->tries), "not_written");
	switch (transport_send(j->transport, o->a, name, from, to, message, &trouble)) {
	case SENT:
		++*done;
		return tx_run(j->db,
		        o->notice->recipient == NOTICE_RECIPIENT_REPORTER ? sent_alike_tx : sent_tx,
		        o);
	case SENT_REFUSED:
		return fail(o, RETRY_REFUSED_S, trouble);
	case SENT_DOWN:
		o->j->transport_down_s = o->now + DOWN_S;
		return fail(o, back_off_s(o->notice->tries), trouble);
	case SENT_LATER:
		return fail(o, back_off_s(o->notice->tries), trouble);
	}
	abort();
}

static enum err
to_team(struct one *o)
{
	enum err e = recipient_team(o->a, o->j, &o->team);

	if (e != ERR_OK)
		return no_address(o, e);
	if (o->team.n == 0)
		return fail(o, back_off_s(o->notice->tries), "nobody");
	return tx_run(o->j->db, expand_tx, o);
}

static enum err
to_person(struct one *o, size_t *done)
{
	struct str to;
	enum err e = recipient_person(o->a, o->j, o->notice->recipient, &to);

	if (e == ERR_OK)
		return deliver(o, to, done);
	if (e != ERR_NOT_FOUND)
		return no_address(o, e);
	/* Somebody who has left: the others take over, but for what was that person's alone. */
	return tx_run(o->j->db, o->template == NOTICE_ASSIGNED ? sent_tx : to_team_tx, o);
}

static enum err
to_reporter(struct one *o, size_t *done)
{
	struct str to;
	int64_t last;
	enum err e = notice_sent_last(o->j->db, o->notice, &last);

	if (e == ERR_OK)
		e = notice_waiting_last(o->j->db, o->notice, &o->upto);
	if (e != ERR_OK || o->upto < o->notice->id)
		return e; /* or it went with one before it */
	if (last > 0 && last <= o->now && o->now - last < ANSWERS_APART_S) {
		o->try_at = last + ANSWERS_APART_S;
		return tx_run(o->j->db, postpone_tx, o);
	}
	e = recipient_reporter(o->a, o->j, &o->row, o->number, o->template, &to);
	return e == ERR_OK ? deliver(o, to, done) : no_address(o, e);
}

static enum err
send_one(struct one *o, size_t *done)
{
	enum err e = notice_parse(o->notice->template, &o->template);

	if (e == ERR_OK)
		e = case_by_id(o->a, o->j->db, o->notice->case_id, &o->row);
	if (e != ERR_OK)
		return fail(o, RETRY_MAX_S, "damaged");
	o->number = case_number_str(o->a, o->j->programme->case_prefix, o->row.year, o->row.number);
	if (o->notice->recipient == NOTICE_RECIPIENT_TEAM)
		return to_team(o);
	if (o->notice->recipient == NOTICE_RECIPIENT_REPORTER)
		return to_reporter(o, done);
	return to_person(o, done);
}

static bool
is_down(const struct jobs *j, int64_t now)
{
	/* The second half: a clock that was set back. */
	return now < j->transport_down_s && j->transport_down_s - now <= DOWN_S;
}

enum err
job_notices(struct arena *a, struct jobs *j, int64_t now, size_t *done)
{
	enum err failed = ERR_OK, e;
	struct notice_row *rows;
	size_t n;

	if (is_down(j, now))
		return ERR_OK;
	e = notice_due(a, j->db, now, AT_ONCE, &rows, &n);
	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < n && !atomic_load(j->stop) && !is_down(j, now); i++) {
		struct one o = {.a = arena_new(ONE_BYTES), .j = j, .now = now, .notice = &rows[i]};

		e = send_one(&o, done);
		arena_free(o.a);
		if (e != ERR_OK)
			failed = e;
	}
	return failed;
}
