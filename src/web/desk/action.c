/* Reading an action. */
#include "web/desk/action.h"

#include "case/cwe.h"
#include "web/json.h"

static enum err
wrong(struct diag *d, const char *field, const char *mend, const char *what)
{
	if (d != NULL)
		snprintf(d->pointer, sizeof d->pointer, "/%s", field);
	return diag_set(d, ERR_INVALID, mend, "%s", what);
}

/* Only the team's actions are taken here. */
static enum err
name_read(struct str s, enum action *out, struct diag *d)
{
	if (action_parse(s, out) == ERR_OK && *out <= ACTION_PUBLISH)
		return ERR_OK;
	return wrong(d, "action",
	        "take acknowledge, request_info, message, note, triage, assign, fix, close, "
	        "reopen, "
	        "hold, lift_hold, erase or publish",
	        s.n == 0 ? "action is missing" : "the action is not known");
}

static enum err
person_read(struct request *req, struct str to, int64_t *out, struct diag *d)
{
	struct keyd_people people;
	enum err e = desk_people(req, &people);
	int64_t id;

	if (e != ERR_OK)
		return e;
	id = desk_person_find(req, &people, to);
	for (size_t i = 0; i < people.n; i++) {
		const struct keyd_person *p = &people.items[i];

		if (p->person_id != id || p->disabled || (p->roles & KEYD_ROLES_READ_CASES) == 0)
			continue;
		*out = id;
		return ERR_OK;
	}
	return wrong(d, "to", "give the name or number of somebody who may read cases",
	        "nobody of that name works on cases");
}

/* Is there nobody else who could confirm what who asks decides? The operator counts as one. */
static enum err
alone_read(struct request *req, bool *alone)
{
	size_t n = who_of(req)->id.kind == KEYD_BY_OPERATOR;
	struct keyd_people people;
	enum err e = desk_people(req, &people);

	for (size_t i = 0; i < people.n && e == ERR_OK; i++)
		if (!people.items[i].disabled &&
		        permission_allows(people.items[i].roles, PERMISSION_DECIDE_CASES))
			n++;
	if (e == ERR_OK)
		*alone = n < 2;
	return e;
}

enum err
action_read(
        struct request *req, const struct action_input *in, struct act_request *out, struct diag *d)
{
	struct act_request q = {
	        .text = in->text.n > 0 && str_trim(in->text).n == 0 ? STR("") : in->text,
	        .note = str_trim(in->note).n == 0 ? STR("") : in->note,
	        .cvss = str_trim(in->cvss),
	        .component = str_trim(in->component),
	        .of = str_trim(in->of),
	        .advisory = in->advisory,
	};
	enum err e = name_read(in->action, &q.action, d);

	if (e != ERR_OK)
		return e;
	if (str_utf8_len(q.text) > ACTION_TEXT_MAX || str_utf8_len(q.note) > ACTION_TEXT_MAX)
		return wrong(d, q.note.n > q.text.n ? "note" : "text", "send the rest as a file",
		        "the text is longer than 50,000 characters");
	if (in->severity.n > 0 && severity_parse(in->severity, &q.severity) != ERR_OK)
		return wrong(d, "severity", "take critical, high, medium or low",
		        "the severity is not known");
	if (str_trim(in->cwe).n > 0 && cwe_parse(str_trim(in->cwe), &q.cwe) != ERR_OK)
		return wrong(
		        d, "cwe", "give one such as CWE-79", "there is no weakness of that number");
	if (in->reason.n > 0 && close_reason_parse(in->reason, &q.reason) != ERR_OK)
		return wrong(d, "reason",
		        "take resolved, duplicate, out_of_scope, not_reproducible, informative, "
		        "not_applicable or spam",
		        "the reason is not known");
	if (str_trim(in->to).n > 0)
		e = person_read(req, str_trim(in->to), &q.assignee, d);
	if (e == ERR_OK && q.action == ACTION_ERASE)
		e = alone_read(req, &q.alone);
	if (e == ERR_OK)
		*out = q;
	return e;
}

struct action_input
action_of_form(const struct request *req)
{
	return (struct action_input){
	        .action = request_form(req, "action"),
	        .text = request_form(req, "text"),
	        .note = request_form(req, "note"),
	        .severity = request_form(req, "severity"),
	        .cvss = request_form(req, "cvss"),
	        .cwe = request_form(req, "cwe"),
	        .component = request_form(req, "component"),
	        .reason = request_form(req, "reason"),
	        .of = request_form(req, "of"),
	        .to = request_form(req, "to"),
	};
}

#define FIELD(key_, max_)                                                                          \
	{                                                                                          \
		.key = #key_, .type = JSON_TYPE_STRING,                                            \
		.offset = offsetof(struct action_input, key_), .max = (max_)                       \
	}

static const struct json_field fields[] = {
        FIELD(action, 32),
        FIELD(text, ACTION_TEXT_MAX),
        FIELD(note, ACTION_TEXT_MAX),
        FIELD(severity, 16),
        FIELD(cvss, 512),
        FIELD(cwe, 16),
        FIELD(component, 200),
        FIELD(reason, 32),
        FIELD(of, 32),
        FIELD(to, 100),
        FIELD(advisory, 64),
};
static const struct json_table table = {fields, sizeof fields / sizeof fields[0]};

enum err
action_of_json(struct request *req, struct action_input *out, struct diag *d)
{
	*out = (struct action_input){0};
	return json_object_read(req->a, req->body, &table, out, d);
}
