/* The trust center. */
#include "web/public/trust.h"

#include "base/id.h"
#include "base/time.h"
#include "store/outcome_store.h"
#include "views.h"
#include "web/json.h"
#include "web/public/page.h"
#include "web/respond.h"
#include "web/view_helpers.h"

#include <sodium.h>

enum { QUARTERS = 4, FIGURES_MAX = 8, MEDIAN_DAYS = 365, TRUST_MAX = 1 << 20 };

/* The first second of the quarter that is BACK quarters before the one of NOW. */
static int64_t
quarter_start(int64_t now, int back, int *year, int *quarter)
{
	char text[RFC3339_MAX];
	int y, m, index;
	int64_t at = 0;

	time_date(now, &y, &m, NULL);
	index = y * 4 + (m - 1) / 3 - back;
	*year = index / 4;
	*quarter = index % 4 + 1;
	snprintf(text, sizeof text, "%04d-%02d-01T00:00:00Z", *year, (*quarter - 1) * 3 + 1);
	if (time_parse(str_of(text), &at) != ERR_OK)
		abort();
	return at;
}

/* How long the runs of one clock took, in seconds. */
struct spans {
	uint32_t *v;
	size_t n, room;
};

static const struct {
	enum clock_kind clock;
	const char *label;
} medians[] = {
        {CLOCK_ACKNOWLEDGE, "to a first answer"},
        {CLOCK_TRIAGE, "to severity and triage"},
        {CLOCK_FIX, "to a fix"},
};
enum { MEDIANS = sizeof medians / sizeof medians[0] };

/* All figures are counted in one pass over the outcomes. */
struct counting {
	int64_t quarter_from[QUARTERS + 1];
	struct view_quarter *quarters;
	int64_t medians_from;
	struct spans spans[MEDIANS];
	struct figures sums;
};

static void
span_add(struct spans *s, int64_t seconds)
{
	if (s->n == s->room) {
		s->room = s->room == 0 ? 1024 : 2 * s->room;
		s->v = reallocarray(s->v, s->room, sizeof *s->v);
		if (s->v == NULL)
			abort();
	}
	s->v[s->n++] = seconds < 0 ? 0 : seconds > UINT32_MAX ? UINT32_MAX : (uint32_t)seconds;
}

static void
count(void *ctx, const struct outcome_row *o)
{
	struct counting *c = ctx;
	bool kept = o->stopped_at <= o->due_at;

	c->sums.kept += kept;
	c->sums.ended++;
	for (int i = 0; i < QUARTERS; i++) {
		if (o->stopped_at < c->quarter_from[i] || o->stopped_at >= c->quarter_from[i + 1])
			continue;
		c->quarters[i].kept += kept;
		c->quarters[i].missed += !kept;
	}
	for (size_t i = 0; i < MEDIANS; i++)
		if (o->clock == (int64_t)medians[i].clock && o->stopped_at >= c->medians_from)
			span_add(&c->spans[i], o->stopped_at - o->started_at);
}

