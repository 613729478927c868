/* The overview as CSV and JSON. */
#include "web/desk/overview.h"

#include "base/json_writer.h"
#include "base/time.h"
#include "case/cwe.h"
#include "policy/policy.h"

#include <string.h>

const char *
overview_time_name(enum overview_time t)
{
	static const char *const names[OVERVIEW_TIMES] = {
	        [OVERVIEW_ANSWER] = "first answer",
	        [OVERVIEW_VERDICT] = "triage",
	        [OVERVIEW_MENDING] = "fix",
	};

	return names[t];
}

struct str
overview_name(
        struct arena *a, const struct policy *p, const struct overview_named *n, bool weakness)
{
	const struct policy_component *c;
	const char *name;

	if (weakness) {
		name = cwe_name(n->cwe);
		return str_fmt(a, "CWE-%lld %s", (long long)n->cwe, name != NULL ? name : "");
	}
	if (n->component[0] == '\0')
		return STR("no part set");
	c = policy_component(p, str_of(n->component));
	return c != NULL ? c->name : str_dup(a, str_of(n->component));
}

/* ---- CSV ---- */

/* Quoted always. What begins like a formula, also behind white space, is made text. */
static void
cell(struct buf *b, struct str s, const char *after)
{
	size_t i = 0;

	buf_char(b, '"');
	while (i < s.n && (s.p[i] == ' ' || s.p[i] == '\t' || s.p[i] == '\r' || s.p[i] == '\n'))
		i++;
	if (i < s.n && strchr("=+-@|%", s.p[i]) != NULL)
		buf_char(b, '\'');
	for (i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			buf_char(b, '"');
		buf_char(b, s.p[i]);
	}
	buf_char(b, '"');
	buf_z(b, after);
}

static void
line(struct buf *b, const char *section, struct str what, const char *of, int64_t value)
{
	cell(b, str_of(section), ",");
	cell(b, what, ",");
	cell(b, str_of(of), ",");
	buf_fmt(b, "%lld\r\n", (long long)value);
}

static void
csv_span(struct buf *b, const char *section, const char *what, const char *severity,
        const struct overview_span *s)
{
	char of[64];

	snprintf(of, sizeof of, "%s cases", severity);
	line(b, section, str_of(what), of, (int64_t)s->n);
	if (s->n == 0)
		return;
	snprintf(of, sizeof of, "%s median seconds", severity);
	line(b, section, str_of(what), of, s->median_s);
	snprintf(of, sizeof of, "%s 90th percentile seconds", severity);
	line(b, section, str_of(what), of, s->p90_s);
}

static const char *
severity_word(int s)
{
	return s == SEVERITY_COUNT  ? "all"
	       : s == SEVERITY_NONE ? "none"
	                            : severity_name((enum severity)s);
}

static void
csv_month(struct buf *b, struct arena *a, const struct overview_month *m)
{
	struct str month = str_sub(time_str(a, m->from_utc_s), 0, 7);

	line(b, "month", month, "arrived", (int64_t)m->arrived);
	line(b, "month", month, "closed", (int64_t)m->closed);
	for (int k = 0; k < CLOCK_KIND_COUNT; k++) {
		char of[64];

		if (m->kept[k] + m->missed[k] == 0)
			continue;
		snprintf(of, sizeof of, "%s kept", clock_name((enum clock_kind)k));
		line(b, "month", month, of, (int64_t)m->kept[k]);
		snprintf(of, sizeof of, "%s missed", clock_name((enum clock_kind)k));
		line(b, "month", month, of, (int64_t)m->missed[k]);
	}
}

static void
csv_names(struct buf *b, struct arena *a, const struct policy *p, const char *section,
        const struct overview_named *n, uint64_t count, bool weakness)
{
	for (uint64_t i = 0; i < count; i++) {
		struct str name = overview_name(a, p, &n[i], weakness);

		line(b, section, name, "cases", (int64_t)n[i].n);
		line(b, section, name, "open", (int64_t)n[i].open);
	}
}

