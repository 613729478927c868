/* The report on the case page: what was received, who sent it, and what it lacks. */
#include "web/desk/case_parts.h"

#include "case/report.h"
#include "policy/reply.h"
#include "policy/scope.h"
#include "web/json.h"
#include "web/report_form.h"
#include "web/view_helpers.h"

enum { SCOPE_ARENA = 8 << 20, TEXT_MAX = 1 << 20, CREDIT_TEXT_MAX = 4096 };

/* ---- Rows ---- */

/* Fields about the reporter and not about the weakness. */
static bool
of_reporter(const struct report_field *f)
{
	return f->object != NULL;
}

static size_t
rows_of(struct arena *a, const struct report *r, bool reporter, struct view_row *rows)
{
	size_t n = 0;

	for (size_t i = 0; i < report_fields_n; i++) {
		const struct report_field *f = &report_fields[i];
		bool title = f->offset == offsetof(struct report, title);

		/* Title and kind stand in the head of the page. */
		if (of_reporter(f) != reporter || title || str_eq(str_of(f->form), STR("kind")) ||
		        !report_given(r, f))
			continue;
		rows[n++] = (struct view_row){str_of(f->label), report_value(a, f, r),
		        f->type == REPORT_TEXT || f->type == REPORT_LINES,
		        str_eq(str_of(f->form), STR("proof_of_concept"))};
	}
	return n;
}

/* ---- Scope ---- */

static struct str
verdict_words(struct arena *a, const struct scope_answer *s)
{
	switch (s->verdict) {
	case SCOPE_IN:
		return str_fmt(a, "in scope: %.*s", STR_ARG(s->rule->id));
	case SCOPE_OUT:
		return str_fmt(a, "out of scope: %.*s", STR_ARG(s->rule->id));
	case SCOPE_UNKNOWN:
		break;
	}
	return STR("not known");
}

/* What the policy of the case says of TARGET, in A. */
static enum scope_verdict
verdict_of(struct arena *a, const struct policy *p, struct str target, struct str *words)
{
	struct arena *scratch = arena_new(SCOPE_ARENA);
	struct scope_answer s;

	scope_match(scratch, p, target, &s);
	*words = verdict_words(a, &s);
	arena_free(scratch);
	return s.verdict;
}

static struct str
scope_lines(struct arena *a, const struct policy *p, const struct report *r)
{
	struct buf b;
	struct str s, words;

	buf_init(&b, TEXT_MAX);
	for (size_t i = 0; i < r->affected.n; i++) {
		verdict_of(a, p, r->affected.v[i], &words);
		buf_fmt(&b, "%s%.*s — %.*s", i > 0 ? "\n" : "", STR_ARG(r->affected.v[i]),
		        STR_ARG(words));
	}
	s = str_dup(a, buf_view(&b));
	buf_clear(&b);
	return s;
}

struct str
part_scope(struct arena *a, const struct case_view *v, const struct report *r)
{
	struct str words, first_in = STR(""), first_out = STR("");
	const struct report_texts *t = &r->affected;
	struct report_texts component = {&r->component, 1};

	if (t->n == 0 && r->component.n > 0)
		t = &component;
	for (size_t i = 0; i < t->n; i++) {
		enum scope_verdict s = verdict_of(a, v->policy, t->v[i], &words);

		if (s == SCOPE_IN && first_in.n == 0)
			first_in = words;
		if (s == SCOPE_OUT && first_out.n == 0)
			first_out = words;
	}
	if (first_out.n > 0 && first_in.n > 0)
		return str_fmt(a, "partly %.*s", STR_ARG(first_out));
	if (first_out.n > 0)
		return first_out;
	return first_in.n > 0 ? first_in : STR("scope not known");
}

struct view_rows
part_report(struct arena *a, const struct case_view *v, const struct report *r)
{
	struct view_row *rows = ARENA_ARRAY(a, report_fields_n + 1, struct view_row);
	size_t n = rows_of(a, r, false, rows);

	if (r->affected.n > 0)
		rows[n++] =
		        (struct view_row){STR("By the policy"), scope_lines(a, v->policy, r), true};
	return (struct view_rows){rows, n};
}

/* ---- The reporter ---- */

struct credit {
	bool wanted;
	struct str name, url;
};

static const struct json_field credit_fields[] = {
        {.key = "wanted", .type = JSON_TYPE_BOOL, .offset = offsetof(struct credit, wanted)},
        {.key = "name",
                .type = JSON_TYPE_STRING,
                .offset = offsetof(struct credit, name),
                .max = CREDIT_TEXT_MAX},
        {.key = "url",
                .type = JSON_TYPE_STRING,
                .offset = offsetof(struct credit, url),
                .max = CREDIT_TEXT_MAX},
};
static const struct json_table credit_table = {
        credit_fields, sizeof credit_fields / sizeof credit_fields[0]};

/* The reporter's latest choice, where it is another than the report's. */
static struct str
credit_words(struct arena *a, const struct case_view *v)
{
	struct credit c = {0};

	if (json_object_read(a, v->credit, &credit_table, &c, NULL) != ERR_OK)
		return v->credit;
	if (!c.wanted)
		return STR("not wanted");
	if (c.name.n == 0)
		return STR("wanted");
	return str_fmt(a, "wanted, as %.*s%s%.*s", STR_ARG(c.name), c.url.n > 0 ? ", " : "",
	        STR_ARG(c.url));
}

