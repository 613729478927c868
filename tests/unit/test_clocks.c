/* case: every rule of the contract's clock table. Times are hours since the epoch. */
#include "unit.h"

#include "base/buf.h"
#include "case/clocks.h"

#include <stdio.h>
#include <stdlib.h>

#define HOUR 3600

/* The promises of exact.works, and the same with everything promised. */
static const struct promises plain = {
        .acknowledge_s = 48 * HOUR,
        .triage_s = 168 * HOUR,
        .fix_s = {720 * HOUR},
        .update_s = 336 * HOUR,
};
static const struct promises full = {
        .acknowledge_s = 48 * HOUR,
        .triage_s = 168 * HOUR,
        .fix_s = {720 * HOUR, 1440 * HOUR},
        .update_s = 336 * HOUR,
        .cra_warning_s = 24 * HOUR,
        .cra_notification_s = 72 * HOUR,
        .cra_final_s = 336 * HOUR,
        .disclosure_s = 100 * HOUR,
};
static const struct promises only_fix = {.fix_s = {100 * HOUR, 200 * HOUR}};
static const struct promises only_triage = {.triage_s = 100 * HOUR};
static const struct promises only_update = {.update_s = 100 * HOUR};
static const struct promises only_cra = {
        .cra_warning_s = 24 * HOUR, .cra_notification_s = 72 * HOUR, .cra_final_s = 336 * HOUR};
static const struct promises only_disclosure = {.disclosure_s = 100 * HOUR};
static const struct promises nothing = {0};

/* "5 message reporter" -> an event at hour 5. */
static struct event
read_event(struct str line)
{
	struct event e = {0};
	struct str hour = {0}, kind = {0}, arg = {0};
	uint64_t h;

	assert_true(str_cut(&line, ' ', &hour) && str_cut(&line, ' ', &kind));
	str_cut(&line, ' ', &arg);
	assert_int_equal(str_u64(hour, 1000000, &h), ERR_OK);
	e.at_utc_s = (int64_t)h * HOUR;
	assert_int_equal(event_parse(kind, &e.kind), ERR_OK);
	if (e.kind == EVENT_MESSAGE)
		assert_int_equal(party_parse(arg, &e.to), ERR_OK);
	if (e.kind == EVENT_TRIAGED)
		assert_int_equal(severity_parse(arg, &e.severity), ERR_OK);
	if (e.kind == EVENT_CLOSED)
		assert_int_equal(close_reason_parse(arg, &e.reason), ERR_OK);
	if (e.kind == EVENT_REGULATOR_SENT)
		assert_int_equal(regulator_report_parse(arg, &e.what), ERR_OK);
	e.question = str_eq(arg, STR("question"));
	return e;
}

static size_t
read_events(struct str text, struct event *events, size_t max)
{
	struct str line;
	size_t n = 0;

	while (str_cut(&text, ';', &line)) {
		assert_true(n < max);
		events[n++] = read_event(str_trim(line));
	}
	return n;
}

/* "triage running 0>168 -": clock, state, start and due in hours, and the stop. */
static void
print(struct buf *b, const struct clock_entry *entries, size_t n, int64_t now)
{
	for (size_t i = 0; i < n; i++) {
		const struct clock_entry *e = &entries[i];

		buf_fmt(b, "%s%s %s %ld>%ld ", i > 0 ? "; " : "", clock_name(e->clock),
		        clock_state_name(e->state), (long)(e->started_utc_s / HOUR),
		        (long)(e->due_utc_s / HOUR));
		if (e->stopped) {
			buf_fmt(b, "%ld", (long)(e->stopped_utc_s / HOUR));
			assert_int_equal(e->remaining_s, 0);
			assert_false(e->paused);
		} else {
			buf_z(b, "-");
			assert_int_equal(e->remaining_s, e->due_utc_s - now);
		}
	}
}

