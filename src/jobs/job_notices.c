/* Sends what is queued. A notice is marked as sent only after the transport has taken it: a crash
 * in between may send it twice (with the same Message-ID), never not at all. */
#include "act/warn.h"
#include "base/log.h"
#include "base/time.h"
#include "jobs/jobs.h"
#include "jobs/message.h"
#include "jobs/outcomes.h"
#include "jobs/recipients.h"

enum {
	WRITE_MS = 1000, /* what was sent is not left unwritten for longer */
	ONE_BYTES = 32 << 20,
	RETRY_FIRST_S = MINUTE_S,
	RETRY_MAX_S = 6 * HOUR_S,
	RETRY_REFUSED_S = DAY_S,
	DOWN_S = MINUTE_S,
	/* Answers written in one go are one piece of news for the reporter. */
	ANSWERS_APART_S = 10 * MINUTE_S,
};

/* What the notices of one pass share. */
struct pass {
	struct arena *a;
	struct jobs *j;
	int64_t now;
	int64_t written_ms;
	struct outcomes outcomes;
	struct keyd_people team;
	bool team_known;
};

/* One notice on its way. */
struct one {
	struct pass *pass;
	struct arena *a;
	struct jobs *j;
	int64_t now;
	const struct notice_row *notice;
	enum notice_template template;
	struct case_row row;
	struct str number;
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

/* ---- When it does not work ---- */

static int64_t
back_off_s(int64_t tries)
{
	int64_t s = RETRY_FIRST_S;

	for (int64_t i = 0; i < tries && s < RETRY_MAX_S; i++)
		s *= 2;
	return s < RETRY_MAX_S ? s : RETRY_MAX_S;
}

static void
fail(struct one *o, int64_t after_s, const char *trouble)
{
	char id[24];

	snprintf(id, sizeof id, "%lld", (long long)o->notice->id);
	log_warn("notice_not_sent", "notice", id, "template", str_z(o->a, o->notice->template),
	        "trouble", trouble);
	outcomes_add(&o->pass->outcomes, (struct outcome){
	                                         .kind = OUTCOME_FAILED,
	                                         .notice = o->notice,
	                                         .try_at = o->now + after_s,
	                                         .trouble = trouble,
	                                 });
}

/* No address could be had because of E. */
static void
no_address(struct one *o, enum err e)
{
	switch (e) {
	case ERR_INVALID:
		fail(o, RETRY_REFUSED_S, "bad_address");
		break;
	case ERR_FORGED:
		fail(o, RETRY_REFUSED_S, "forged");
		break;
	case ERR_NOT_FOUND:
		fail(o, RETRY_REFUSED_S, "no_address");
		break;
	case ERR_RATE:
		fail(o, HOUR_S, "budget");
		break;
	default:
		fail(o, back_off_s(o->notice->tries), err_name(e));
		break;
	}
}

/* ---- One notice ---- */

static void
done_with(struct one *o, enum outcome_kind kind)
{
	outcomes_add(&o->pass->outcomes, (struct outcome){.kind = kind, .notice = o->notice});
}

/* SENT is what it counts as once it is sent. */
static void
deliver(struct one *o, struct str to, struct outcome sent, size_t *done)
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
	if (e != ERR_OK) {
		fail(o, back_off_s(o->notice->tries), "not_written");
		return;
	}
	switch (transport_send(j->transport, o->a, name, from, to, message, &trouble)) {
	case SENT:
		++*done;
		outcomes_add(&o->pass->outcomes, sent);
		break;
	case SENT_REFUSED:
		fail(o, RETRY_REFUSED_S, trouble);
		break;
	case SENT_DOWN:
		o->j->transport_down_s = o->now + DOWN_S;
		fail(o, back_off_s(o->notice->tries), trouble);
		break;
	case SENT_LATER:
		fail(o, back_off_s(o->notice->tries), trouble);
		break;
	}
}

/* A notice to the team becomes one for each of them. */
static void
to_team(struct one *o)
{
	struct pass *p = o->pass;
	enum err e = p->team_known ? ERR_OK : recipient_team(p->a, o->j, &p->team);

	p->team_known = e == ERR_OK;
	if (e != ERR_OK)
		no_address(o, e);
	else if (p->team.n == 0)
		fail(o, back_off_s(o->notice->tries), "nobody");
	else
		outcomes_add(&p->outcomes,
		        (struct outcome){
		                .kind = OUTCOME_EXPANDED, .notice = o->notice, .team = &p->team});
}

