/* GET /overview, /overview.csv, /overview.json: figures of the whole programme, for every role. */
#include "web/desk/overview.h"

#include "base/log.h"
#include "base/time.h"
#include "views.h"
#include "web/desk/desk.h"
#include "web/respond.h"
#include "web/view_helpers.h"

#include <string.h>

enum { PAGE_MAX = 1 << 20, BOD_MAX = 12 };

static const char *const month_names[] = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static void
months_of(struct arena *a, const struct overview *o, struct view_overview *v)
{
	v->most_promises = v->most_cases = 1;
	for (int i = 0; i < OVERVIEW_MONTHS; i++) {
		const struct overview_month *m = &o->months[i];
		struct view_overview_month *to = &v->months[i];
		int year, month;

		time_date(m->from_utc_s, &year, &month, NULL);
		to->label = str_fmt(a, "%s %d", month_names[month - 1], year);
		to->tick = str_of(month_names[month - 1]);
		to->arrived = m->arrived;
		to->closed = m->closed;
		for (int k = 0; k < CLOCK_KIND_COUNT; k++) {
			to->kept += m->kept[k];
			to->missed += m->missed[k];
		}
		if (to->kept + to->missed > v->most_promises)
			v->most_promises = to->kept + to->missed;
		if (to->arrived > v->most_cases)
			v->most_cases = to->arrived;
		if (to->closed > v->most_cases)
			v->most_cases = to->closed;
	}
}

static void
times_of(struct arena *a, const struct overview *o, struct view_overview *v)
{
	static const char *const what[OVERVIEW_TIMES] = {"first answer", "severity set", "fixed"};
	struct view_overview_time *rows =
	        ARENA_ARRAY(a, OVERVIEW_TIMES * (SEVERITY_COUNT + 1), struct view_overview_time);

	for (int t = 0; t < OVERVIEW_TIMES; t++) {
		int64_t longest = 1;

		for (int s = 0; s <= SEVERITY_COUNT; s++)
			longest = o->spans[t][s].p90_s > longest ? o->spans[t][s].p90_s : longest;
		for (int k = 0; k <= SEVERITY_COUNT; k++) {
			/* All of them first, then from critical on, then those without a verdict.
			 */
			int s = k == 0 ? SEVERITY_COUNT : k == SEVERITY_COUNT ? SEVERITY_NONE : k;
			const struct overview_span *span = &o->spans[t][s];

			if (span->n == 0)
				continue;
			rows[v->times_n++] = (struct view_overview_time){
			        .what = str_of(what[t]),
			        .severity = s == SEVERITY_COUNT ? STR("all")
			                    : s == SEVERITY_NONE
			                            ? STR("not set")
			                            : str_of(severity_name((enum severity)s)),
			        .span = *span,
			        .longest_s = longest,
			};
		}
	}
	v->times = rows;
}

static uint64_t
names_of(struct arena *a, const struct policy *p, const struct overview_named *from, uint64_t n,
        bool weakness, struct view_overview_named *to, size_t *to_n)
{
	uint64_t most = 1;

	for (uint64_t i = 0; i < n; i++) {
		to[i] = (struct view_overview_named){
		        overview_name(a, p, &from[i], weakness), from[i].n, from[i].open};
		most = from[i].n > most ? from[i].n : most;
	}
	*to_n = (size_t)n;
	return most;
}

static struct str
count_str(struct arena *a, uint64_t n)
{
	return str_fmt(a, "%llu", (unsigned long long)n);
}

/* A median; "–" of none. */
static struct str
span_str(struct arena *a, uint64_t n, int64_t s)
{
	return n == 0 ? STR("–") : str_dup(a, str_of(span_words(s).z));
}

static void
bod_of(struct arena *a, const struct overview_bod *d, struct view_overview *v)
{
	struct view_overview_figure *f = ARENA_ARRAY(a, BOD_MAX, struct view_overview_figure);
	const struct view_overview_figure all[] = {
	        {STR("Reports within a year"), count_str(a, d->reports)},
	        {STR("of these, valid"), count_str(a, d->valid)},
	        {STR("Valid and open now"), count_str(a, d->open_valid)},
	        {STR("of these, older than 90 days"), count_str(a, d->older_90)},
	        {STR("Median age of valid and open"), span_str(a, d->open_valid, d->age_s)},
	        {STR("Median age of those older than 90 days"),
	                span_str(a, d->older_90, d->age_90_s)},
	        {STR("Median time to validate"), span_str(a, d->validate.n, d->validate.median_s)},
	        {STR("Median time to remediate"),
	                span_str(a, d->remediate.n, d->remediate.median_s)},
	        {STR("Median time to respond first"),
	                span_str(a, d->respond.n, d->respond.median_s)},
	};

	memcpy(f, all, sizeof all);
	v->bod = f;
	v->bod_n = sizeof all / sizeof all[0];
}

static bool
counted(struct request *req, struct overview *o)
{
	struct who *w = who_of(req);
	enum err e = overview_read(w->db, desk_of(req)->in.programme.id, now_utc_s(), o);

	if (e != ERR_OK) {
		log_error("overview", "why", db_why(w->db));
		respond_error(req, e, NULL);
	}
	return e == ERR_OK;
}

void
desk_overview_get(struct request *req)
{
	const struct policy *p = instance_policy(&desk_of(req)->in);
	struct view_overview *v = ARENA_NEW(req->a, struct view_overview);
	struct overview *o = ARENA_NEW(req->a, struct overview);
	struct buf body;

	if (!counted(req, o))
		return;
	v->page = desk_page(req, "Overview", VIEW_DESK_OVERVIEW);
	v->counted_at = o->counted_at;
	v->any = o->cases > 0;
	months_of(req->a, o, v);
	times_of(req->a, o, v);
	v->most_component = names_of(
	        req->a, p, o->components, o->components_n, false, v->components, &v->components_n);
	v->most_weakness = names_of(
	        req->a, p, o->weaknesses, o->weaknesses_n, true, v->weaknesses, &v->weaknesses_n);
	bod_of(req->a, &o->bod, v);
	buf_init(&body, PAGE_MAX);
	view_desk_overview(&body, v);
	respond_html(req, 200, &body);
	buf_clear(&body);
}

static void
respond_export(struct request *req, const char *type, struct str name,
        void (*write)(struct buf *, struct arena *, const struct policy *, const struct overview *))
{
	struct overview *o = ARENA_NEW(req->a, struct overview);
	struct buf body;

	if (!counted(req, o))
		return;
	buf_init(&body, PAGE_MAX);
	write(&body, req->a, instance_policy(&desk_of(req)->in), o);
	respond_bytes(req, 200, type, &body);
	respond_header(req, "Content-Disposition",
	        str_fmt(req->a, "attachment; filename=\"%.*s\"", STR_ARG(name)));
	buf_clear(&body);
}

void
desk_overview_csv_get(struct request *req)
{
	respond_export(
	        req, "text/csv; charset=utf-8; header=present", STR("overview.csv"), overview_csv);
}

void
desk_overview_json_get(struct request *req)
{
	respond_export(req, "application/json", STR("overview.json"), overview_json);
}
