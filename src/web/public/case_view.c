/* A case as its reporter's page shows it: in promises and dates, not in names of states. */
#include "web/public/case_view.h"

#include "base/id.h"
#include "web/api/case_json.h"
#include "web/api/report_json.h"
#include "web/report_form.h"
#include "web/view_promises.h"

struct str
reporter_done_text(struct str what)
{
	static const struct {
		enum action action;
		const char *text;
	} texts[] = {
	        {ACTION_REPLY, "Your message was sent."},
	        {ACTION_ADD_FILES, "Your files were added."},
	        {ACTION_CREDIT, "Your choice of credit is saved."},
	        {ACTION_LETTER, "You asked for the letter; we write it when the case is done."},
	        {ACTION_DISCLOSURE,
	                "The team knows the day that you have in mind, and will answer."},
	        {ACTION_WITHDRAW, "Your report is withdrawn."},
	};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (str_eq(what, str_of(action_name(texts[i].action))))
			return str_of(texts[i].text);
	return STR("");
}

static struct str
closed_words(struct arena *a, const struct case_view *v)
{
	static const char *const words[CLOSE_REASON_COUNT] = {
	        [CLOSE_DUPLICATE] =
	                "The team knew of this weakness already: the report is closed as a "
	                "duplicate.",
	        [CLOSE_OUT_OF_SCOPE] = "Closed: what you found is outside the scope of the policy.",
	        [CLOSE_NOT_REPRODUCIBLE] =
	                "Closed: the team could not reproduce it. If you can show "
	                "more, write below.",
	        [CLOSE_INFORMATIVE] =
	                "Closed as informative: useful to know, and no change follows "
	                "from it now.",
	        [CLOSE_NOT_APPLICABLE] = "Closed as not applicable.",
	        [CLOSE_SPAM] = "Closed as spam.",
	};
	enum close_reason reason = v->status.close_reason;

	if (v->status.state != CASE_CLOSED || words[reason] == NULL)
		return STR("");
	return str_fmt(a, "%s", words[reason]);
}

static struct view_file
file_view(struct arena *a, const struct case_file *f)
{
	return (struct view_file){
	        .name = f->name,
	        .href = str_fmt(a, "/case/files/%lld", (long long)f->number),
	        .preview = STR(""),
	        .size = (uint64_t)f->size_bytes,
	};
}

/* The files of the report itself. */
static struct view_files
report_files(struct arena *a, const struct case_view *v)
{
	struct view_file *out = ARENA_ARRAY(a, v->files_n + 1, struct view_file);
	size_t n = 0;

	for (size_t i = 0; i < v->files_n; i++)
		if (v->files[i].event_seq == 1)
			out[n++] = file_view(a, &v->files[i]);
	return (struct view_files){out, n};
}

/* The files that came with item I: those of the file_added events right after it, of the same side
 * and second. */
static struct view_files
files_with(struct arena *a, const struct case_view *v, size_t *i)
{
	const struct case_item *it = &v->items[*i];
	struct view_file *out = ARENA_ARRAY(a, v->files_n + 1, struct view_file);
	size_t n = 0, k = it->kind == EVENT_FILE_ADDED ? *i : *i + 1;

	for (; k < v->items_n && v->items[k].kind == EVENT_FILE_ADDED &&
	        v->items[k].at_utc_s == it->at_utc_s &&
	        v->items[k].from_reporter == it->from_reporter;
	        k++) {
		const struct case_file *f = case_file_find(v, v->items[k].clear.file);

		if (f != NULL)
			out[n++] = file_view(a, f);
	}
	*i = k - 1;
	return (struct view_files){out, n};
}

static void
thread_fill(struct arena *a, struct view_reporter *page, const struct case_view *v)
{
	struct view_entry *out = ARENA_ARRAY(a, v->items_n + 1, struct view_entry);
	size_t n = 0;

	for (size_t i = 0; i < v->items_n; i++) {
		const struct case_item *it = &v->items[i];

		if (!view_in_thread(it))
			continue;
		out[n].at = it->at_utc_s;
		out[n].from_you = it->from_reporter;
		out[n].author = STR("");
		out[n].text = it->text;
		out[n].files = files_with(a, v, &i);
		n++;
	}
	page->thread = out;
	page->n_thread = n;
}

/* What the reporter said last about credit: as an object of its own, or in the report. */
static void
credit_fill(struct arena *a, struct view_reporter *page, const struct case_view *v,
        const struct report *report)
{
	struct choice {
		bool wanted;
		struct str name, url;
	} c = {report->credit.wanted, report->credit.name, report->credit.url};
	static const struct json_field fields[] = {
	        {.key = "wanted",
	                .type = JSON_TYPE_BOOL,
	                .offset = offsetof(struct choice, wanted)},
	        {.key = "name",
	                .type = JSON_TYPE_STRING,
	                .offset = offsetof(struct choice, name),
	                .max = 200},
	        {.key = "url",
	                .type = JSON_TYPE_STRING,
	                .offset = offsetof(struct choice, url),
	                .max = 2000},
	};
	struct json_table table = {fields, 3};

	if (v->credit.n > 0) {
		c = (struct choice){0};
		if (json_object_read(a, v->credit, &table, &c, NULL) != ERR_OK)
			c = (struct choice){0};
	}
	page->credit_wanted = c.wanted;
	page->credit_name.value = c.name.p != NULL ? c.name : STR("");
	page->credit_url.value = c.url.p != NULL ? c.url : STR("");
}

static struct str
disclosure_day(const struct case_view *v)
{
	struct str day = STR("");

	for (size_t i = 0; i < v->items_n; i++)
		if (v->items[i].kind == EVENT_DISCLOSURE_ASKED)
			day = v->items[i].clear.date;
	return day;
}

void
reporter_view_fill(
        struct arena *a, struct view_reporter *page, const struct case_view *v, int64_t now)
{
	static const char *const names[STAGES] = {
	        "Received", "Answered", "Confirmed", "Fixed", "Published"};
	struct report report = {0};
	struct stage stages[STAGES];
	struct diag d = {0};

	if (report_json_read(a, v->report, &report, &d) != ERR_OK)
		report = (struct report){.description = v->report};
	stages_of(v, stages);
	for (size_t i = 0; i < STAGES; i++)
		page->stages[i] = (struct view_stage){str_of(names[i]), stages[i].at_utc_s};
	page->case_number = v->number;
	page->title = v->title.n > 0 ? v->title : report_title(a, &report);
	page->received_at = v->row.received_at;
	page->now = now;
	page->closed_as = closed_words(a, v);
	page->waiting_for_you = v->status.needs_info;
	page->open = v->status.state != CASE_CLOSED || v->status.close_reason != CLOSE_WITHDRAWN;
	page->promises = promises_of_clocks(a, v->policy, v->clocks, v->clocks_n, now);
	thread_fill(a, page, v);
	page->report = report_rows(a, &report);
	page->files = report_files(a, v);
	credit_fill(a, page, v, &report);
	page->letter_asked_at = v->status.letter_utc_s;
	page->letter_href = STR("");
	page->disclosure = disclosure_day(v);
	page->may_ask_letter =
	        v->status.triaged_ever && v->policy->recognition.letter == POLICY_LETTER_ON_REQUEST;
	page->may_ask_disclosure = page->disclosure.n == 0 && v->status.published_utc_s == 0;
	page->may_withdraw = v->status.state != CASE_CLOSED;
	page->withdrawn_at = v->status.withdrawn_utc_s;
	page->policy = hex_str(a, v->row.policy_sha256, sizeof v->row.policy_sha256);
	page->text.value = STR("");
	page->date.value = STR("");
}
