/* The texts of notices. */
#include "unit.h"

#include "act/notices.h"

static const struct notice_facts all = {
        .programme_name = {"exact.works", 11},
        .case_number = {"EXW-2026-0001", 13},
        .promise = {"First answer", 12},
        .due = {"2026-01-07 09:00 UTC", 20},
        .percent = {"75", 2},
        .desk_url = {"https://desk.exact.works/cases/EXW-2026-0001", 44},
        .track_url = {"https://security.exact.works/case", 33},
        .contact = {"security@exact.works", 20},
        .person = {"ben", 3},
        .by = {"ana", 3},
        .roles = {"coordinator, analyst", 20},
        .when = {"2026-01-06 09:00 UTC", 20},
        .until = {"2026-01-09", 10},
        .erase_count = {"3 cases", 7},
        .yours = true,
        .promises = {"  First answer: by 2026-01-07 09:00 UTC", 38},
        .link_url = {"https://security.example.org/case/link?code=EXW-2026-0001-ABCDE", 63},
        .words = {"We see it here.", 15},
};

static bool
of_a_case(unsigned t)
{
	return t < NOTICE_STANDS_IN || t >= NOTICE_ANSWER;
}

/* Each is whole: names the case or programme, links to where it goes on, has no place left open,
 * fits a screen.
 */
static void
test_all(void **state)
{
	struct arena *a = arena_new(1 << 20);

	(void)state;
	for (unsigned t = 0; t < NOTICE_COUNT; t++) {
		struct notice_mail m = notice_write(a, (enum notice_template)t, &all);
		struct str line, rest = m.text;
		enum notice_template back;

		assert_true(str_starts(m.subject, of_a_case(t) && t != NOTICE_ERASE_SOON
		                                          ? STR("[EXW-2026-0001] ")
		                                          : STR("[exact.works] ")));
		assert_true(str_contains(m.text, of_a_case(t)        ? STR("EXW-2026-0001")
		                                 : t == NOTICE_TOKEN ? STR("By: ana")
		                                                     : STR("ben")));
		assert_true(str_contains(m.text, t == NOTICE_ANSWER  ? all.track_url
		                                 : t > NOTICE_ANSWER ? all.link_url
		                                                     : all.desk_url));
		assert_int_equal(t >= NOTICE_ANSWER, !str_contains(m.text, all.desk_url));
		assert_int_equal(str_find(m.text, '{', 0), SIZE_MAX);
		assert_int_equal(str_find(m.subject, '\n', 0), SIZE_MAX);
		assert_true(str_ends(m.text, STR("\n")));
		while (str_cut(&rest, '\n', &line))
			if (line.n > 78)
				fail_msg("%.*s", STR_ARG(line));
		assert_int_equal(
		        notice_parse(str_of(notice_name((enum notice_template)t)), &back), ERR_OK);
		assert_int_equal(back, t);
	}
	arena_free(a);
}

/* A case in which no promise runs any more. */
static void
test_without_promise(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct notice_facts f = all;
	struct notice_mail m;

	(void)state;
	f.promise = f.due = STR("");
	m = notice_write(a, NOTICE_ASSIGNED, &f);
	assert_string_equal(str_z(a, m.text), "EXW-2026-0001 has been assigned to you.\n"
	                                      "\n"
	                                      "https://desk.exact.works/cases/EXW-2026-0001\n");
	arena_free(a);
}

/* Who does it alone need not be told by whom; others are not told that it is theirs. */
static void
test_told(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct notice_facts f = all;
	struct notice_mail m = notice_write(a, NOTICE_PASSKEY, &f);

	(void)state;
	assert_true(str_contains(m.text, STR("\nThis is about your own account.")));
	assert_true(str_contains(m.text, STR("\nBy: ana\n")));
	f.by = STR("");
	f.yours = false;
	m = notice_write(a, NOTICE_PASSKEY, &f);
	assert_true(str_starts(m.text, STR("ben has added a passkey, which signs in by itself.\n"
	                                   "\n"
	                                   "When: 2026-01-06 09:00 UTC\n"
	                                   "\n"
	                                   "Everybody of the team gets this mail.")));
	f.absent = STR("ana");
	m = notice_write(a, NOTICE_ASSIGNED, &f);
	assert_true(str_starts(m.text, STR("EXW-2026-0001 has been assigned to ana.\n")));
	assert_true(str_contains(m.text, STR("\nYou get this because you stand in for ana.\n")));
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_all),
	        cmocka_unit_test(test_without_promise),
	        cmocka_unit_test(test_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
