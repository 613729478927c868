/* A report as a form. */
#include "web/report_form.h"

#include "base/time.h"
#include "web/view_helpers.h"

static bool
is_about_the_reporter(const struct report_field *f)
{
	return f->object != NULL && (str_eq(str_of(f->object), STR("reporter")) ||
	                                    str_eq(str_of(f->object), STR("credit")));
}

static struct report_texts
lines_of(struct arena *a, struct str s)
{
	struct report_texts t = {0};
	struct str rest = s, line, *v;
	size_t n = 1;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '\n';
	v = ARENA_ARRAY(a, n, struct str);
	while (str_cut(&rest, '\n', &line)) {
		line = str_trim(line);
		if (line.n > 0)
			v[t.n++] = line;
	}
	t.v = v;
	return t;
}

enum err
report_form_time(struct arena *a, struct str s, int64_t *out)
{
	if (time_parse(s, out) == ERR_OK)
		return ERR_OK;
	if (time_parse(str_fmt(a, "%.*sZ", STR_ARG(s)), out) == ERR_OK)
		return ERR_OK;
	return time_parse(str_fmt(a, "%.*s:00Z", STR_ARG(s)), out);
}

static enum err
field_read(struct arena *a, const struct report_field *f, struct str value, struct report *r,
        struct diag *d)
{
	char *at = (char *)r + f->offset;

	switch (f->type) {
	case REPORT_LINE:
	case REPORT_CHOICE:
		*(struct str *)at = str_trim(value);
		return ERR_OK;
	case REPORT_TEXT:
		*(struct str *)at = value;
		return ERR_OK;
	case REPORT_LINES:
		*(struct report_texts *)at = lines_of(a, value);
		return ERR_OK;
	case REPORT_BOOL:
		*(bool *)at = str_eq(value, STR("yes"));
		return ERR_OK;
	case REPORT_TIME:
		if (str_trim(value).n == 0 ||
		        report_form_time(a, str_trim(value), (int64_t *)at) == ERR_OK)
			return ERR_OK;
		snprintf(d->pointer, sizeof d->pointer, "/%s/%s", f->object, f->key);
		return diag_set(d, ERR_INVALID, "write it as 2026-01-05T09:00",
		        "%s is not a date and time", f->label);
	}
	abort();
}

enum err
report_form_read(const struct request *req, struct report *out, struct diag *d)
{
	bool anonymous = str_eq(request_form(req, "anonymous"), STR("yes"));
	struct report r = {0};
	enum err e = ERR_OK;

	for (size_t i = 0; i < report_fields_n && e == ERR_OK; i++) {
		const struct report_field *f = &report_fields[i];
		struct str value = request_form(req, f->form);

		if (value.n > 0 && !(anonymous && is_about_the_reporter(f)))
			e = field_read(req->a, f, value, &r, d);
	}
	if (e == ERR_OK)
		e = report_check(&r, d);
	if (e == ERR_OK)
		*out = r;
	return e;
}

/* ---- The inputs of the form by name ---- */

#define INPUT(name)                                                                                \
	{                                                                                          \
#name, offsetof(struct view_report, name)                                          \
	}
static const struct {
	const char *name;
	size_t offset;
} inputs[] = {
        INPUT(kind),
        INPUT(title),
        INPUT(description),
        INPUT(impact),
        INPUT(steps),
        INPUT(affected),
        INPUT(component),
        INPUT(proof_of_concept),
        INPUT(severity),
        INPUT(cvss),
        INPUT(remediation),
        INPUT(testing_accounts),
        INPUT(testing_addresses),
        INPUT(testing_from),
        INPUT(testing_until),
        INPUT(reached_others_data),
        INPUT(caused_disruption),
        INPUT(reporter_name),
        INPUT(reporter_email),
        INPUT(reporter_pgp_key),
        INPUT(anonymous),
        INPUT(credit_wanted),
        INPUT(credit_name),
        INPUT(credit_url),
};
enum { INPUTS = sizeof inputs / sizeof inputs[0] };

