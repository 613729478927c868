/* Lines of JSON to events, and the rules on their order. */
#include "cli/event_json.h"

#include "base/time.h"

#include <jansson.h>

/* The string at KEY of LINE. */
static enum err
field(const json_t *line, const char *key, struct str *out, struct diag *d)
{
	const json_t *value = json_object_get(line, key);

	if (value == NULL)
		return diag_set(d, ERR_INVALID, NULL, "\"%s\" is missing", key);
	if (!json_is_string(value))
		return diag_set(d, ERR_INVALID, NULL, "\"%s\" must be a string", key);
	*out = str_bytes(json_string_value(value), json_string_length(value));
	return ERR_OK;
}

static enum err
impossible(struct diag *d, const char *key, const char *mend)
{
	return diag_set(d, ERR_INVALID, mend, "\"%s\" has an impossible value", key);
}

static enum err
read_severity(const json_t *line, struct event *e, struct diag *d)
{
	struct str s;
	enum err err = field(line, "severity", &s, d);

	if (err == ERR_OK && severity_parse(s, &e->severity) != ERR_OK)
		err = impossible(d, "severity", "use critical, high, medium or low");
	return err;
}

static enum err
read_to(const json_t *line, struct event *e, struct diag *d)
{
	struct str s;
	enum err err = field(line, "to", &s, d);

	if (err == ERR_OK && party_parse(s, &e->to) != ERR_OK)
		err = impossible(d, "to", "use reporter or team");
	return err;
}

static enum err
read_reason(const json_t *line, struct event *e, struct diag *d)
{
	struct str s;
	enum err err = field(line, "reason", &s, d);

	if (err == ERR_OK && close_reason_parse(s, &e->reason) != ERR_OK)
		err = impossible(d, "reason",
		        "use resolved, duplicate, out_of_scope, not_reproducible, informative, "
		        "not_applicable, spam or withdrawn");
	return err;
}

static enum err
read_what(const json_t *line, struct event *e, struct diag *d)
{
	struct str s;
	enum err err = field(line, "what", &s, d);

	if (err == ERR_OK && regulator_report_parse(s, &e->what) != ERR_OK)
		err = impossible(d, "what", "use warning, notification or final");
	return err;
}

static enum err
read_report_kind(const json_t *line, struct event *e, struct diag *d)
{
	struct str s;
	enum err err;

	if (json_object_get(line, "kind") == NULL)
		return ERR_OK;
	err = field(line, "kind", &s, d);
	if (err != ERR_OK)
		return err;
	e->question = str_eq(s, STR("question"));
	if (!e->question && !str_eq(s, STR("report")))
		return impossible(d, "kind", "use report or question, or leave it out");
	return ERR_OK;
}

/* The field that events of a kind have besides "at". */
static enum err (*const readers[EVENT_KIND_COUNT])(
        const json_t *, struct event *, struct diag *) = {
        [EVENT_RECEIVED] = read_report_kind,
        [EVENT_MESSAGE] = read_to,
        [EVENT_TRIAGED] = read_severity,
        [EVENT_CLOSED] = read_reason,
        [EVENT_REGULATOR_SENT] = read_what,
};

static enum err
read_event(const json_t *line, struct event *e, struct diag *d)
{
	struct str at, name;
	enum err err;

	if (!json_is_object(line))
		return diag_set(d, ERR_INVALID, "write one object a line", "not a JSON object");
	err = field(line, "at", &at, d);
	if (err == ERR_OK)
		err = field(line, "event", &name, d);
	if (err != ERR_OK)
		return err;
	if (time_parse(at, &e->at_utc_s) != ERR_OK)
		return impossible(d, "at", "use RFC 3339, as 2026-01-05T09:00:00Z");
	if (event_parse(name, &e->kind) != ERR_OK || !event_moves_clocks(e->kind))
		return diag_set(d, ERR_INVALID, "`vdpd clocks --help` lists them", "unknown event");
	return readers[e->kind] != NULL ? readers[e->kind](line, e, d) : ERR_OK;
}

/* May LAST follow the N events before it? *over: fixed or closed since received or reopened. */
static enum err
check_order(
        const struct event *events, size_t n, const struct event *last, bool *over, struct diag *d)
{
	if (n == 0 && last->kind != EVENT_RECEIVED)
		return diag_set(d, ERR_INVALID, NULL, "the first event must be received");
	if (n > 0 && last->kind == EVENT_RECEIVED)
		return diag_set(d, ERR_INVALID, NULL, "received a second time");
	if (n > 0 && last->at_utc_s < events[n - 1].at_utc_s)
		return diag_set(d, ERR_INVALID, "put the lines in order of time",
		        "earlier than the event before it");
	if (last->kind == EVENT_REOPENED && !*over)
		return diag_set(d, ERR_INVALID, NULL,
		        "reopened, but not fixed or closed since it was received or last reopened");
	if (last->kind == EVENT_FIXED || last->kind == EVENT_CLOSED)
		*over = true;
	if (last->kind == EVENT_REOPENED)
		*over = false;
	return ERR_OK;
}

static enum err
read_line(struct str text, struct event *e, struct diag *d)
{
	json_error_t error;
	json_t *line = json_loadb(
	        text.p, text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
	enum err err;

	if (line == NULL) {
		d->column = error.column > 0 ? (unsigned)error.column : 1;
		return diag_set(d, ERR_SYNTAX, "write one object a line", "not JSON");
	}
	err = read_event(line, e, d);
	json_decref(line);
	return err;
}

enum err
event_json_read(struct arena *a, struct str text, struct event **out, size_t *n_out, struct diag *d)
{
	struct event *events;
	struct str rest = text, line;
	struct diag none;
	size_t n = 0, lines = 1;
	bool over = false;

	if (d == NULL)
		d = &none;
	for (size_t i = 0; i < text.n; i++)
		lines += text.p[i] == '\n';
	events = ARENA_ARRAY(a, lines, struct event);
	while (str_cut(&rest, '\n', &line)) {
		enum err e = read_line(line, &events[n], d);

		d->line = (unsigned)n + 1;
		if (e == ERR_OK)
			e = check_order(events, n, &events[n], &over, d);
		if (e != ERR_OK)
			return e;
		n++;
	}
	if (n == 0) {
		d->line = 1;
		return diag_set(
		        d, ERR_INVALID, NULL, "there is no event: the first must be received");
	}
	*out = events;
	*n_out = n;
	return ERR_OK;
}
