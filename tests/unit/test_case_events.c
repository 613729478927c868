/* cli: what `vdpd clocks` takes as the events of a case, and where it says what is wrong. */
#include "unit.h"

#include "cli/event_json.h"

#include <stdio.h>
#include <stdlib.h>

#define AT(hour, rest) "{\"at\":\"2026-01-05T" hour ":00:00Z\",\"event\":" rest "}\n"
#define RECEIVED       AT("09", "\"received\"")

static void
test_good(void **state)
{
	static const struct {
		const char *text;
		size_t n;
		struct event last;
	} cases[] = {
	        {RECEIVED, 1, {.kind = EVENT_RECEIVED}},
	        {"{\"event\":\"received\",\"at\":\"2026-01-05T10:00:00+01:00\"}", 1,
	                {.kind = EVENT_RECEIVED}},
	        {AT("09", "\"received\",\"kind\":\"question\""), 1,
	                {.kind = EVENT_RECEIVED, .question = true}},
	        {AT("09", "\"received\",\"severity\":5,\"more\":[{}]"), 1,
	                {.kind = EVENT_RECEIVED}},
	        {RECEIVED AT("09", "\"message\",\"to\":\"team\""), 2,
	                {.kind = EVENT_MESSAGE, .to = PARTY_TEAM}},
	        {RECEIVED AT("09", "\"triaged\",\"severity\":\"High\""), 2,
	                {.kind = EVENT_TRIAGED, .severity = SEVERITY_HIGH}},
	        {RECEIVED AT("09", "\"closed\",\"reason\":\"spam\""), 2,
	                {.kind = EVENT_CLOSED, .reason = CLOSE_SPAM}},
	        {RECEIVED AT("09", "\"fixed\"") AT("09", "\"reopened\""), 3,
	                {.kind = EVENT_REOPENED}},
	        {RECEIVED AT("09", "\"fixed\"") AT("09", "\"fixed\"") AT("09", "\"reopened\""), 4,
	                {.kind = EVENT_REOPENED}},
	        {RECEIVED AT("09", "\"exploited\"")
	                        AT("09", "\"regulator_sent\",\"what\":\"final\""),
	                3, {.kind = EVENT_REGULATOR_SENT, .what = REGULATOR_FINAL}},
	        {"{\"at\":\"2026-01-05T09:00:00Z\",\"event\":\"received\"}\r\n", 1,
	                {.kind = EVENT_RECEIVED}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct arena *a = arena_new(1 << 20);
		const struct event *want = &cases[i].last, *last;
		struct event *events;
		struct diag d = {0};
		size_t n;

		if (event_json_read(a, str_of(cases[i].text), &events, &n, &d) != ERR_OK)
			fail_msg("%s:%u: %s", cases[i].text, d.line, d.what);
		assert_int_equal(n, cases[i].n);
		last = &events[n - 1];
		assert_int_equal(last->at_utc_s, 1767603600);
		assert_int_equal(last->kind, want->kind);
		assert_int_equal(last->severity, want->severity);
		assert_int_equal(last->to, want->to);
		assert_int_equal(last->reason, want->reason);
		assert_int_equal(last->what, want->what);
		assert_int_equal(last->question, want->question);
		arena_free(a);
	}
}

static void
test_bad(void **state)
{
	static const struct {
		const char *text;
		unsigned line;
		const char *what;
	} cases[] = {
	        {"", 1, "there is no event: the first must be received"},
	        {"\n", 1, "not JSON"},
	        {"received", 1, "not JSON"},
	        {RECEIVED "{\n", 2, "not JSON"},
	        {RECEIVED "{} {}", 2, "not JSON"},
	        {RECEIVED "{\"at\":1,\"at\":1}", 2, "not JSON"},
	        {RECEIVED "\xFF\n", 2, "not JSON"},
	        {RECEIVED "\n" RECEIVED, 2, "not JSON"},
	        {RECEIVED "[]", 2, "not a JSON object"},
	        {RECEIVED "{}", 2, "\"at\" is missing"},
	        {RECEIVED "{\"at\":\"2026-01-05T09:00:00Z\"}", 2, "\"event\" is missing"},
	        {RECEIVED "{\"at\":1767603600,\"event\":\"fixed\"}", 2, "\"at\" must be a string"},
	        {RECEIVED "{\"at\":\"2026-02-30T09:00:00Z\",\"event\":\"fixed\"}", 2,
	                "\"at\" has an impossible value"},
	        {RECEIVED "{\"at\":\"2026-01-05\",\"event\":\"fixed\"}", 2,
	                "\"at\" has an impossible value"},
	        {RECEIVED AT("09", "\"solved\""), 2, "unknown event"},
	        {RECEIVED AT("09", "\"note\""), 2, "unknown event"},
	        {RECEIVED AT("09", "\"\""), 2, "unknown event"},
	        {RECEIVED AT("09", "\"fixed\\u0000\""), 2, "unknown event"},
	        {RECEIVED AT("09", "\"message\""), 2, "\"to\" is missing"},
	        {RECEIVED AT("09", "\"message\",\"to\":\"\""), 2, "\"to\" has an impossible value"},
	        {RECEIVED AT("09", "\"triaged\""), 2, "\"severity\" is missing"},
	        {RECEIVED AT("09", "\"triaged\",\"severity\":null"), 2,
	                "\"severity\" must be a string"},
	        {RECEIVED AT("09", "\"triaged\",\"severity\":\"none\""), 2,
	                "\"severity\" has an impossible value"},
	        {RECEIVED AT("09", "\"closed\""), 2, "\"reason\" is missing"},
	        {RECEIVED AT("09", "\"closed\",\"reason\":\"fixed\""), 2,
	                "\"reason\" has an impossible value"},
	        {RECEIVED AT("09", "\"regulator_sent\""), 2, "\"what\" is missing"},
	        {AT("09", "\"received\",\"kind\":\"joke\""), 1, "\"kind\" has an impossible value"},
	        {AT("09", "\"acknowledged\"") RECEIVED, 1, "the first event must be received"},
	        {RECEIVED AT("10", "\"acknowledged\"") AT("11", "\"received\""), 3,
	                "received a second time"},
	        {RECEIVED AT("10", "\"acknowledged\"") AT("09", "\"fixed\""), 3,
	                "earlier than the event before it"},
	        {RECEIVED AT("10", "\"reopened\""), 2,
	                "reopened, but not fixed or closed since it was received or last reopened"},
	        {RECEIVED AT("10", "\"fixed\"") AT("10", "\"reopened\"") AT("10", "\"reopened\""),
	                4,
	                "reopened, but not fixed or closed since it was received or last reopened"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct arena *a = arena_new(1 << 20);
		struct event *events;
		struct diag d = {0};
		size_t n;

		if (event_json_read(a, str_of(cases[i].text), &events, &n, &d) == ERR_OK)
			fail_msg("taken: %s", cases[i].text);
		assert_string_equal(d.what, cases[i].what);
		assert_int_equal(d.line, cases[i].line);
		arena_free(a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_good),
	        cmocka_unit_test(test_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
