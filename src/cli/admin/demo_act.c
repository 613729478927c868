/* The steps of a case of the demo as actions. */
#include "cli/admin/demo_act.h"

#include "base/time.h"
#include "case/permission.h"
#include "policy/reply.h"

struct living {
	struct demo *m;
	const struct demo_case *c;
	const struct demo_words *words;
	struct intake *in;
	const struct str *numbers;
	size_t news; /* sent so far */
};

static struct str
filled(const struct living *l, struct str text)
{
	return demo_fill(l->in->a, text, l->words);
}

/* What the policy offers to begin an answer with; OTHERWISE if it has none. */
static struct str
offered(const struct living *l, const char *action, struct str reason, struct str otherwise)
{
	struct str text = policy_reply(l->m->policy, str_of(action), reason);
	struct reply_facts facts = {
	        .case_no = l->in->case_number,
	        .name = l->c->reporter != NULL ? l->c->reporter->name : STR(""),
	        .severity = l->c->text->judged,
	        .policy_url = str_fmt(l->in->a, "%.*s/policy", STR_ARG(l->m->public_url)),
	        .case_url = str_fmt(l->in->a, "%.*s/case", STR_ARG(l->m->public_url)),
	};

	return text.n > 0 ? reply_fill(l->in->a, l->m->policy, text, &facts) : otherwise;
}

static struct str
news(struct living *l)
{
	static const char *const more[] = {
	        "A short sign of life: the work goes on as planned, nothing new for you to do.",
	        "The change is in review. We will write as soon as it is out.",
	        "It took longer than we thought, since the same was found in a second place.",
	        "Tests have passed. It goes out with the next release.",
	};
	size_t i = l->news++;

	if (i == 0 && l->c->text->news.n > 0)
		return filled(l, l->c->text->news);
	return str_of(more[(i + l->c->member) % 4]);
}

static struct str
thanks(const struct living *l)
{
	static const char *const words[] = {
	        "Confirmed, it does not work any more. Thank you for the quick work!",
	        "Looks good from here. A pleasure to work with you.",
	        "Tried again with both accounts: refused, as it should be. Thanks.",
	};

	return str_of(words[(l->c->member + l->c->thing.n) % 3]);
}

/* A closing as the kind of the case wants it. */
static void
closing(const struct living *l, struct act_request *q)
{
	const struct demo_case *c = l->c;

	q->action = ACTION_CLOSE;
	q->reason = CLOSE_RESOLVED;
	if (c->kind == DEMO_DUPLICATE) {
		q->reason = CLOSE_DUPLICATE;
		q->of = l->numbers[c->of];
	}
	if (c->silent)
		q->reason = CLOSE_NOT_REPRODUCIBLE;
	if (c->kind == DEMO_SPAM)
		q->reason = CLOSE_SPAM;
	else
		q->text = offered(
		        l, "close", str_of(close_reason_name(q->reason)), STR("Thank you."));
}

static void
credit(const struct living *l, struct act_request *q)
{
	struct buf b;

	buf_init(&b, 4096);
	buf_z(&b, "{\"wanted\":true,\"name\":");
	buf_json(&b, l->c->reporter->name);
	buf_z(&b, "}");
	q->action = ACTION_CREDIT;
	q->credit = str_dup(l->in->a, buf_view(&b));
	q->credit_choice = 1;
	buf_clear(&b);
}

static void
verdict(const struct living *l, struct act_request *q)
{
	const struct demo_report *r = l->c->text;

	*q = (struct act_request){.action = ACTION_TRIAGE,
	        .cvss = r->cvss,
	        .cwe = r->cwe,
	        .component = l->in->component,
	        .text = offered(l, "triage", STR(""), STR(""))};
	if (severity_parse(r->judged, &q->severity) != ERR_OK)
		abort();
}

static void
answer(const struct living *l, struct act_request *q)
{
	const struct demo_report *r = l->c->text;

	q->action = ACTION_CLOSE;
	q->text = filled(l, r->answer);
	q->reason = CLOSE_INFORMATIVE;
	if (r->close.n > 0 && close_reason_parse(r->close, &q->reason) != ERR_OK)
		abort();
}

