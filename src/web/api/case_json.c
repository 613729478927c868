/* The parts of a case as JSON. */
#include "web/api/case_json.h"

#include "base/id.h"

void
clocks_json(struct json_writer *w, const char *key, const struct clock_entry *clocks, size_t n)
{
	jw_array(w, key);
	for (size_t i = 0; i < n; i++) {
		const struct clock_entry *c = &clocks[i];

		jw_object(w, NULL);
		jw_z(w, "clock", clock_name(c->clock));
		jw_z(w, "state", clock_state_name(c->state));
		jw_time(w, "started_at", c->started_utc_s);
		jw_time(w, "due_at", c->due_utc_s);
		jw_time(w, "stopped_at", c->stopped_utc_s);
		if (c->stopped)
			jw_null(w, "remaining_s");
		else
			jw_int(w, "remaining_s", c->remaining_s);
		jw_end(w);
	}
	jw_end(w);
}

void
promises_json(struct json_writer *w, const char *key, const struct clock_entry *clocks, size_t n)
{
	jw_array(w, key);
	for (size_t i = 0; i < n; i++) {
		if (clocks[i].stopped)
			continue;
		jw_object(w, NULL);
		jw_z(w, "clock", clock_name(clocks[i].clock));
		jw_time(w, "due_at", clocks[i].due_utc_s);
		jw_end(w);
	}
	jw_end(w);
}

void
signed_receipt_json(struct json_writer *w, const char *key, struct arena *a,
        const struct receipt_facts *f, const unsigned char signature[RECEIPT_SIGNATURE_BYTES])
{
	jw_object(w, key);
	jw_str(w, "programme", f->programme);
	jw_str(w, "case", f->case_number);
	jw_time(w, "received_at", f->received_utc_s);
	jw_time(w, "signed_at", f->signed_utc_s);
	jw_str(w, "content_sha256", hex_str(a, f->content_sha256, sizeof f->content_sha256));
	jw_str(w, "policy", hex_str(a, f->policy_sha256, sizeof f->policy_sha256));
	jw_str(w, "case_key", hex_str(a, f->case_key, sizeof f->case_key));
	jw_str(w, "signature", base64_str(a, signature, RECEIPT_SIGNATURE_BYTES));
	jw_end(w);
}

void
files_json(struct json_writer *w, const char *key, const struct case_view *v, int64_t seq)
{
	jw_array(w, key);
	for (size_t i = 0; i < v->files_n; i++) {
		const struct case_file *f = &v->files[i];

		if (seq != 0 && f->event_seq != seq)
			continue;
		jw_object(w, NULL);
		jw_int(w, "id", f->number);
		jw_str(w, "name", f->name);
		jw_int(w, "size", f->size_bytes);
		jw_end(w);
	}
	jw_end(w);
}

bool
view_in_thread(const struct case_item *it)
{
	return !it->team_only && it->kind != EVENT_RECEIVED && it->kind != EVENT_CREDIT_CHANGED &&
	       (it->text.n > 0 || it->kind == EVENT_FILE_ADDED);
}

/* A message's files follow it as events of their own; they are shown with it. */
static void
entry_json(struct json_writer *w, const struct case_view *v, size_t *i, bool for_reporter)
{
	const struct case_item *it = &v->items[*i];

	jw_object(w, NULL);
	jw_time(w, "at", it->at_utc_s);
	jw_z(w, "from", !it->from_reporter ? "team" : for_reporter ? "you" : "reporter");
	jw_z(w, "kind", event_name(it->kind));
	jw_str(w, "text", it->text);
	jw_array(w, "files");
	if (it->kind == EVENT_FILE_ADDED)
		(*i)--;
	while (*i + 1 < v->items_n && v->items[*i + 1].kind == EVENT_FILE_ADDED &&
	        v->items[*i + 1].at_utc_s == it->at_utc_s &&
	        v->items[*i + 1].from_reporter == it->from_reporter) {
		const struct case_file *f = case_file_find(v, v->items[*i + 1].clear.file);

		(*i)++;
		if (f == NULL)
			continue;
		jw_object(w, NULL);
		jw_int(w, "id", f->number);
		jw_str(w, "name", f->name);
		jw_int(w, "size", f->size_bytes);
		jw_end(w);
	}
	jw_end(w);
	jw_end(w);
}

