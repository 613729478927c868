/* The clear fields of an event. */
#include "act/clear.h"

enum { CLEAR_MAX = 4096 };

/* One row a field: its name, how it is written and read. */
enum clear_kind {
	CLEAR_STR,
	CLEAR_I64,
	CLEAR_FLAG,
	CLEAR_SEVERITY,
	CLEAR_PARTY,
	CLEAR_REASON,
	CLEAR_WHAT
};

static const struct {
	const char *name;
	enum clear_kind kind;
	size_t offset;
} fields[] = {
        {"severity", CLEAR_SEVERITY, offsetof(struct clear, severity)},
        {"to", CLEAR_PARTY, offsetof(struct clear, to)},
        {"reason", CLEAR_REASON, offsetof(struct clear, reason)},
        {"what", CLEAR_WHAT, offsetof(struct clear, what)},
        {"question", CLEAR_FLAG, offsetof(struct clear, question)},
        {"incident", CLEAR_FLAG, offsetof(struct clear, incident)},
        {"channel", CLEAR_STR, offsetof(struct clear, channel)},
        {"cvss", CLEAR_STR, offsetof(struct clear, cvss)},
        {"cwe", CLEAR_I64, offsetof(struct clear, cwe)},
        {"component", CLEAR_STR, offsetof(struct clear, component)},
        {"of", CLEAR_STR, offsetof(struct clear, of)},
        {"assignee", CLEAR_I64, offsetof(struct clear, assignee)},
        {"advisory", CLEAR_STR, offsetof(struct clear, advisory)},
        {"date", CLEAR_STR, offsetof(struct clear, date)},
        {"file", CLEAR_I64, offsetof(struct clear, file)},
};
enum { FIELDS = sizeof fields / sizeof fields[0] };

/* The value of field I of C as text; "" where it says nothing. */
static struct str
value_of(struct arena *a, const struct clear *c, size_t i)
{
	const char *at = (const char *)c + fields[i].offset;

	switch (fields[i].kind) {
	case CLEAR_STR:
		return *(const struct str *)at;
	case CLEAR_I64:
		return *(const int64_t *)at != 0
		               ? str_fmt(a, "%lld", (long long)*(const int64_t *)at)
		               : STR("");
	case CLEAR_FLAG:
		return *(const bool *)at ? STR("yes") : STR("");
	case CLEAR_SEVERITY:
		return *(const enum severity *)at != SEVERITY_NONE
		               ? str_of(severity_name(*(const enum severity *)at))
		               : STR("");
	case CLEAR_PARTY:
		return *(const enum party *)at != PARTY_NONE
		               ? str_of(party_name(*(const enum party *)at))
		               : STR("");
	case CLEAR_REASON:
		return *(const enum close_reason *)at != CLOSE_NONE
		               ? str_of(close_reason_name(*(const enum close_reason *)at))
		               : STR("");
	case CLEAR_WHAT:
		return *(const enum regulator_report *)at != REGULATOR_NONE
		               ? str_of(regulator_report_name(*(const enum regulator_report *)at))
		               : STR("");
	}
	abort();
}

struct str
clear_pack(struct arena *a, const struct clear *c)
{
	struct buf b;
	struct str out;

	buf_init(&b, CLEAR_MAX);
	for (size_t i = 0; i < FIELDS; i++) {
		struct str v = value_of(a, c, i);

		if (str_find(v, '\n', 0) != SIZE_MAX)
			abort();
		if (v.n > 0)
			buf_fmt(&b, "%s=%.*s\n", fields[i].name, STR_ARG(v));
	}
	if (b.full)
		abort(); /* the fields' bounds stand where they are read */
	out = str_dup(a, buf_view(&b));
	buf_clear(&b);
	return out;
}

static enum err
value_set(struct clear *c, size_t i, struct str v)
{
	char *at = (char *)c + fields[i].offset;
	uint64_t u;

	switch (fields[i].kind) {
	case CLEAR_STR:
		*(struct str *)at = v;
		return ERR_OK;
	case CLEAR_I64:
		if (str_u64(v, INT64_MAX, &u) != ERR_OK)
			return ERR_SYNTAX;
		*(int64_t *)at = (int64_t)u;
		return ERR_OK;
	case CLEAR_FLAG:
		*(bool *)at = str_eq(v, STR("yes"));
		return *(bool *)at ? ERR_OK : ERR_SYNTAX;
	case CLEAR_SEVERITY:
		return severity_parse(v, (enum severity *)at);
	case CLEAR_PARTY:
		return party_parse(v, (enum party *)at);
	case CLEAR_REASON:
		return close_reason_parse(v, (enum close_reason *)at);
	case CLEAR_WHAT:
		return regulator_report_parse(v, (enum regulator_report *)at);
	}
	abort();
}

enum err
clear_parse(struct str text, struct clear *out)
{
	struct clear c = {0};
	struct str line;

	while (str_cut(&text, '\n', &line)) {
		size_t eq = str_find(line, '=', 0), i;
		struct str name = str_sub(line, 0, eq);

		if (line.n == 0)
			continue;
		for (i = 0; i < FIELDS && !str_eq(name, str_of(fields[i].name)); i++)
			;
		if (eq == SIZE_MAX || i == FIELDS ||
		        value_set(&c, i, str_sub(line, eq + 1, SIZE_MAX)) != ERR_OK)
			return ERR_SYNTAX;
	}
	*out = c;
	return ERR_OK;
}

struct event
clear_event(enum event_kind kind, int64_t at_utc_s, const struct clear *c)
{
	return (struct event){
	        .at_utc_s = at_utc_s,
	        .kind = kind,
	        .severity = kind == EVENT_TRIAGED ? c->severity : SEVERITY_NONE,
	        .to = c->to,
	        .reason = c->reason,
	        .what = c->what,
	        .question = c->question,
	};
}