static void
disclosure(const struct living *l, int64_t at, struct act_request *q)
{
	q->action = ACTION_DISCLOSURE;
	q->date = str_sub(time_str(l->in->a, at + 60 * (int64_t)DAY_S), 0, 10);
	q->text = STR("I would like to write about it once it is mended. Would this day suit you?");
}

static struct act_request
request_of(struct living *l, const struct demo_step *s)
{
	const struct demo_report *r = l->c->text;
	struct act_request q = {.text = STR("")};

	switch (s->move) {
	case DEMO_ACKNOWLEDGE:
		q.action = ACTION_ACKNOWLEDGE;
		q.text = offered(l, "acknowledge", STR(""), STR("We have it, and look at it."));
		break;
	case DEMO_ASSIGN:
		q.action = ACTION_ASSIGN;
		q.assignee = l->m->keyd.team[l->c->member];
		break;
	case DEMO_ASK:
		q.action = ACTION_REQUEST_INFO;
		q.text = filled(l, r->question.n > 0 ? r->question : r->ask);
		break;
	case DEMO_REPLY:
		q.action = ACTION_REPLY;
		q.text = filled(l, r->reply);
		break;
	case DEMO_NOTE:
		q.action = ACTION_NOTE;
		q.text = filled(l, r->note);
		break;
	case DEMO_TRIAGE:
		verdict(l, &q);
		break;
	case DEMO_NEWS:
		q.action = ACTION_MESSAGE;
		q.text = news(l);
		break;
	case DEMO_DISCLOSE:
		disclosure(l, s->at_utc_s, &q);
		break;
	case DEMO_FIX:
		q.action = ACTION_FIX;
		q.text = filled(l, r->fixed);
		break;
	case DEMO_THANKS:
		q.action = ACTION_REPLY;
		q.text = thanks(l);
		break;
	case DEMO_CREDIT:
		credit(l, &q);
		break;
	case DEMO_LETTER:
		q.action = ACTION_LETTER;
		break;
	case DEMO_STILL:
		q.action = ACTION_REPLY;
		q.text = STR("I can still get through in one case, with the second address of my "
		             "report.");
		break;
	case DEMO_REOPEN:
		q.action = ACTION_REOPEN;
		q.text = STR("You are right, one place was missed. We have opened it again.");
		break;
	case DEMO_ANSWER:
		answer(l, &q);
		break;
	case DEMO_CLOSE:
		closing(l, &q);
		break;
	case DEMO_WITHDRAW:
		q.action = ACTION_WITHDRAW;
		q.text = STR("My mistake: that was a host of my own. Sorry for the noise.");
		break;
	}
	return q;
}

static bool
by_reporter(enum demo_move m)
{
	return m == DEMO_REPLY || m == DEMO_DISCLOSE || m == DEMO_THANKS || m == DEMO_CREDIT ||
	       m == DEMO_LETTER || m == DEMO_STILL || m == DEMO_WITHDRAW;
}

enum err
demo_live(struct demo *m, const struct demo_case *c, const struct demo_words *w, struct intake *in,
        const struct str *numbers)
{
	struct living l = {m, c, w, in, numbers, 0};
	enum err e = ERR_OK;

	for (size_t i = 0; i < c->n && e == ERR_OK; i++) {
		const struct demo_step *s = &c->steps[i];
		struct act_request q = request_of(&l, s);
		struct act act = {
		        .a = in->a,
		        .db = m->cases->db,
		        .programme = &m->cases->programme,
		        .actor = by_reporter(s->move)
		                         ? (struct actor){.kind = ACTOR_REPORTER}
		                         : (struct actor){ACTOR_PERSON, m->keyd.team[c->member],
		                                   STAFF_COORDINATOR},
		        .keys = {&in->keys.team, &in->keys.shared.reporter},
		        .now_utc_s = s->at_utc_s,
		        .why = m->why,
		};

		e = act_open(&act, in->row.id);
		if (e == ERR_OK)
			e = act_run(&act, &q);
		m->events++;
	}
	return e;
}