static int
by_length(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* The share of promises kept, and the median of each clock of the last year (the lower one). */
static size_t
figures_of(struct arena *a, struct counting *c, struct view_figure out[FIGURES_MAX])
{
	const struct figures *sums = &c->sums;
	size_t n = 0;

	if (sums->ended > 0)
		out[n++] = (struct view_figure){
		        .value = str_fmt(a, "%u %%", percent_of(sums->kept, sums->ended)),
		        .label = STR("of promises kept"),
		        .note = str_fmt(a, "%llu of %llu", (unsigned long long)sums->kept,
		                (unsigned long long)sums->ended),
		};
	for (size_t i = 0; i < MEDIANS; i++) {
		struct spans *s = &c->spans[i];

		if (s->n == 0)
			continue;
		qsort(s->v, s->n, sizeof *s->v, by_length);
		out[n++] = (struct view_figure){
		        .value = str_dup(a, str_of(span_words(s->v[(s->n - 1) / 2]).z)),
		        .label = str_of(medians[i].label),
		        .note = STR("median of the last year"),
		};
		free(s->v);
	}
	return n;
}

/* Through DB, or without figures where it is NULL. */
static enum err
figures_read(struct arena *a, struct db *db, const struct programme *pr, struct view_trust *v,
        struct view_quarter quarters[QUARTERS], struct view_figure figures[FIGURES_MAX],
        struct figures *sums)
{
	struct counting c = {
	        .quarters = quarters, .medians_from = v->now - MEDIAN_DAYS * (int64_t)DAY_S};
	enum err e = ERR_OK;

	for (int i = 0; i <= QUARTERS; i++) {
		int year, quarter;

		c.quarter_from[i] = quarter_start(v->now, QUARTERS - 1 - i, &year, &quarter);
		if (i < QUARTERS)
			quarters[i] =
			        (struct view_quarter){.label = str_fmt(a, "Q%d %d", quarter, year)};
	}
	if (db != NULL)
		e = outcome_each(db, pr->id, count, &c);
	v->n_figures = figures_of(a, &c, figures);
	*sums = c.sums;
	return e;
}

/* The policy's promises as facts. */
static struct view_rows
facts_of(struct arena *a, const struct policy *p)
{
	struct view_row *rows = ARENA_ARRAY(a, p->timeline.n + 3, struct view_row);
	size_t n = 0;

	for (size_t i = 0; i < p->timeline.n; i++)
		rows[n++] = (struct view_row){
		        .label = p->timeline.list[i].label,
		        .value = str_fmt(a, "%s %.*s",
		                p->timeline.list[i].every ? "every" : "within",
		                STR_ARG(p->timeline.list[i].within)),
		};
	rows[n++] = (struct view_row){.label = STR("Contact"), .value = p->contact.email};
	rows[n++] = (struct view_row){.label = STR("Policy last updated"), .value = p->updated};
	rows[n++] =
	        (struct view_row){.label = STR("Policy version"), .value = str_of(p->sha256_hex)};
	return (struct view_rows){rows, n};
}

static struct str
fingerprint(struct arena *a, const unsigned char key[32])
{
	unsigned char hash[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(hash, key, 32);
	return hex_str(a, hash, sizeof hash);
}

static struct view_key
pgp_key(const struct public_app *app)
{
	return (struct view_key){
	        .name = STR("OpenPGP key"),
	        .use = STR("For encrypted mail to us, and for signatures by us"),
	        .fingerprint = str_of(app->pgp_fingerprint),
	        .href = STR("/pgp-key.asc"),
	};
}

enum err
trust_render(struct public_app *app, struct db *db, struct figures *out)
{
	struct arena *a = arena_new(4 << 20);
	const struct policy *p = instance_policy(&app->in);
	int64_t now = now_utc_s();
	struct view_figure figures[FIGURES_MAX];
	struct view_quarter quarters[QUARTERS];
	struct view_key keys[2] = {{
	        .name = STR("Receipt signing key"),
	        .use = STR("Ed25519"),
	        .fingerprint = fingerprint(a, app->in.programme.signing_public),
	        .href = STR("/api/v1/keys"),
	}};
	size_t n_keys = 1;
	struct view_trust v = {
	        .page = public_page(app, STR("Trust center"), VIEW_NAV_TRUST),
	        .figures = figures,
	        .quarters = quarters,
	        .n_quarters = QUARTERS,
	        .keys = keys,
	        .facts = facts_of(a, p),
	        .now = now,
	};
	struct figures sums;
	struct buf body;
	enum err e;

	if (app->pgp_key)
		keys[n_keys++] = pgp_key(app);
	v.n_keys = n_keys;
	e = figures_read(a, db, &app->in.programme, &v, quarters, figures, &sums);

	if (e == ERR_OK) {
		buf_init(&body, TRUST_MAX);
		view_public_trust(&body, &v);
		e = pages_put(app->pages, STR("/trust"), "text/html; charset=utf-8", NULL, &body);
		buf_clear(&body);
	}
	if (e == ERR_OK)
		*out = sums;
	arena_free(a);
	return e;
}

void
keys_api_get(struct request *req)
{
	const unsigned char *key = public_app(req)->in.programme.signing_public;
	struct json_writer w;
	struct buf body;

	buf_init(&body, 4096);
	w = json_writer(&body);
	jw_object(&w, NULL);
	jw_object(&w, "signing");
	jw_z(&w, "algorithm", "Ed25519");
	jw_str(&w, "public_key", base64_str(req->a, key, 32));
	jw_str(&w, "fingerprint_sha256", fingerprint(req->a, key));
	jw_z(&w, "signs", "receipts of reports and checkpoints of the log");
	jw_end(&w);
	jw_end(&w);
	respond_json(req, 200, &body);
	buf_clear(&body);
}