static const struct {
	const char *what;
	const struct promises *promises;
	const char *events;
	int now;
	const char *expected;
} cases[] = {
        /* acknowledge */
        {"just received", &plain, "0 received", 0,
                "acknowledge running 0>48 -; triage running 0>168 -"},
        {"due this second is not missed", &plain, "0 received", 48,
                "acknowledge running 0>48 -; triage running 0>168 -"},
        {"past due is missed though nothing stopped it", &plain, "0 received", 49,
                "acknowledge missed 0>48 -; triage running 0>168 -"},
        {"answered on the second is met", &plain, "0 received; 48 acknowledged", 50,
                "acknowledge met 0>48 48; triage running 0>168 -; update running 48>384 -"},
        {"answered late", &plain, "0 received; 49 acknowledged", 50,
                "acknowledge missed 0>48 49; triage running 0>168 -; update running 49>385 -"},
        {"a message to the reporter answers", &plain, "0 received; 3 message reporter", 4,
                "acknowledge met 0>48 3; triage running 0>168 -; update running 3>339 -"},
        {"a message to the team does not", &plain, "0 received; 3 message team", 4,
                "acknowledge running 0>48 -; triage running 0>168 -"},
        {"a request answers, and pauses", &plain, "0 received; 3 info_requested", 4,
                "acknowledge met 0>48 3; triage paused 0>169 -; update running 3>339 -"},
        {"message before acknowledged", &plain, "0 received; 3 message reporter; 5 acknowledged", 6,
                "acknowledge met 0>48 3; triage running 0>168 -; update met 3>339 5; "
                "update running 5>341 -"},
        {"triaged does not acknowledge", &plain, "0 received; 3 triaged low", 50,
                "acknowledge missed 0>48 -; triage met 0>168 3"},
        {"closing does", &plain, "0 received; 3 closed spam", 50,
                "acknowledge met 0>48 3; triage met 0>168 3"},
        {"acknowledge runs once, not again after reopened", &plain,
                "0 received; 3 closed spam; 5 reopened", 6,
                "acknowledge met 0>48 3; triage met 0>168 3; triage running 5>173 -; "
                "update running 5>341 -"},

        /* questions, the future, silence */
        {"a question has one clock", &full,
                "0 received question; 1 message reporter; 2 triaged critical; 3 exploited; "
                "4 disclosure_asked",
                5, "acknowledge met 0>48 1"},
        {"the future does not count", &plain, "0 received; 10 acknowledged; 20 closed spam", 9,
                "acknowledge running 0>48 -; triage running 0>168 -"},
        {"an event at now counts", &plain, "0 received; 10 acknowledged", 10,
                "acknowledge met 0>48 10; triage running 0>168 -; update running 10>346 -"},
        {"all in the future", &plain, "10 received; 11 acknowledged", 9, ""},
        {"nothing promised, nothing printed", &nothing,
                "0 received; 1 acknowledged; 2 triaged critical; 3 exploited", 5, ""},

        /* triage, and pauses */
        {"triage stops at the first triaged", &only_triage,
                "0 received; 9 triaged low; 20 triaged high", 30, "triage met 0>100 9"},
        {"fixed does not stop triage", &only_triage, "0 received; 9 fixed", 30,
                "triage running 0>100 -"},
        {"a pause that ended", &only_triage, "0 received; 10 info_requested; 30 info_provided", 40,
                "triage running 0>120 -"},
        {"two pauses add up", &only_triage,
                "0 received; 10 info_requested; 30 info_provided; 40 info_requested; 45 "
                "info_provided",
                60, "triage running 0>125 -"},
        {"a pause open at now counts up to now", &only_triage, "0 received; 10 info_requested", 500,
                "triage paused 0>590 -"},
        {"a pause begun at now", &only_triage, "0 received; 10 info_requested", 10,
                "triage paused 0>100 -"},
        {"a second request while it lasts changes nothing", &only_triage,
                "0 received; 10 info_requested; 20 info_requested; 30 info_provided; 35 "
                "info_provided",
                40, "triage running 0>120 -"},
        {"an answer that nobody asked for ends nothing", &only_triage,
                "0 received; 10 info_provided", 40, "triage running 0>100 -"},
        {"an open pause counts up to the stop", &only_triage,
                "0 received; 10 info_requested; 30 triaged low", 90, "triage met 0>120 30"},
        {"a pause after the stop does not count", &only_triage,
                "0 received; 10 triaged low; 20 info_requested; 30 info_provided", 90,
                "triage met 0>100 10"},
        {"a pause that begins too late does not mend a miss", &only_triage,
                "0 received; 110 info_requested", 150, "triage missed 0>140 -"},
        {"fixed ends the pause", &only_triage, "0 received; 10 info_requested; 30 fixed", 150,
                "triage missed 0>120 -"},
        {"a message to the team does not end a pause", &only_triage,
                "0 received; 10 info_requested; 20 message team", 30, "triage paused 0>120 -"},
        {"a pause within one instant", &only_triage,
                "0 received; 10 info_requested; 10 info_provided", 30, "triage running 0>100 -"},

        /* fix */
        {"no severity, no fix clock", &only_fix, "0 received", 30, ""},
        {"the fix clock starts at received", &only_fix, "0 received; 20 triaged critical", 30,
                "fix running 0>100 -"},
        {"a severity without a promise", &only_fix, "0 received; 20 triaged low", 30, ""},
        {"severity raised later", &only_fix, "0 received; 20 triaged high; 30 triaged critical",
                101, "fix missed 0>100 -"},
        {"severity lowered later", &only_fix, "0 received; 20 triaged critical; 30 triaged high",
                101, "fix running 0>200 -"},
        {"severity lowered to one without a promise", &only_fix,
                "0 received; 20 triaged critical; 30 triaged medium", 101, ""},
        {"a pause before triage counts for the fix", &only_fix,
                "0 received; 5 info_requested; 15 info_provided; 20 triaged critical", 30,
                "fix running 0>110 -"},
        {"a pause laid over triaged", &only_fix,
                "0 received; 5 info_requested; 20 triaged critical", 30, "fix paused 0>125 -"},
        {"fixed in time", &only_fix,
                "0 received; 5 triaged critical; 100 fixed; 150 closed resolved", 200,
                "fix met 0>100 100"},
        {"closed stops it too", &only_fix, "0 received; 5 triaged critical; 101 closed duplicate",
                200, "fix missed 0>100 101"},
        {"each life its own fix", &only_fix,
                "0 received; 5 triaged critical; 50 fixed; 60 reopened; 170 fixed", 180,
                "fix met 0>100 50; fix missed 60>160 170"},
        {"a life keeps its severity", &only_fix,
                "0 received; 5 triaged critical; 50 fixed; 60 reopened; 70 triaged high", 80,
                "fix met 0>100 50; fix running 60>260 -"},
        {"severity known only in the second life", &only_fix,
                "0 received; 50 closed informative; 60 reopened; 70 triaged high", 80,
                "fix running 60>260 -"},
        {"a pause belongs to the life it lies in", &only_fix,
                "0 received; 5 triaged critical; 10 info_requested; 20 info_provided; 50 fixed; "
                "60 reopened; 70 info_requested; 100 info_provided",
                110, "fix met 0>110 50; fix running 60>190 -"},

        /* reopened */
        {"reopened untriaged begins a new triage", &only_triage,
                "0 received; 10 closed not_reproducible; 50 reopened", 60,
                "triage met 0>100 10; triage running 50>150 -"},
        {"reopened triaged does not", &only_triage,
                "0 received; 5 triaged low; 10 closed duplicate; 50 reopened", 60,
                "triage met 0>100 5"},
        {"triaged in the first life counts in the third", &only_triage,
                "0 received; 10 closed spam; 50 reopened; 55 triaged low; 60 closed spam; 70 "
                "reopened",
                80, "triage met 0>100 10; triage met 50>150 55"},

        /* update */
        {"each answer starts a cycle, the next stops it", &only_update,
                "0 received; 10 acknowledged; 50 message reporter; 160 info_requested", 170,
                "update met 10>110 50; update missed 50>150 160; update running 160>260 -"},
        {"updates do not pause", &only_update, "0 received; 10 info_requested", 111,
                "update missed 10>110 -"},
        {"triaged and messages to the team are no updates", &only_update,
                "0 received; 10 acknowledged; 20 triaged low; 30 message team", 111,
                "update missed 10>110 -"},
        {"none before the first answer", &only_update, "0 received", 500, ""},
        {"fixed stops it, and none starts after", &only_update,
                "0 received; 10 acknowledged; 20 fixed; 30 message reporter; 40 closed resolved; "
                "50 message reporter",
                500, "update met 10>110 20"},
        {"reopened starts one", &only_update,
                "0 received; 10 acknowledged; 20 closed spam; 60 reopened; 100 message reporter",
                120, "update met 10>110 20; update met 60>160 100; update running 100>200 -"},
        {"two answers at one instant, in order", &only_update,
                "0 received; 10 acknowledged; 10 message reporter", 20,
                "update met 10>110 10; update running 10>110 -"},
        {"answer and fixed at one instant", &only_update, "0 received; 10 acknowledged; 10 fixed",
                20, "update met 10>110 10"},
        {"fixed and answer at one instant", &only_update, "0 received; 10 fixed; 10 acknowledged",
                20, ""},

        /* the regulator */
        {"exploited starts two", &only_cra, "0 received; 10 exploited", 20,
                "cra_warning running 10>34 -; cra_notification running 10>82 -"},
        {"each stops at its own report", &only_cra,
                "0 received; 10 exploited; 30 regulator_sent warning; 90 regulator_sent "
                "notification",
                100, "cra_warning met 10>34 30; cra_notification missed 10>82 90"},
        {"fixed once exploited starts the final report", &only_cra,
                "0 received; 10 exploited; 20 regulator_sent warning; 21 regulator_sent "
                "notification; "
                "50 fixed; 60 regulator_sent final",
                100,
                "cra_warning met 10>34 20; cra_notification met 10>82 21; cra_final met 50>386 60"},
        {"fixed without exploited does not", &only_cra, "0 received; 50 fixed", 100, ""},
        {"exploited after fixed starts all three", &only_cra, "0 received; 50 fixed; 60 exploited",
                61,
                "cra_warning running 60>84 -; cra_notification running 60>132 -; "
                "cra_final running 60>396 -"},
        {"neither closed nor a pause stops the law", &only_cra,
                "0 received; 10 exploited; 11 info_requested; 20 closed duplicate", 40,
                "cra_warning missed 10>34 -; cra_notification running 10>82 -"},
        {"exploited twice is exploited once", &only_cra, "0 received; 10 exploited; 12 exploited",
                20, "cra_warning running 10>34 -; cra_notification running 10>82 -"},

        /* disclosure */
        {"disclosure waits for an answer", &only_disclosure, "0 received; 10 disclosure_asked", 111,
                "disclosure missed 10>110 -"},
        {"a message answers it", &only_disclosure,
                "0 received; 10 disclosure_asked; 20 acknowledged; 30 message reporter", 111,
                "disclosure met 10>110 30"},
        {"so does publication", &only_disclosure, "0 received; 10 disclosure_asked; 30 published",
                111, "disclosure met 10>110 30"},
        {"and closing", &only_disclosure, "0 received; 10 disclosure_asked; 30 closed spam", 111,
                "disclosure met 10>110 30"},
        {"asked again while it runs", &only_disclosure,
                "0 received; 10 disclosure_asked; 12 disclosure_asked", 20,
                "disclosure running 10>110 -"},
        {"asked again after an answer", &only_disclosure,
                "0 received; 10 disclosure_asked; 12 message reporter; 15 disclosure_asked", 20,
                "disclosure met 10>110 12; disclosure running 15>115 -"},

        /* the rest */
        {"events that no clock sees", &plain,
                "0 received; 1 note; 2 assigned; 3 file_added; 4 credit_changed; 5 "
                "letter_requested",
                6, "acknowledge running 0>48 -; triage running 0>168 -"},
        {"a whole life", &full,
                "0 received; 20 acknowledged; 100 triaged critical; 100 message reporter; "
                "400 message reporter; 700 fixed; 710 message reporter; 720 closed resolved",
                800,
                "acknowledge met 0>48 20; triage met 0>168 100; fix met 0>720 700; "
                "update met 20>356 100; update met 100>436 400; update met 400>736 700"},
};