void
overview_csv(struct buf *b, struct arena *a, const struct policy *p, const struct overview *o)
{
	const struct overview_bod *d = &o->bod;

	buf_z(b, "section,what,of,value\r\n");
	for (int i = 0; i < OVERVIEW_MONTHS; i++)
		csv_month(b, a, &o->months[i]);
	for (int t = 0; t < OVERVIEW_TIMES; t++)
		for (int s = 0; s <= SEVERITY_COUNT; s++)
			csv_span(b, "time", overview_time_name((enum overview_time)t),
			        severity_word(s), &o->spans[t][s]);
	csv_names(b, a, p, "weakness", o->weaknesses, o->weaknesses_n, true);
	csv_names(b, a, p, "component", o->components, o->components_n, false);
	line(b, "BOD 20-01", STR("reports"), "within a year", (int64_t)d->reports);
	line(b, "BOD 20-01", STR("valid"), "within a year", (int64_t)d->valid);
	line(b, "BOD 20-01", STR("open and valid"), "now", (int64_t)d->open_valid);
	line(b, "BOD 20-01", STR("open and valid"), "older than 90 days", (int64_t)d->older_90);
	line(b, "BOD 20-01", STR("open and valid"), "median age seconds", d->age_s);
	line(b, "BOD 20-01", STR("older than 90 days"), "median age seconds", d->age_90_s);
	csv_span(b, "BOD 20-01", "validate", "valid", &d->validate);
	csv_span(b, "BOD 20-01", "remediate", "valid", &d->remediate);
	csv_span(b, "BOD 20-01", "respond", "all", &d->respond);
}

/* ---- JSON ---- */

static void
json_span(struct json_writer *w, const char *key, const struct overview_span *s)
{
	jw_object(w, key);
	jw_int(w, "cases", (int64_t)s->n);
	if (s->n > 0) {
		jw_int(w, "median_s", s->median_s);
		jw_int(w, "p90_s", s->p90_s);
	}
	jw_end(w);
}

static void
json_month(struct json_writer *w, struct arena *a, const struct overview_month *m)
{
	jw_object(w, NULL);
	jw_str(w, "month", str_sub(time_str(a, m->from_utc_s), 0, 7));
	jw_int(w, "arrived", (int64_t)m->arrived);
	jw_int(w, "closed", (int64_t)m->closed);
	jw_object(w, "promises");
	for (int k = 0; k < CLOCK_KIND_COUNT; k++) {
		if (m->kept[k] + m->missed[k] == 0)
			continue;
		jw_object(w, clock_name((enum clock_kind)k));
		jw_int(w, "kept", (int64_t)m->kept[k]);
		jw_int(w, "missed", (int64_t)m->missed[k]);
		jw_end(w);
	}
	jw_end(w);
	jw_end(w);
}

static void
json_names(struct json_writer *w, struct arena *a, const struct policy *p, const char *key,
        const struct overview_named *n, uint64_t count, bool weakness)
{
	jw_array(w, key);
	for (uint64_t i = 0; i < count; i++) {
		jw_object(w, NULL);
		if (weakness)
			jw_str(w, "cwe", str_fmt(a, "CWE-%lld", (long long)n[i].cwe));
		else if (n[i].component[0] != '\0')
			jw_z(w, "component", n[i].component);
		jw_str(w, "name", overview_name(a, p, &n[i], weakness));
		jw_int(w, "cases", (int64_t)n[i].n);
		jw_int(w, "open", (int64_t)n[i].open);
		jw_end(w);
	}
	jw_end(w);
}

static void
json_bod(struct json_writer *w, const struct overview_bod *d)
{
	jw_object(w, "bod_20_01");
	jw_int(w, "reports", (int64_t)d->reports);
	jw_int(w, "valid", (int64_t)d->valid);
	jw_int(w, "open_valid", (int64_t)d->open_valid);
	jw_int(w, "open_valid_older_than_90_days", (int64_t)d->older_90);
	jw_int(w, "median_age_open_valid_s", d->age_s);
	jw_int(w, "median_age_older_than_90_days_s", d->age_90_s);
	json_span(w, "validate", &d->validate);
	json_span(w, "remediate", &d->remediate);
	json_span(w, "respond", &d->respond);
	jw_end(w);
}

void
overview_json(struct buf *b, struct arena *a, const struct policy *p, const struct overview *o)
{
	struct json_writer w = json_writer(b);

	jw_object(&w, NULL);
	jw_time(&w, "counted_at", o->counted_at);
	jw_int(&w, "cases", (int64_t)o->cases);
	jw_int(&w, "open", (int64_t)o->open);
	jw_array(&w, "months");
	for (int i = 0; i < OVERVIEW_MONTHS; i++)
		json_month(&w, a, &o->months[i]);
	jw_end(&w);
	jw_object(&w, "times");
	for (int t = 0; t < OVERVIEW_TIMES; t++) {
		jw_object(&w, overview_time_name((enum overview_time)t));
		for (int s = 0; s <= SEVERITY_COUNT; s++)
			json_span(&w, severity_word(s), &o->spans[t][s]);
		jw_end(&w);
	}
	jw_end(&w);
	json_names(&w, a, p, "weaknesses", o->weaknesses, o->weaknesses_n, true);
	json_names(&w, a, p, "components", o->components, o->components_n, false);
	json_bod(&w, &o->bod);
	jw_end(&w);
}