struct view_mistake
report_mistake(struct arena *a, const struct diag *d)
{
	struct str pointer = str_of(d->pointer);
	struct view_mistake m = {STR(""),
	        d->mend[0] == '\0' ? str_of(d->what) : str_fmt(a, "%s; %s", d->what, d->mend)};

	for (size_t i = 0; i < report_fields_n; i++) {
		const struct report_field *f = &report_fields[i];
		struct str whole = f->object == NULL ? str_fmt(a, "/%s", f->key)
		                                     : str_fmt(a, "/%s/%s", f->object, f->key);

		/* A pointer may go on to one of several lines: "/affected/3". */
		if (str_starts(pointer, whole) &&
		        (pointer.n == whole.n || pointer.p[whole.n] == '/'))
			m.field = str_of(f->form);
	}
	return m;
}

void
report_form_show(struct request *req, struct view_report *v, const struct diag *d)
{
	struct view_mistake *mistake = ARENA_NEW(req->a, struct view_mistake);

	if (d != NULL) {
		*mistake = report_mistake(req->a, d);
		v->mistakes = (struct view_mistakes){mistake, 1};
	}
	for (size_t i = 0; i < INPUTS; i++) {
		struct view_input *in = (struct view_input *)((char *)v + inputs[i].offset);
		struct str value = request_form(req, inputs[i].name);

		in->value = value.p != NULL ? value : STR("");
		in->error = d != NULL && str_eq(mistake->field, str_of(inputs[i].name))
		                    ? mistake->text
		                    : STR("");
	}
	if (v->kind.value.n == 0)
		v->kind.value = STR("report");
}

struct view_hiddens
report_form_hidden(struct request *req, const struct view_hidden *head, size_t n)
{
	struct view_hidden *all = ARENA_ARRAY(req->a, n + INPUTS, struct view_hidden);
	size_t count = n;

	memcpy(all, head, n * sizeof *head);
	for (size_t i = 0; i < INPUTS; i++) {
		struct str value = request_form(req, inputs[i].name);

		if (value.n > 0)
			all[count++] = (struct view_hidden){str_of(inputs[i].name), value};
	}
	return (struct view_hiddens){all, count};
}

/* ---- Rows to be read ---- */

static struct str
texts_joined(struct arena *a, const struct report_texts *t)
{
	struct str all = STR("");

	for (size_t i = 0; i < t->n; i++)
		all = str_fmt(a, "%.*s%s%.*s", STR_ARG(all), i > 0 ? "\n" : "", STR_ARG(t->v[i]));
	return all;
}

struct str
report_value(struct arena *a, const struct report_field *f, const struct report *r)
{
	const char *at = (const char *)r + f->offset;

	switch (f->type) {
	case REPORT_LINE:
	case REPORT_TEXT:
		return *(const struct str *)at;
	case REPORT_CHOICE:
		return str_fmt(a, "%.*s", STR_ARG(*(const struct str *)at));
	case REPORT_LINES:
		return texts_joined(a, (const struct report_texts *)at);
	case REPORT_BOOL:
		return STR("Yes");
	case REPORT_TIME:
		return str_dup(a, str_of(time_words(*(const int64_t *)at).z));
	}
	abort();
}

struct view_rows
report_rows(struct arena *a, const struct report *r)
{
	struct view_row *rows = ARENA_ARRAY(a, report_fields_n, struct view_row);
	size_t n = 0;

	for (size_t i = 0; i < report_fields_n; i++) {
		const struct report_field *f = &report_fields[i];

		if (!report_given(r, f) || str_eq(str_of(f->form), STR("kind")))
			continue;
		rows[n++] = (struct view_row){
		        .label = str_of(f->label),
		        .value = report_value(a, f, r),
		        .is_long = f->type == REPORT_TEXT || f->type == REPORT_LINES,
		        .is_code = str_eq(str_of(f->form), STR("proof_of_concept")),
		};
	}
	return (struct view_rows){rows, n};
}