void
thread_json(struct json_writer *w, const char *key, const struct case_view *v, bool for_reporter)
{
	jw_array(w, key);
	for (size_t i = 0; i < v->items_n; i++)
		if (view_in_thread(&v->items[i]))
			entry_json(w, v, &i, for_reporter);
	jw_end(w);
}

size_t
stages_of(const struct case_view *v, struct stage out[STAGES])
{
	const struct case_status *s = &v->status;
	size_t latest = 0;

	out[0] = (struct stage){"received", s->received_utc_s};
	out[1] = (struct stage){"answered", s->acknowledged_utc_s};
	out[2] = (struct stage){"confirmed", s->triaged_utc_s};
	out[3] = (struct stage){"fixed", s->fixed_utc_s};
	out[4] = (struct stage){"published", s->published_utc_s};
	for (size_t i = 0; i < STAGES; i++)
		if (out[i].at_utc_s != 0)
			latest = i;
	return latest;
}

/* The reporter's choice of credit: the latest, else what the report said. */
static void
credit_json(struct json_writer *w, const struct case_view *v)
{
	if (v->credit.n > 0)
		jw_raw(w, "credit", v->credit);
	else
		jw_null(w, "credit");
}

void
reporter_case_json(struct json_writer *w, struct arena *a, const struct case_view *v)
{
	struct stage stages[STAGES];
	size_t latest = stages_of(v, stages);

	jw_object(w, NULL);
	jw_str(w, "case", v->number);
	jw_time(w, "received_at", v->row.received_at);
	jw_z(w, "stage", stages[latest].name);
	jw_array(w, "stages");
	for (size_t i = 0; i < STAGES; i++) {
		jw_object(w, NULL);
		jw_z(w, "name", stages[i].name);
		jw_time(w, "at", stages[i].at_utc_s);
		jw_end(w);
	}
	jw_end(w);
	jw_bool(w, "waiting_for_you", v->status.needs_info);
	jw_z(w, "closed_as",
	        v->status.state == CASE_CLOSED ? close_reason_name(v->status.close_reason) : NULL);
	clocks_json(w, "promises", v->clocks, v->clocks_n);
	jw_str(w, "policy", hex_str(a, v->row.policy_sha256, sizeof v->row.policy_sha256));
	jw_raw(w, "report", v->report);
	thread_json(w, "thread", v, true);
	files_json(w, "files", v, 0);
	credit_json(w, v);
	jw_object(w, "letter");
	jw_time(w, "asked_at", v->status.letter_utc_s);
	jw_end(w);
	jw_time(w, "withdrawn_at", v->status.withdrawn_utc_s);
	jw_end(w);
}

static void
flags_json(struct json_writer *w, const struct case_row *row)
{
	jw_array(w, "flags");
	if (row->privacy_incident)
		jw_z(w, NULL, "privacy_incident");
	if (row->hold)
		jw_z(w, NULL, "legal_hold");
	jw_end(w);
}

/* What a list and a case have alike. */
static void
head_json(struct json_writer *w, const struct case_row *row)
{
	jw_z(w, "state", case_state_name(row->state));
	jw_z(w, "severity", row->severity != 0 ? severity_name(row->severity) : NULL);
	jw_z(w, "reported_severity",
	        row->reported_severity != 0 ? severity_name(row->reported_severity) : NULL);
	jw_bool(w, "needs_info", row->needs_info);
	jw_z(w, "kind", row->question ? "question" : "report");
	jw_z(w, "close_reason",
	        row->close_reason != CLOSE_NONE ? close_reason_name(row->close_reason) : NULL);
	jw_str(w, "duplicate_of", row->duplicate_of.n > 0 ? row->duplicate_of : (struct str){0});
	flags_json(w, row);
	jw_str(w, "component", row->component.n > 0 ? row->component : (struct str){0});
	jw_str(w, "cvss", row->cvss.n > 0 ? row->cvss : (struct str){0});
	if (row->cwe != 0)
		jw_int(w, "cwe", row->cwe);
	else
		jw_null(w, "cwe");
	if (row->assignee != 0)
		jw_int(w, "assignee", row->assignee);
	else
		jw_null(w, "assignee");
	jw_str(w, "channel", row->channel);
	jw_time(w, "received_at", row->received_at);
	jw_time(w, "updated_at", row->updated_at);
	jw_time(w, "erase_at", row->erase_at);
	jw_time(w, "erased_at", row->erased_at);
	if (row->next_clock < 0) {
		jw_null(w, "next");
		return;
	}
	jw_object(w, "next");
	jw_z(w, "clock", clock_name((enum clock_kind)row->next_clock));
	jw_time(w, "due_at", row->next_due);
	jw_end(w);
}

