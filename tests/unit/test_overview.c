/* act/overview: figures from cases, marks and outcomes; kept and counted anew; and as CSV that no
 * spreadsheet takes for a formula. */
#include "unit.h"

#include "act/overview.h"
#include "base/time.h"
#include "case/event.h"
#include "case/state.h"
#include "main_store.h"
#include "store/case_store.h"
#include "store/event_store.h"
#include "store/outcome_store.h"
#include "store/policy_store.h"
#include "web/desk/overview.h"

enum { NOW = 1780272000 }; /* 2026-06-01T00:00:00Z */

struct made {
	int64_t received_days, triaged_days, fixed_days, closed_days; /* before NOW; -1: not */
	unsigned severity, reason;
	const char *component;
	int64_t cwe, answer_s;
	bool late, question;
};

static const struct made all[] = {
        {400, 399, 390, 380, SEVERITY_HIGH, CLOSE_RESOLVED, "api", 79, HOUR_S, false, false},
        {100, 96, -1, -1, SEVERITY_CRITICAL, 0, "api", 79, 2 * HOUR_S, false, false},
        {40, 38, 20, 10, SEVERITY_HIGH, CLOSE_RESOLVED, "=1+1", 89, 3 * HOUR_S, true, false},
        {30, 20, -1, -1, SEVERITY_HIGH, 0, "api", 79, 4 * HOUR_S, false, false},
        {20, -1, -1, 19, 0, CLOSE_SPAM, "", 0, 5 * HOUR_S, false, false},
        {10, -1, -1, 9, 0, CLOSE_INFORMATIVE, "", 0, 6 * HOUR_S, false, true},
        {5, -1, -1, -1, 0, 0, "web", 0, -1, false, false},
};

static int64_t programme;

static enum err
mark(struct db *db, int64_t case_id, int64_t seq, enum event_kind kind, int64_t days)
{
	if (days < 0)
		return ERR_OK;
	return event_insert(db, &(struct event_row){.case_id = case_id,
	                                .seq = seq,
	                                .at_utc_s = NOW - days * DAY_S,
	                                .kind = str_of(event_name(kind)),
	                                .actor = STR("system"),
	                                .clear = STR("{}"),
	                                .sealed_with = SEALED_NONE});
}

static enum err
add(struct db *db, const struct made *m, int64_t number)
{
	int64_t id, received = NOW - m->received_days * DAY_S;
	struct case_row row = {.programme_id = programme,
	        .year = 2026,
	        .number = number,
	        .question = m->question,
	        .channel = STR("web"),
	        .received_at = received,
	        .team_wrap = STR("w"),
	        .title = STR("t"),
	        .state = m->closed_days >= 0 ? CASE_CLOSED : CASE_NEW,
	        .severity = m->severity,
	        .close_reason = m->reason,
	        .component = str_of(m->component),
	        .cvss = STR(""),
	        .cwe = m->cwe,
	        .duplicate_of = STR("")};
	enum err e = case_insert(db, &row, &id);

	if (e == ERR_OK)
		e = mark(db, id, 1, EVENT_RECEIVED, m->received_days);
	if (e == ERR_OK)
		e = mark(db, id, 2, EVENT_TRIAGED, m->triaged_days);
	/* A later verdict changes nothing. */
	if (e == ERR_OK && m->fixed_days >= 0)
		e = mark(db, id, 3, EVENT_TRIAGED, m->fixed_days);
	if (e == ERR_OK)
		e = mark(db, id, 4, EVENT_FIXED, m->fixed_days);
	if (e == ERR_OK)
		e = mark(db, id, 5, EVENT_CLOSED, m->closed_days);
	if (e == ERR_OK && m->answer_s >= 0)
		e = outcome_keep(db, &(struct outcome_row){.programme_id = programme,
		                             .case_id = id,
		                             .clock = CLOCK_ACKNOWLEDGE,
		                             .started_at = received,
		                             .due_at = received + (m->late ? 60 : 2 * DAY_S),
		                             .stopped_at = received + m->answer_s});
	return e;
}

static enum err
fill(struct db *db, void *ctx)
{
	enum err e = programme_ensure(db, STR("exact.works"), STR("EXW"), &programme);

	(void)ctx;
	for (size_t i = 0; i < sizeof all / sizeof all[0] && e == ERR_OK; i++)
		e = add(db, &all[i], (int64_t)i + 1);
	return e;
}

static enum err
add_one(struct db *db, void *ctx)
{
	return add(db, ctx, 99);
}

