/* The report of a case in the shape of the form, as the researcher saw it: each part of the policy
 * with what was given, what is missing marked, and a question for it that is ready to be sent. */
#include "web/desk/case_parts.h"

#include "views.h"
#include "web/api/report_json.h"
#include "web/report_form.h"
#include "web/view_helpers.h"
#include "web/views_entry.h"

/* The fields of one part, given or not. */
static void
fields_of(struct arena *a, const struct policy_part *part, const struct report *r, size_t files,
        struct view_form_part *out)
{
	struct view_form_field *f = ARENA_ARRAY(a, report_fields_n + 1, struct view_form_field);

	for (size_t k = 0; k < part->fields_n; k++) {
		for (size_t i = 0; i < report_fields_n; i++) {
			const struct report_field *field = &report_fields[i];
			bool given = report_given(r, field);

			if (field->part != (enum report_key)part->fields[k])
				continue;
			f[out->n++] = (struct view_form_field){
			        .label = str_of(field->label),
			        .value = given ? report_value(a, field, r) : STR(""),
			        .given = given,
			        .is_code = str_eq(str_of(field->form), STR("proof_of_concept")),
			};
		}
		if ((enum report_key)part->fields[k] == REPORT_KEY_ATTACHMENTS)
			f[out->n++] = (struct view_form_field){
			        .label = STR("Files"),
			        .value = text_str(a, count_words(files, "file", "files")),
			        .given = files > 0,
			};
	}
	out->fields = f;
}

static bool
is_missing(const struct policy_part *part, const struct policy_part *const *missing, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (missing[i] == part)
			return true;
	return false;
}

static void
parts_of(struct arena *a, const struct case_view *c, const struct report *r,
        struct view_case_as_form *v)
{
	const struct policy *p = c->policy;
	struct view_form_part *parts = ARENA_ARRAY(a, p->report.parts_n + 1, struct view_form_part);
	const struct policy_part **missing;
	size_t n;

	report_missing(a, r, p, c->files_n > 0, &missing, &n);
	for (size_t i = 0; i < p->report.parts_n; i++) {
		const struct policy_part *part = &p->report.parts[i];

		parts[i] = (struct view_form_part){
		        .title = part->title,
		        .hint = part->hint,
		        .optional = part->optional,
		        .missing = is_missing(part, missing, n),
		};
		fields_of(a, part, r, c->files_n, &parts[i]);
	}
	v->parts = parts;
	v->n = p->report.parts_n;
}

static void
show(struct request *req, const struct opened *o)
{
	const struct case_view *c = &o->view;
	struct view_case texts = {0};
	struct report r;
	struct view_case_as_form v;
	struct buf b;

	if (report_json_read(req->a, c->report, &r, NULL) != ERR_OK)
		r = (struct report){.description = c->report};
	part_templates(req->a, desk_of(req), c, &r, &texts);
	v = (struct view_case_as_form){
	        .page = desk_page(req,
	                str_z(req->a, str_fmt(req->a, "%.*s as a form", STR_ARG(c->number))),
	                VIEW_DESK_NONE),
	        .case_number = c->number,
	        .title = c->title.n > 0 ? c->title : report_title(req->a, &r),
	        .reporter = r.reporter.name.n > 0 ? r.reporter.name : STR("the reporter"),
	        .missing = texts.missing,
	        .ask = texts.ask.value,
	        .may_ask = who_may(req, PERMISSION_HANDLE_CASES) && c->status.state != CASE_CLOSED,
	        .question = c->row.question,
	};
	parts_of(req->a, c, &r, &v);
	buf_init(&b, DESK_PAGE_MAX);
	view_desk_case_form(&b, &v);
	respond_html(req, 200, &b);
}

void
desk_case_form_get(struct request *req)
{
	struct opened o;
	struct keyd_verdict why = {0};
	enum err e = desk_open_case(req, "form", &o, &why);

	if (e != ERR_OK) {
		desk_respond_keyd(req, e, &why);
		return;
	}
	show(req, &o);
	desk_close_case(&o);
}
