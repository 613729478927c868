/* case: the bounds of a report, and what one lacks. */
#include "unit.h"

#include "case/report.h"

#include <stdio.h>
#include <stdlib.h>

#define DESCRIBED .description = {"It leaks.", 9}

static const char key[] = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQ==\n"
                          "-----END PGP PUBLIC KEY BLOCK-----\n";

static void
test_check(void **state)
{
	static const struct {
		struct report report;
		const char *pointer; /* "" if it is good */
	} cases[] = {
	        {{DESCRIBED}, ""},
	        {{.title = {"t", 1}}, "/description"},
	        {{.description = {" \n ", 3}}, "/description"},
	        {{DESCRIBED, .title = {"two\nlines", 9}}, "/title"},
	        {{DESCRIBED, .impact = {"two\nlines", 9}}, ""},
	        {{DESCRIBED, .severity = {"HIGH", 4}}, ""},
	        {{DESCRIBED, .severity = {"grave", 5}}, "/severity"},
	        {{DESCRIBED, .kind = {"Question", 8}}, ""},
	        {{DESCRIBED, .kind = {"joke", 4}}, "/kind"},
	        {{DESCRIBED, .cvss = {"CVSS:3.1/AV:N", 13}}, "/cvss"},
	        {{DESCRIBED, .reporter.email = {"a@b.example", 11}}, ""},
	        {{DESCRIBED, .reporter.email = {"a@b@c", 5}}, "/reporter/email"},
	        {{DESCRIBED, .reporter.email = {"@b", 2}}, "/reporter/email"},
	        {{DESCRIBED, .reporter.email = {"a@b\r\nTo: c", 10}}, "/reporter/email"},
	        {{DESCRIBED, .reporter.email = {"a@b>,<c", 7}}, "/reporter/email"},
	        {{DESCRIBED, .reporter.pgp_key = {key, sizeof key - 1}}, ""},
	        {{DESCRIBED, .reporter.pgp_key = {"mQ==", 4}}, "/reporter/pgp_key"},
	        {{DESCRIBED, .credit.url = {"https://a.example/", 18}}, ""},
	        {{DESCRIBED, .credit.url = {"javascript:1", 12}}, "/credit/url"},
	        {{DESCRIBED, .credit.url = {"https:///", 9}}, "/credit/url"},
	        {{DESCRIBED, .testing = {.from_utc_s = 5, .until_utc_s = 4}}, "/testing/until"},
	        {{DESCRIBED, .testing = {.from_utc_s = 5, .until_utc_s = 5}}, ""},
	        {{DESCRIBED, .testing = {.until_utc_s = 4}}, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct report r = cases[i].report;
		struct diag d = {0};
		enum err e = report_check(&r, &d);

		assert_string_equal(d.pointer, cases[i].pointer);
		assert_int_equal(e, *cases[i].pointer != '\0' ? ERR_INVALID : ERR_OK);
		if (r.severity.n > 0 && e == ERR_OK)
			assert_true(str_eq(r.severity, STR("high")));
	}
}

/* Every text and list at its bound is taken, and refused one beyond it; characters, not bytes. */
static void
test_bounds(void **state)
{
	(void)state;
	for (size_t i = 0; i < report_fields_n; i++) {
		const struct report_field *f = &report_fields[i];
		struct arena *a = arena_new(1 << 20);
		struct report r = {DESCRIBED};
		struct str *text = (struct str *)((char *)&r + f->offset);
		char *p;

		if (f->type == REPORT_LINES) {
			struct report_texts *texts = (struct report_texts *)text;

			texts->v = ARENA_ARRAY(a, f->items_max + 1, struct str);
			texts->n = f->items_max;
			assert_int_equal(report_check(&r, NULL), ERR_OK);
			texts->n++;
			assert_int_equal(report_check(&r, NULL), ERR_INVALID);
		}
		if (f->type == REPORT_TEXT && f->part != REPORT_KEY_NONE) {
			p = arena_alloc(a, 2 * (f->chars_max + 1));
			for (size_t j = 0; j <= f->chars_max; j++)
				memcpy(p + 2 * j, "\xC3\xA9", 2);
			*text = str_bytes(p, 2 * f->chars_max);
			assert_int_equal(report_check(&r, NULL), ERR_OK);
			*text = str_bytes(p, 2 * f->chars_max + 2);
			assert_int_equal(report_check(&r, NULL), ERR_INVALID);
		}
		arena_free(a);
	}
}

static void
test_missing(void **state)
{
	static const int said[] = {REPORT_KEY_DESCRIPTION, REPORT_KEY_IMPACT};
	static const int steps[] = {REPORT_KEY_STEPS};
	static const int where[] = {REPORT_KEY_AFFECTED, REPORT_KEY_COMPONENT};
	static const int proof[] = {REPORT_KEY_PROOF_OF_CONCEPT, REPORT_KEY_ATTACHMENTS};
	static const int remedy[] = {REPORT_KEY_REMEDIATION};
	const struct policy_part parts[] = {
	        {.id = STR("d"), .fields = said, .fields_n = 2},
	        {.id = STR("s"), .fields = steps, .fields_n = 1},
	        {.id = STR("w"), .fields = where, .fields_n = 2},
	        {.id = STR("p"), .fields = proof, .fields_n = 2},
	        {.id = STR("r"), .fields = remedy, .fields_n = 1, .optional = true},
	};
	const struct policy policy = {.report = {.parts = parts, .parts_n = 5}};
	const struct str blank[] = {STR(" ")};
	const struct {
		struct report report;
		bool files;
		const char *missing;
	} cases[] = {
	        {{DESCRIBED}, false, "swp"},
	        {{DESCRIBED}, true, "sw"},
	        {{DESCRIBED, .component = STR("api")}, true, "s"},
	        {{DESCRIBED, .affected = {blank, 1}, .steps = STR("1.")}, true, "w"},
	        {{DESCRIBED, .kind = STR("question")}, false, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct arena *a = arena_new(1 << 16);
		const struct policy_part **missing;
		size_t n;

		report_missing(a, &cases[i].report, &policy, cases[i].files, &missing, &n);
		assert_int_equal(n, strlen(cases[i].missing));
		for (size_t j = 0; j < n; j++)
			assert_int_equal(missing[j]->id.p[0], cases[i].missing[j]);
		arena_free(a);
	}
}

static void
test_title(void **state)
{
	static const struct {
		const char *title, *description, *shown;
	} cases[] = {
	        {"Leak", "It leaks.", "Leak"},
	        {"", "\n  It leaks.\nAnd more.", "It leaks."},
	        {" ", "It\tleaks.\r\nx", "It leaks."},
	        {"",
	                "0123456789012345678901234567890123456789012345678901234567890123456789"
	                "01234567890123456789012345678\xC3\xA9z",
	                "0123456789012345678901234567890123456789012345678901234567890123456789"
	                "01234567890123456789012345678\xC3\xA9\xE2\x80\xA6"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct arena *a = arena_new(1 << 16);
		struct report r = {.title = str_of(cases[i].title),
		        .description = str_of(cases[i].description)};

		if (!str_eq(report_title(a, &r), str_of(cases[i].shown)))
			fail_msg("%zu: %.*s", i, STR_ARG(report_title(a, &r)));
		arena_free(a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_check),
	        cmocka_unit_test(test_bounds),
	        cmocka_unit_test(test_missing),
	        cmocka_unit_test(test_title),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
