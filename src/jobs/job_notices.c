/* Sends what is queued. A notice is marked as sent only after the transport has taken it: a crash
 * in between may send it twice (with the same Message-ID), never not at all. */
#include "base/log.h"
#include "base/time.h"
#include "jobs/jobs.h"
#include "jobs/message.h"
#include "jobs/notice_text.h"
#include "jobs/outcomes.h"
#include "jobs/recipients.h"

enum {
	NOTICES_MAX = OUTCOMES_MAX / 2, /* of one pass: each has its outcome, and its deputy's */
	WRITE_MS = 1000,                /* what was sent is not left unwritten for longer */
	ONE_BYTES = 32 << 20,
	RETRY_FIRST_S = MINUTE_S,
	RETRY_MAX_S = 6 * HOUR_S,
	RETRY_REFUSED_S = DAY_S,
	DOWN_S = MINUTE_S,
	/* Answers written in one go are one piece of news for the reporter. */
	ANSWERS_APART_S = 10 * MINUTE_S,
};

/* People of one pass, asked for once. */
struct group {
	struct keyd_people people;
	bool known;
};

/* What the notices of one pass share. */
struct pass {
	struct arena *a;
	struct jobs *j;
	int64_t now;
	int64_t written_ms;
	struct outcomes outcomes;
	struct group team, everybody;
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

static enum err
write_mail(const struct one *o, struct str from, struct str to, struct str *out)
{
	const struct policy *policy = o->j->policy;
	struct notice_about about = {
	        o->notice, o->template, o->notice->case_id != 0 ? &o->row : NULL, o->number};
	struct notice_mail mail;
	struct message m;
	enum err e = notice_text(o->a, o->j, &about, &mail);

	if (e != ERR_OK)
		return e;
	m = (struct message){
	        .from_name = str_fmt(
	                o->a, "%.*s %.*s", STR_ARG(policy->name), STR_ARG(policy->contact.team)),
	        .from = from,
	        .to = to,
	        .subject = mail.subject,
	        .id = str_fmt(o->a, "%lld.%lld", (long long)o->notice->id,
	                (long long)o->notice->queued_at),
	        .thread = o->notice->case_id != 0 ? o->number : STR("members"),
	        .host = o->j->config->public_url.host,
	        .at_utc_s = o->now,
	        .text = mail.text,
	        .answers = o->template == NOTICE_RECEIVED,
	};
	if (o->notice->recipient == NOTICE_RECIPIENT_REPORTER) {
		m.reply_to = mail_reply_to(o->a, o->j, &o->row, o->number);
		m.person = m.flowed = o->template == NOTICE_ANSWER_MAIL;
		/* The reporter's mail program puts it beside the mail that all began with. */
		if (recipient_mail(o->a, o->j, &o->row, o->number, 0, &m.in_reply_to) != ERR_OK)
			m.in_reply_to = STR("");
	}
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
	/* No report of a receipt that was not delivered comes back, and so no loop begins. */
	if (o->template == NOTICE_RECEIVED)
		from = STR("");
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

/* A notice to the team becomes one for each of them; likewise one to everybody. */
static void
to_group(struct one *o, struct group *g, bool everybody)
{
	struct pass *p = o->pass;
	enum err e = g->known ? ERR_OK : recipient_group(p->a, o->j, everybody, &g->people);

	g->known = e == ERR_OK;
	if (e != ERR_OK)
		no_address(o, e);
	else if (g->people.n == 0)
		fail(o, back_off_s(o->notice->tries), "nobody");
	else
		outcomes_add(&p->outcomes,
		        (struct outcome){
		                .kind = OUTCOME_EXPANDED, .notice = o->notice, .team = &g->people});
}

/* What is somebody's who is away goes to the deputy as well: queued, so that the deputy's own
 * deputy is found there. A loop ends at whoever has got it already. */
static void
to_deputy(struct one *o, const struct keyd_person *p)
{
	struct keyd_person deputy;

	if (o->notice->case_id == 0 || p->deputy == 0 || !keyd_person_away(p, o->now) ||
	        recipient_of(o->a, o->j, p->deputy, &deputy) != ERR_OK || deputy.disabled ||
	        (deputy.roles & KEYD_ROLES_READ_CASES) == 0)
		return;
	outcomes_add(&o->pass->outcomes,
	        (struct outcome){
	                .kind = OUTCOME_TO_DEPUTY, .notice = o->notice, .deputy = p->deputy});
}

static void
to_person(struct one *o, size_t *done)
{
	struct keyd_person p;
	struct str to;
	enum err e = recipient_of(o->a, o->j, o->notice->recipient, &p);

	if (e == ERR_OK && p.disabled && o->notice->case_id != 0)
		e = ERR_NOT_FOUND;
	if (e == ERR_OK)
		e = message_address(o->a, p.email, &to);
	if (e == ERR_OK) {
		to_deputy(o, &p);
		deliver(o, to, (struct outcome){.kind = OUTCOME_SENT, .notice = o->notice}, done);
	} else if (e != ERR_NOT_FOUND) {
		no_address(o, e);
	} else { /* Somebody who has left: the others take over, but for what was that person's. */
		done_with(o, o->template == NOTICE_ASSIGNED || o->notice->case_id == 0
		                     ? OUTCOME_SENT
		                     : OUTCOME_TO_TEAM);
	}
}

static enum err
to_reporter(struct one *o, size_t *done)
{
	struct str to;
	int64_t last, upto;
	/* What was sent in this pass counts. */
	enum err e = outcomes_write(&o->pass->outcomes, o->j->db);

	/* What somebody wrote goes as it is, each by itself. */
	if (e == ERR_OK && o->template == NOTICE_ANSWER_MAIL) {
		e = recipient_reporter(o->a, o->j, &o->row, o->number, o->template, &to);
		if (e != ERR_OK)
			no_address(o, e);
		else
			deliver(o, to, (struct outcome){.kind = OUTCOME_SENT, .notice = o->notice},
			        done);
		return ERR_OK;
	}
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

	if (e == ERR_OK && o->notice->case_id != 0)
		e = case_by_id(o->a, o->j->db, o->notice->case_id, &o->row);
	if (e != ERR_OK) {
		fail(o, RETRY_MAX_S, "damaged");
		return ERR_OK;
	}
	if (o->notice->case_id != 0)
		o->number = case_number_str(
		        o->a, o->j->programme->case_prefix, o->row.year, o->row.number);
	if (o->notice->recipient == NOTICE_RECIPIENT_REPORTER)
		return to_reporter(o, done);
	if (o->notice->recipient == NOTICE_RECIPIENT_TEAM)
		to_group(o, &o->pass->team, false);
	else if (o->notice->recipient == NOTICE_RECIPIENT_EVERYBODY)
		to_group(o, &o->pass->everybody, true);
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
	e = notice_due(a, j->db, now, NOTICES_MAX, &rows, &n);
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