static void
to_person(struct one *o, size_t *done)
{
	struct str to;
	enum err e = recipient_person(o->a, o->j, o->notice->recipient, &to);

	if (e == ERR_OK)
		deliver(o, to, (struct outcome){.kind = OUTCOME_SENT, .notice = o->notice}, done);
	else if (e != ERR_NOT_FOUND)
		no_address(o, e);
	else /* Somebody who has left: the others take over, but for what was that person's. */
		done_with(o, o->template == NOTICE_ASSIGNED ? OUTCOME_SENT : OUTCOME_TO_TEAM);
}

static enum err
to_reporter(struct one *o, size_t *done)
{
	struct str to;
	int64_t last, upto;
	/* What was sent in this pass counts. */
	enum err e = outcomes_write(&o->pass->outcomes, o->j->db);

	if (e == ERR_OK)
		e = notice_sent_last(o->j->db, o->notice, &last);
	if (e == ERR_OK)
		e = notice_waiting_last(o->j->db, o->notice, &upto);
	if (e != ERR_OK || upto < o->notice->id)
		return e; /* or it went with one before it */
	if (last > 0 && last <= o->now && o->now - last < ANSWERS_APART_S) {
		outcomes_add(&o->pass->outcomes, (struct outcome){.kind = OUTCOME_POSTPONED,
		                                         .notice = o->notice,
		                                         .try_at = last + ANSWERS_APART_S});
		return ERR_OK;
	}
	e = recipient_reporter(o->a, o->j, &o->row, o->number, o->template, &to);
	if (e != ERR_OK)
		no_address(o, e);
	else
		deliver(o, to,
		        (struct outcome){
		                .kind = OUTCOME_SENT_ALIKE, .notice = o->notice, .upto = upto},
		        done);
	return ERR_OK;
}

static enum err
send_one(struct one *o, size_t *done)
{
	enum err e = notice_parse(o->notice->template, &o->template);

	if (e == ERR_OK)
		e = case_by_id(o->a, o->j->db, o->notice->case_id, &o->row);
	if (e != ERR_OK) {
		fail(o, RETRY_MAX_S, "damaged");
		return ERR_OK;
	}
	o->number = case_number_str(o->a, o->j->programme->case_prefix, o->row.year, o->row.number);
	if (o->notice->recipient == NOTICE_RECIPIENT_REPORTER)
		return to_reporter(o, done);
	if (o->notice->recipient == NOTICE_RECIPIENT_TEAM)
		to_team(o);
	else
		to_person(o, done);
	return ERR_OK;
}

/* ---- A pass ---- */

static bool
is_down(const struct jobs *j, int64_t now)
{
	/* The second half: a clock that was set back. */
	return now < j->transport_down_s && j->transport_down_s - now <= DOWN_S;
}

static enum err
step(struct pass *p, const struct notice_row *notice, size_t *done)
{
	struct one o = {
	        .pass = p,
	        .a = arena_new(ONE_BYTES),
	        .j = p->j,
	        .now = p->now,
	        .notice = notice,
	};
	enum err e = send_one(&o, done);

	arena_free(o.a);
	if (e == ERR_OK && now_mono_ms() - p->written_ms >= WRITE_MS) {
		e = outcomes_write(&p->outcomes, p->j->db);
		p->written_ms = now_mono_ms();
	}
	return e;
}

enum err
job_notices(struct arena *a, struct jobs *j, int64_t now, size_t *done)
{
	struct pass p = {.a = a, .j = j, .now = now, .outcomes.now = now};
	enum err failed = ERR_OK, e;
	struct notice_row *rows;
	size_t n;

	if (is_down(j, now))
		return ERR_OK;
	e = notice_due(a, j->db, now, OUTCOMES_MAX, &rows, &n);
	if (e != ERR_OK)
		return e;
	p.written_ms = now_mono_ms();
	for (size_t i = 0; i < n && !atomic_load(j->stop) && !is_down(j, now); i++) {
		e = step(&p, &rows[i], done);
		if (e != ERR_OK)
			failed = e;
	}
	e = outcomes_write(&p.outcomes, j->db);
	return e != ERR_OK ? e : failed;
}