void
case_row_json(struct json_writer *w, struct arena *a, const struct programme *pr,
        const struct case_row *row, struct str title)
{
	jw_object(w, NULL);
	jw_str(w, "case", case_number_str(a, pr->case_prefix, row->year, row->number));
	jw_str(w, "title", title);
	head_json(w, row);
	jw_end(w);
}

void
figures_case_json(struct json_writer *w, struct arena *a, const struct programme *pr,
        const struct case_row *row, const struct clock_entry *clocks, size_t n)
{
	jw_object(w, NULL);
	jw_str(w, "case", case_number_str(a, pr->case_prefix, row->year, row->number));
	jw_null(w, "title");
	head_json(w, row);
	clocks_json(w, "clocks", clocks, n);
	jw_str(w, "policy", hex_str(a, row->policy_sha256, sizeof row->policy_sha256));
	jw_end(w);
}

static void
notes_json(struct json_writer *w, const struct case_view *v)
{
	jw_array(w, "notes");
	for (size_t i = 0; i < v->items_n; i++) {
		const struct case_item *it = &v->items[i];

		if (!it->team_only || it->text.n == 0)
			continue;
		jw_object(w, NULL);
		jw_time(w, "at", it->at_utc_s);
		jw_str(w, "by", it->actor);
		jw_str(w, "text", it->text);
		jw_end(w);
	}
	jw_end(w);
}

static void
events_json(struct json_writer *w, struct arena *a, const struct case_view *v)
{
	jw_array(w, "events");
	for (size_t i = 0; i < v->items_n; i++) {
		const struct case_item *it = &v->items[i];

		jw_object(w, NULL);
		jw_int(w, "seq", it->seq);
		jw_time(w, "at", it->at_utc_s);
		jw_time(w, "recorded_at", it->recorded_utc_s);
		jw_z(w, "event", event_name(it->kind));
		jw_str(w, "by", it->actor);
		jw_str(w, "chain", hex_str(a, it->chain, sizeof it->chain));
		if (it->clear.severity != SEVERITY_NONE)
			jw_z(w, "severity", severity_name(it->clear.severity));
		if (it->clear.to != PARTY_NONE)
			jw_z(w, "to", party_name(it->clear.to));
		if (it->clear.reason != CLOSE_NONE)
			jw_z(w, "reason", close_reason_name(it->clear.reason));
		if (it->clear.of.n > 0)
			jw_str(w, "of", it->clear.of);
		if (it->clear.cvss.n > 0)
			jw_str(w, "cvss", it->clear.cvss);
		if (it->kind == EVENT_ASSIGNED)
			jw_int(w, "assignee", it->clear.assignee);
		jw_end(w);
	}
	jw_end(w);
}

void
team_case_json(struct json_writer *w, struct arena *a, const struct case_view *v)
{
	jw_object(w, NULL);
	jw_str(w, "case", v->number);
	jw_str(w, "title", v->row.erased_at == 0 ? v->title : (struct str){0});
	head_json(w, &v->row);
	clocks_json(w, "clocks", v->clocks, v->clocks_n);
	jw_str(w, "policy", hex_str(a, v->row.policy_sha256, sizeof v->row.policy_sha256));
	if (v->row.erased_at == 0)
		jw_raw(w, "report", v->report);
	else
		jw_null(w, "report");
	thread_json(w, "thread", v, false);
	notes_json(w, v);
	events_json(w, a, v);
	files_json(w, "files", v, 0);
	credit_json(w, v);
	jw_time(w, "letter_asked_at", v->status.letter_utc_s);
	jw_time(w, "withdrawn_at", v->status.withdrawn_utc_s);
	jw_end(w);
}