static void
test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct arena *a = arena_new(1 << 20);
		struct event events[32];
		size_t n = read_events(str_of(cases[i].events), events, 32), n_entries;
		int64_t now = (int64_t)cases[i].now * HOUR;
		struct clock_entry *entries;
		struct buf b;

		clocks_compute(a, cases[i].promises, events, n, now, &entries, &n_entries);
		buf_init(&b, 4096);
		print(&b, entries, n_entries, now);
		buf_char(&b, '\0');
		if (strcmp(b.p, cases[i].expected) != 0)
			fail_msg("%s\n  events   %s\n  expected %s\n  got      %s", cases[i].what,
			        cases[i].events, cases[i].expected, b.p);
		buf_clear(&b);
		arena_free(a);
	}
}

static void
test_next(void **state)
{
	static const struct {
		const char *events;
		int now, warned;
		enum clock_kind clock;
		int due, warn; /* hours; -1: never */
	} nexts[] = {
	        {"0 received", 0, 0, CLOCK_ACKNOWLEDGE, 48, 36},
	        {"0 received", 40, 36, CLOCK_ACKNOWLEDGE, 48, 126},
	        {"0 received", 60, 36, CLOCK_ACKNOWLEDGE, 48, 126}, /* missed, and still first */
	        {"0 received; 3 acknowledged", 4, 0, CLOCK_TRIAGE, 168, 126},
	        {"0 received; 3 info_requested", 4, 0, CLOCK_UPDATE, 339, 255}, /* triage waits */
	        {"0 received; 3 info_requested; 13 info_provided", 14, 0, CLOCK_TRIAGE, 178, 136},
	        {"0 received; 3 closed spam", 4, 0, CLOCK_KIND_COUNT, -1, -1},
	        {"0 received; 130 acknowledged", 131, 126, CLOCK_TRIAGE, 168, 382},
	};

	(void)state;
	for (size_t i = 0; i < sizeof nexts / sizeof nexts[0]; i++) {
		struct arena *a = arena_new(1 << 20);
		struct event events[8];
		size_t n = read_events(str_of(nexts[i].events), events, 8), n_entries;
		struct clock_entry *entries;
		struct clocks_next next;

		clocks_compute(
		        a, &plain, events, n, (int64_t)nexts[i].now * HOUR, &entries, &n_entries);
		next = clocks_next(entries, n_entries, (int64_t)nexts[i].warned * HOUR);
		assert_int_equal(next.clock, nexts[i].clock);
		assert_true(next.due_utc_s ==
		            (nexts[i].due < 0 ? CLOCKS_NEVER : (int64_t)nexts[i].due * HOUR));
		assert_true(next.warn_utc_s ==
		            (nexts[i].warn < 0 ? CLOCKS_NEVER : (int64_t)nexts[i].warn * HOUR));
		arena_free(a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_table),
	        cmocka_unit_test(test_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