struct view_rows
part_reporter(struct arena *a, const struct case_view *v, const struct report *r)
{
	struct view_row *rows = ARENA_ARRAY(a, report_fields_n + 4, struct view_row);
	size_t n = rows_of(a, r, true, rows);

	if (v->credit.n > 0)
		rows[n++] = (struct view_row){STR("Credit now"), credit_words(a, v), false};
	if (v->status.letter_utc_s != 0)
		rows[n++] = (struct view_row){STR("Letter"),
		        str_fmt(a, "asked for, %s", date_words(v->status.letter_utc_s).z), false};
	if (v->status.withdrawn_utc_s != 0)
		rows[n++] = (struct view_row){STR("Withdrawn"),
		        text_str(a, time_words(v->status.withdrawn_utc_s)), false};
	return (struct view_rows){rows, n};
}

/* ---- Replies ---- */

static const struct {
	const char *name, *action, *reason;
} offered[] = {
        {"Acknowledge", "acknowledge", ""},
        {"News", "message", ""},
        {"Severity set", "triage", ""},
        {"Fixed", "fix", ""},
        {"Open again", "reopen", ""},
        {"Close: resolved", "close", "resolved"},
        {"Close: duplicate", "close", "duplicate"},
        {"Close: out of scope", "close", "out_of_scope"},
        {"Close: not reproducible", "close", "not_reproducible"},
        {"Close: informative", "close", "informative"},
        {"Close: not applicable", "close", "not_applicable"},
        {"Close: spam", "close", "spam"},
};
enum { OFFERED = sizeof offered / sizeof offered[0] };

enum { WRAPPED = 60 };

/* TEXT with the lines of each paragraph joined: a policy file is wrapped at its own width, which is
 * not that of who reads the message. */
static struct str
unwrap(struct arena *a, struct str text)
{
	struct str rest = text, line;
	struct buf b;
	size_t before = 0;
	bool first = true;

	buf_init(&b, TEXT_MAX);
	while (str_cut(&rest, '\n', &line)) {
		bool list = line.n > 0 && (line.p[0] == '-' || line.p[0] == ' ');

		if (!first)
			buf_char(&b, before > WRAPPED && line.n > 0 && !list ? ' ' : '\n');
		buf_str(&b, line);
		before = line.n;
		first = false;
	}
	text = str_dup(a, buf_view(&b));
	buf_clear(&b);
	return text;
}

/* TEXT with its line that is a hyphen alone replaced by what is missing; a list before the last
 * paragraph otherwise. */
static struct str
with_missing(struct arena *a, struct str text, const struct policy_part *const *missing, size_t n)
{
	struct buf b;
	struct str rest = text, line, s;
	bool put = n == 0;

	buf_init(&b, TEXT_MAX);
	while (str_cut(&rest, '\n', &line)) {
		if (!put && str_eq(str_trim(line), STR("-"))) {
			for (size_t i = 0; i < n; i++)
				buf_fmt(&b, "- %.*s\n", STR_ARG(missing[i]->text));
			put = true;
			continue;
		}
		buf_str(&b, line);
		if (rest.n > 0)
			buf_char(&b, '\n');
	}
	for (size_t i = 0; !put && i < n; i++)
		buf_fmt(&b, "\n- %.*s", STR_ARG(missing[i]->text));
	s = str_dup(a, buf_view(&b));
	buf_clear(&b);
	return s;
}

static struct reply_facts
facts_of(struct arena *a, const struct desk *d, const struct case_view *v, const struct report *r)
{
	struct str url = d->in.config->public_url.text;

	return (struct reply_facts){
	        .case_no = v->number,
	        .name = r->reporter.name,
	        .severity = str_of(severity_name((enum severity)v->row.severity)),
	        .component = desk_component_name(v->policy, v->row.component),
	        .of = STR(""),
	        .policy_url = str_fmt(a, "%.*s/policy/%s", STR_ARG(url), v->policy->sha256_hex),
	        .case_url = str_fmt(a, "%.*s/case", STR_ARG(url)),
	};
}

void
part_templates(struct arena *a, const struct desk *d, const struct case_view *v,
        const struct report *r, struct view_case *out)
{
	struct view_template *t = ARENA_ARRAY(a, OFFERED, struct view_template);
	struct reply_facts facts = facts_of(a, d, v, r);
	const struct policy_part **missing;
	struct str *names;
	size_t n;
	struct str ask = policy_reply(v->policy, STR("request_info"), STR(""));

	for (size_t i = 0; i < OFFERED; i++) {
		struct str text = policy_reply(
		        v->policy, str_of(offered[i].action), str_of(offered[i].reason));

		if (text.n > 0)
			t[out->n_templates++] = (struct view_template){str_of(offered[i].name),
			        reply_fill(a, v->policy, unwrap(a, text), &facts)};
	}
	out->templates = t;
	report_missing(a, r, v->policy, v->files_n > 0, &missing, &n);
	out->ask.value =
	        reply_fill(a, v->policy, with_missing(a, unwrap(a, ask), missing, n), &facts);
	names = ARENA_ARRAY(a, n + 1, struct str);
	for (size_t i = 0; i < n; i++)
		names[i] = missing[i]->title;
	out->missing = (struct view_texts){names, n};
}
