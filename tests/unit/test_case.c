/* case: states, permissions and numbers. */
#include "unit.h"

#include "case/cwe.h"
#include "case/number.h"
#include "case/permission.h"
#include "case/state.h"

#include <stdio.h>
#include <stdlib.h>

/* A letter an event, so that a life is a word: see letters below. */
static enum event_kind
kind_of(char c)
{
	static const struct {
		char c;
		enum event_kind kind;
	} letters[] = {
	        {'R', EVENT_RECEIVED},
	        {'a', EVENT_ACKNOWLEDGED},
	        {'m', EVENT_MESSAGE},
	        {'M', EVENT_MESSAGE},
	        {'i', EVENT_INFO_REQUESTED},
	        {'I', EVENT_INFO_PROVIDED},
	        {'t', EVENT_TRIAGED},
	        {'f', EVENT_FIXED},
	        {'c', EVENT_CLOSED},
	        {'o', EVENT_REOPENED},
	        {'x', EVENT_EXPLOITED},
	        {'p', EVENT_PUBLISHED},
	        {'n', EVENT_NOTE},
	        {'w', EVENT_WITHDRAWN},
	        {'l', EVENT_LETTER_REQUESTED},
	        {'h', EVENT_HELD},
	        {'H', EVENT_HOLD_LIFTED},
	        {'e', EVENT_ERASE_ASKED},
	        {'E', EVENT_ERASED},
	};

	for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++)
		if (letters[i].c == c)
			return letters[i].kind;
	fail_msg("no event for %c", c);
	return EVENT_KIND_COUNT;
}

/* 'm' is to the reporter, 'M' to the team; an event a second. */
static struct event
event_of(char c, int64_t at)
{
	return (struct event){
	        .at_utc_s = at,
	        .kind = kind_of(c),
	        .to = c == 'm'   ? PARTY_REPORTER
	              : c == 'M' ? PARTY_TEAM
	                         : PARTY_NONE,
	        .severity = c == 't' ? SEVERITY_HIGH : SEVERITY_NONE,
	        .reason = c == 'c' ? CLOSE_DUPLICATE : CLOSE_NONE,
	};
}