static void
test_figures(void **state)
{
	struct main_store s;
	struct overview o;
	const struct overview_month *m = o.months;
	uint64_t arrived = 0, kept = 0, missed = 0, closed = 0;

	(void)state;
	main_store_open(&s);
	assert_int_equal(overview_count(s.db, 0, NOW, &o), ERR_OK);
	assert_int_equal(o.cases, 0);
	assert_int_equal(tx_run(s.db, fill, NULL), ERR_OK);
	assert_int_equal(overview_count(s.db, programme, NOW, &o), ERR_OK);
	assert_int_equal(o.cases, 7);
	assert_int_equal(o.open, 3);
	assert_int_equal(o.this_year, 6);
	assert_int_equal(m[OVERVIEW_MONTHS - 1].from_utc_s, NOW);
	assert_int_equal(m[0].from_utc_s, NOW - 365 * DAY_S);
	for (int i = 0; i < OVERVIEW_MONTHS; i++) {
		arrived += m[i].arrived;
		closed += m[i].closed;
		kept += m[i].kept[CLOCK_ACKNOWLEDGE];
		missed += m[i].missed[CLOCK_ACKNOWLEDGE];
	}
	assert_int_equal(arrived, 6);
	assert_int_equal(closed, 3);
	assert_int_equal(kept, 4);
	assert_int_equal(missed, 1);
	/* 22 April is in the month before the last but one. */
	assert_int_equal(m[OVERVIEW_MONTHS - 3].missed[CLOCK_ACKNOWLEDGE], 1);
	/* Of 2, 3, 4, 5 and 6 hours. */
	assert_int_equal(o.spans[OVERVIEW_ANSWER][SEVERITY_COUNT].n, 5);
	assert_int_equal(o.spans[OVERVIEW_ANSWER][SEVERITY_COUNT].median_s, 4 * HOUR_S);
	assert_int_equal(o.spans[OVERVIEW_ANSWER][SEVERITY_COUNT].p90_s, 6 * HOUR_S);
	assert_int_equal(o.spans[OVERVIEW_VERDICT][SEVERITY_HIGH].n, 2);
	assert_int_equal(o.spans[OVERVIEW_VERDICT][SEVERITY_HIGH].median_s, 2 * DAY_S);
	assert_int_equal(o.spans[OVERVIEW_VERDICT][SEVERITY_HIGH].p90_s, 10 * DAY_S);
	assert_int_equal(o.spans[OVERVIEW_MENDING][SEVERITY_COUNT].n, 1);
	assert_int_equal(o.spans[OVERVIEW_MENDING][SEVERITY_COUNT].median_s, 20 * DAY_S);
	assert_int_equal(o.weaknesses_n, 2);
	assert_int_equal(o.weaknesses[0].cwe, 79);
	assert_int_equal(o.weaknesses[0].n, 2);
	assert_int_equal(o.weaknesses[0].open, 2);
	assert_int_equal(o.components_n, 4);
	assert_int_equal(o.bod.reports, 5);
	assert_int_equal(o.bod.valid, 3);
	assert_int_equal(o.bod.open_valid, 2);
	assert_int_equal(o.bod.older_90, 1);
	assert_int_equal(o.bod.age_s, 30 * DAY_S);
	assert_int_equal(o.bod.age_90_s, 100 * DAY_S);
	assert_int_equal(o.bod.validate.n, 3);
	assert_int_equal(o.bod.validate.median_s, 4 * DAY_S);
	assert_int_equal(o.bod.remediate.median_s, 20 * DAY_S);
	main_store_close(&s);
}

static void
test_kept(void **state)
{
	struct main_store s;
	struct overview o;
	bool done;

	(void)state;
	main_store_open(&s);
	assert_int_equal(tx_run(s.db, fill, NULL), ERR_OK);
	assert_int_equal(overview_refresh(s.db, programme, NOW, &done), ERR_OK);
	assert_true(done);
	assert_int_equal(overview_refresh(s.db, programme, NOW + 60, &done), ERR_OK);
	assert_false(done);
	/* A page sees what has come since. */
	assert_int_equal(tx_run(s.db, add_one, (void *)&all[6]), ERR_OK);
	assert_int_equal(overview_read(s.db, programme, NOW + 120, &o), ERR_OK);
	assert_int_equal(o.cases, 8);
	assert_int_equal(overview_refresh(s.db, programme, NOW + 120, &done), ERR_OK);
	assert_true(done);
	assert_int_equal(overview_refresh(s.db, programme, NOW + 2 * DAY_S, &done), ERR_OK);
	assert_true(done);
	/* The clock was set back. */
	assert_int_equal(overview_refresh(s.db, programme, NOW, &done), ERR_OK);
	assert_true(done);
	main_store_close(&s);
}

static void
test_csv(void **state)
{
	static const char *const names[] = {"=1+1", " \t@x", "+x", "-x", "a\"b", "a,b"};
	static const char *const wanted[] = {
	        "\"'=1+1\"", "\"' \t@x\"", "\"'+x\"", "\"'-x\"", "\"a\"\"b\"", "\"a,b\""};
	struct arena *a = arena_new(1 << 20);
	struct overview o = {.components_n = 6};
	struct policy p = {.components_n = 0};
	struct buf b;

	(void)state;
	for (size_t i = 0; i < 6; i++)
		snprintf(o.components[i].component, OVERVIEW_NAME_MAX, "%s", names[i]);
	buf_init(&b, 1 << 20);
	overview_csv(&b, a, &p, &o);
	for (size_t i = 0; i < 6; i++)
		if (!str_contains(buf_view(&b), str_of(wanted[i])))
			fail_msg("%s is not in\n%.*s", wanted[i], STR_ARG(buf_view(&b)));
	buf_reset(&b);
	overview_json(&b, a, &p, &o);
	assert_true(str_contains(buf_view(&b), STR("\"component\":\"=1+1\"")));
	buf_clear(&b);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_figures),
	        cmocka_unit_test(test_kept),
	        cmocka_unit_test(test_csv),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
