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
};

/* Each is whole: names the case, links to where it goes on, has no place left open, fits a screen.
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

		assert_true(str_starts(m.subject, STR("[EXW-2026-0001] ")));
		assert_true(str_contains(m.text, STR("EXW-2026-0001")));
		assert_true(
		        str_contains(m.text, t == NOTICE_ANSWER ? all.track_url : all.desk_url));
		assert_int_equal(t == NOTICE_ANSWER, !str_contains(m.text, all.desk_url));
		assert_int_equal(str_find(m.text, '{', 0), SIZE_MAX);
		assert_int_equal(str_find(m.subject, '\n', 0), SIZE_MAX);
		assert_true(str_ends(m.text, STR("\n")));
		while (str_cut(&rest, '\n', &line))
			assert_true(line.n <= 78);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_all),
	        cmocka_unit_test(test_without_promise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