static void
test_states(void **state)
{
	static const struct {
		const char *life;
		int bad; /* index of the event that is refused; -1: none */
		enum case_state state;
		bool needs_info;
	} cases[] = {
	        {"R", -1, CASE_NEW, false},
	        {"Ra", -1, CASE_ACKNOWLEDGED, false},
	        {"Rm", -1, CASE_ACKNOWLEDGED, false},
	        {"Rma", -1, CASE_ACKNOWLEDGED, false},
	        {"RM", -1, CASE_NEW, false},
	        {"Ri", -1, CASE_ACKNOWLEDGED, true},
	        {"RiI", -1, CASE_ACKNOWLEDGED, false},
	        {"Rii", -1, CASE_ACKNOWLEDGED, true},
	        {"Rt", -1, CASE_TRIAGED, false},
	        {"Rta", -1, CASE_TRIAGED, false},
	        {"Ratt", -1, CASE_TRIAGED, false},
	        {"Rit", -1, CASE_TRIAGED, true},
	        {"Ritf", -1, CASE_FIXED, false},
	        {"Ratfc", -1, CASE_CLOSED, false},
	        {"Ric", -1, CASE_CLOSED, false},
	        {"Rc", -1, CASE_CLOSED, false},
	        {"Rco", -1, CASE_NEW, false},
	        {"Rmco", -1, CASE_ACKNOWLEDGED, false},
	        {"Rtfo", -1, CASE_TRIAGED, false},
	        {"Rtfco", -1, CASE_TRIAGED, false},
	        {"Rtfcofcoc", -1, CASE_CLOSED, false},
	        {"Rcmnpl", -1, CASE_CLOSED, false},
	        {"Rtfp", -1, CASE_FIXED, false},
	        {"Rwc", -1, CASE_CLOSED, false},
	        {"RhHh", -1, CASE_NEW, false},
	        {"Rchno", -1, CASE_NEW, false},
	        {"RchHeE", -1, CASE_CLOSED, false},
	        {"RcE", -1, CASE_CLOSED, false},
	        /* what a state forbids */
	        {"Rhh", 2, 0, false},
	        {"RH", 1, 0, false},
	        {"RhHH", 3, 0, false},
	        {"RE", 1, 0, false},
	        {"Re", 1, 0, false},
	        {"RchE", 3, 0, false},
	        {"Rche", 3, 0, false},
	        {"RcEo", 3, 0, false},
	        {"RcEm", 3, 0, false},
	        {"RcEh", 3, 0, false},
	        {"RcEE", 3, 0, false},
	        {"a", 0, 0, false},
	        {"RR", 1, 0, false},
	        {"Raa", 2, 0, false},
	        {"Rca", 2, 0, false},
	        {"RI", 1, 0, false},
	        {"RiII", 3, 0, false},
	        {"RtfI", 3, 0, false},
	        {"Rf", 1, 0, false},
	        {"Raf", 2, 0, false},
	        {"Rtff", 3, 0, false},
	        {"Rtft", 3, 0, false},
	        {"Rct", 2, 0, false},
	        {"Rcf", 2, 0, false},
	        {"Rcc", 2, 0, false},
	        {"Rci", 2, 0, false},
	        {"Ro", 1, 0, false},
	        {"Rto", 2, 0, false},
	        {"Rcoo", 3, 0, false},
	        {"Rtp", 2, 0, false},
	        {"Rxx", 2, 0, false},
	        {"Rww", 2, 0, false},
	        {"Rcw", 2, 0, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct event events[16];
		struct case_status s = {0};
		size_t n = strlen(cases[i].life), bad = SIZE_MAX;

		for (size_t j = 0; j < n; j++)
			events[j] = event_of(cases[i].life[j], 1000 + (int64_t)j);
		if (case_fold(events, n, &s, &bad) != (cases[i].bad < 0 ? ERR_OK : ERR_STATE))
			fail_msg("%s: refused at %zd", cases[i].life, (ssize_t)bad);
		assert_int_equal((ssize_t)bad, cases[i].bad);
		if (cases[i].bad >= 0) {
			assert_false(s.received);
			continue;
		}
		if (s.state != cases[i].state)
			fail_msg("%s: is %s", cases[i].life, case_state_name(s.state));
		assert_int_equal(s.needs_info, cases[i].needs_info);
		assert_int_equal(
		        s.close_reason, s.state == CASE_CLOSED ? CLOSE_DUPLICATE : CLOSE_NONE);
		assert_int_equal(s.last_utc_s, 1000 + (int64_t)n - 1);
	}
}

static void
test_time_goes_on(void **state)
{
	struct event e = event_of('R', 1000);
	struct case_status s = {0}, before;

	(void)state;
	assert_int_equal(case_step(&s, &e), ERR_OK);
	before = s;
	e = event_of('a', 999);
	assert_int_equal(case_step(&s, &e), ERR_STATE);
	assert_memory_equal(&s, &before, sizeof s);
	e.at_utc_s = case_event_time(&s, 999);
	assert_int_equal(case_step(&s, &e), ERR_OK);
	assert_int_equal(s.acknowledged_utc_s, 1000);
}

static void
test_names(void **state)
{
	(void)state;
	for (int i = 0; i < EVENT_KIND_COUNT; i++) {
		enum event_kind k;

		assert_int_equal(event_parse(str_of(event_name((enum event_kind)i)), &k), ERR_OK);
		assert_int_equal(k, i);
	}
	for (int i = CLOSE_RESOLVED; i < CLOSE_REASON_COUNT; i++) {
		enum close_reason r;

		assert_int_equal(
		        close_reason_parse(str_of(close_reason_name((enum close_reason)i)), &r),
		        ERR_OK);
		assert_int_equal(r, i);
	}
	for (int i = 0; i < CASE_STATE_COUNT; i++) {
		enum case_state s;

		assert_int_equal(
		        case_state_parse(str_of(case_state_name((enum case_state)i)), &s), ERR_OK);
		assert_int_equal(s, i);
	}
	{
		enum close_reason r;
		enum party p;
		enum regulator_report w;

		assert_int_equal(close_reason_parse(STR(""), &r), ERR_INVALID);
		assert_int_equal(party_parse(STR(""), &p), ERR_INVALID);
		assert_int_equal(regulator_report_parse(STR(""), &w), ERR_INVALID);
	}
}

/* The contract's table, written out. */
static void
test_permissions(void **state)
{
	static const struct {
		unsigned roles;
		bool read, handle, decide, figures, manage;
	} rows[] = {
	        {0, false, false, false, false, false},
	        {STAFF_ADMINISTRATOR, false, false, false, true, true},
	        {STAFF_COORDINATOR, true, true, true, true, false},
	        {STAFF_ANALYST, true, true, false, true, false},
	        {STAFF_AUDITOR, false, false, false, true, false},
	        {STAFF_ADMINISTRATOR | STAFF_ANALYST, true, true, false, true, true},
	        {16, false, false, false, false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unsigned r = rows[i].roles;

		assert_int_equal(permission_allows(r, PERMISSION_READ_CASES), rows[i].read);
		assert_int_equal(permission_allows(r, PERMISSION_HANDLE_CASES), rows[i].handle);
		assert_int_equal(permission_allows(r, PERMISSION_DECIDE_CASES), rows[i].decide);
		assert_int_equal(permission_allows(r, PERMISSION_SEE_FIGURES), rows[i].figures);
		assert_int_equal(permission_allows(r, PERMISSION_MANAGE), rows[i].manage);
		assert_false(permission_allows(r, PERMISSION_NONE));
		assert_false(permission_allows(r, PERMISSION_COUNT));
	}
}

static void
test_roles(void **state)
{
	struct arena *a = arena_new(1 << 16);
	unsigned roles = 77;

	(void)state;
	assert_int_equal(staff_roles_parse(STR("Coordinator, administrator"), &roles), ERR_OK);
	assert_int_equal(roles, STAFF_ADMINISTRATOR | STAFF_COORDINATOR);
	assert_true(str_eq(staff_roles_str(a, roles), STR("administrator,coordinator")));
	assert_int_equal(staff_roles_parse(STR(""), &roles), ERR_INVALID);
	assert_int_equal(staff_roles_parse(STR("analyst,"), &roles), ERR_OK);
	assert_int_equal(staff_roles_parse(STR("analyst,root"), &roles), ERR_INVALID);
	assert_int_equal(roles, STAFF_ANALYST);
	arena_free(a);
}

static void
test_numbers(void **state)
{
	static const struct {
		const char *text;
		int64_t year, seq; /* 0: refused */
	} cases[] = {
	        {"EXW-2026-0001", 2026, 1},
	        {"exw-2026-0042", 2026, 42},
	        {"EXW-2026-9999", 2026, 9999},
	        {"EXW-2026-10000", 2026, 10000},
	        {"EXW-2026-2147483647", 2026, 2147483647},
	        {"EXW-2026-2147483648", 0, 0},
	        {"EXW-2026-0000", 0, 0},
	        {"EXW-2026-01000", 0, 0},
	        {"EXW-2026-001", 0, 0},
	        {"EXW-2026-", 0, 0},
	        {"EXW-26-0001", 0, 0},
	        {"EXW-2026-0001 ", 0, 0},
	        {"EXW-2026-0001-1", 0, 0},
	        {"EXW-2026--001", 0, 0},
	        {"EX-2026-0001", 0, 0},
	        {"EXWX-2026-0001", 0, 0},
	        {"EXW", 0, 0},
	        {"EXW-", 0, 0},
	        {"", 0, 0},
	};
	struct arena *a = arena_new(1 << 16);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct case_number n = {0};
		bool good = case_number_parse(STR("EXW"), str_of(cases[i].text), &n) == ERR_OK;

		if (good != (cases[i].seq != 0))
			fail_msg("\"%s\"", cases[i].text);
		assert_int_equal(n.year, cases[i].year);
		assert_int_equal(n.seq, cases[i].seq);
		if (good)
			assert_true(str_eq_nocase(case_number_str(a, STR("EXW"), n.year, n.seq),
			        str_of(cases[i].text)));
	}
	arena_free(a);
}

static void
test_weaknesses(void **state)
{
	static const struct {
		const char *text;
		int64_t id; /* 0: refused */
	} cases[] = {
	        {"CWE-79", 79}, {"cwe-5", 5}, {"787", 787}, {"CWE-1", 0}, {"CWE-", 0}, {"", 0},
	        {"CWE-79 ", 0}, {"CWE--79", 0}, {"99999", 0}, {"CWE-132", 0}, /* deprecated */
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int64_t id = 0;
		enum err e = cwe_parse(str_of(cases[i].text), &id);

		assert_int_equal(e, cases[i].id != 0 ? ERR_OK : ERR_INVALID);
		assert_int_equal(id, cases[i].id);
	}
	assert_non_null(strstr(cwe_name(79), "Cross-site Scripting"));
	assert_null(cwe_name(-79));
	assert_null(cwe_name(((int64_t)1 << 32) + 79));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_states),
	        cmocka_unit_test(test_time_goes_on),
	        cmocka_unit_test(test_names),
	        cmocka_unit_test(test_permissions),
	        cmocka_unit_test(test_roles),
	        cmocka_unit_test(test_numbers),
	        cmocka_unit_test(test_weaknesses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
