/* policy/draft: whatever is answered, the file reads as it was meant, or the answer is refused. */
#include "unit.h"

#include "policy/draft.h"

static const struct {
	enum draft_question q;
	const char *answer;
	const char *why; /* a piece of the message; NULL: taken */
} cases[] = {
        {DRAFT_NAME, "Example Ltd", NULL},
        {DRAFT_NAME, "exact.works", NULL},
        {DRAFT_NAME, "\"Quoted\" \\ back: #slash\\n", NULL},
        {DRAFT_NAME, "{name} & [list] - \xc3\xa4", NULL},
        {DRAFT_NAME, "@name@", NULL},
        {DRAFT_NAME, "\xe8\x8a\xb1", NULL}, /* nothing of it can be an id */
        {DRAFT_NAME, "two\nlines", "cannot be shown"},
        {DRAFT_NAME, "\xc3", "UTF-8"},
        {DRAFT_PREFIX, "AB1", NULL},
        {DRAFT_PREFIX, "ab", "cannot begin"},
        {DRAFT_PREFIX, "X\nprogramme: y", "cannot be shown"},
        {DRAFT_PREFIX, "X, # y", "cannot begin"},
        {DRAFT_EMAIL, "a@b.example", NULL},
        {DRAFT_EMAIL, "a@b", "not an address"},
        {DRAFT_EMAIL, "a@b.example\" x", "not an address"},
        {DRAFT_PUBLIC_URL, "https://s.example.org", NULL},
        {DRAFT_PUBLIC_URL, "https://s.example.org/path", "public_url"},
        {DRAFT_PUBLIC_URL, "ftp://s.example.org", "public_url"},
        {DRAFT_PUBLIC_URL, "http://127.0.0.1:8081", "same origin"},
        {DRAFT_HOSTS, "example.org,*.example.com:8443", NULL},
        {DRAFT_HOSTS, "example.org, example.org", "twice"},
        {DRAFT_HOSTS, "ex ample.org", "host pattern"},
        {DRAFT_PARTS, "One", NULL},
        {DRAFT_PARTS, "One, one", "twice"},
        {DRAFT_PARTS, "-", "at least 1"},
        {DRAFT_OUT, "-", NULL},
        {DRAFT_OUT, "a: b, \"c\", - d", NULL},
        {DRAFT_TIMES, "1 h, 2 h, 3 h", NULL},
        {DRAFT_TIMES, "1 h, 2 h", "three durations"},
        {DRAFT_TIMES, "1 h, 2 h, x", "not a duration"},
        {DRAFT_FIXES, "-", NULL},
        {DRAFT_FIXES, "-, -, -, 1 d", NULL},
        {DRAFT_FIXES, "1 d", "four durations"},
        {DRAFT_THANKS, "Reward", NULL},
        {DRAFT_THANKS, "-", NULL},
        {DRAFT_THANKS, "credit, credit", "each once"},
};

static void
test_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct arena *a = arena_new(DRAFT_ARENA_BYTES);
		struct draft d = {
		        .desk_url = STR("http://127.0.0.1:8081"), .now_utc_s = 1767225600};
		struct draft_made made;
		struct diag why = {.what = ""};
		enum err e;

		d.answers[cases[i].q] = str_of(cases[i].answer);
		e = draft_make(a, &d, &made, &why);
		if ((e == ERR_OK) != (cases[i].why == NULL) ||
		        (e != ERR_OK && !str_contains(str_of(why.what), str_of(cases[i].why))))
			fail_msg("\"%s\": %s", cases[i].answer, why.what);
		if (e == ERR_OK && cases[i].q == DRAFT_NAME)
			assert_true(str_eq(made.policy->name, str_of(cases[i].answer)));
		if (e == ERR_OK)
			assert_true(str_eq(made.policy->updated, STR("January 2026")));
		arena_free(a);
	}
}

static void
test_what_was_meant(void **state)
{
	struct arena *a = arena_new(DRAFT_ARENA_BYTES);
	struct draft d = {.desk_url = STR("http://127.0.0.1:8081")};
	struct draft_made made;
	const struct policy *p;

	(void)state;
	d.answers[DRAFT_OUT] = STR("a: b,\"c\"");
	d.answers[DRAFT_FIXES] = STR("1 d, -, 3 d, -");
	d.answers[DRAFT_THANKS] = STR("letter");
	assert_int_equal(draft_make(a, &d, &made, NULL), ERR_OK);
	p = made.policy;
	assert_int_equal(p->scope.out_n, 2);
	assert_true(str_eq(p->scope.out[0].text, STR("a: b")));
	assert_true(str_eq(p->scope.out[1].text, STR("\"c\"")));
	assert_int_equal(p->promises.fix_s[0], 86400);
	assert_int_equal(p->promises.fix_s[1], 0);
	assert_int_equal(p->promises.fix_s[2], 3 * 86400);
	assert_int_equal(p->recognition.credit, POLICY_CREDIT_NEVER);
	assert_int_equal(p->recognition.letter, POLICY_LETTER_ON_REQUEST);
	for (int i = 0; i < REPLY_COUNT; i++)
		assert_true(p->replies[i].n > 0);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_answers),
	        cmocka_unit_test(test_what_was_meant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
