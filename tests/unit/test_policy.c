/* policy: the file of the first programme, and every kind of mistake with its place. */
#include "unit.h"

#include "policy/page.h"
#include "policy/policy.h"
#include "policy/reply.h"
#include "policy/values.h"

#include <stdio.h>
#include <stdlib.h>

static struct str
read_seed(struct arena *a)
{
	FILE *f = fopen("programmes/exact.works/policy.yaml", "r");
	char *p = arena_alloc(a, POLICY_FILE_MAX);
	size_t n;

	assert_non_null(f);
	n = fread(p, 1, POLICY_FILE_MAX, f);
	fclose(f);
	return (struct str){p, n};
}

static void
test_exact_works(void **state)
{
	struct arena *a = arena_new(POLICY_ARENA_BYTES);
	struct diags ds = {0};
	const struct policy *p = NULL;
	enum err e = policy_parse(a, "policy.yaml", read_seed(a), &ds, &p);

	(void)state;
	for (size_t i = 0; i < ds.n; i++) {
		char text[1024];

		diag_format(&ds.d[i], text, sizeof text);
		print_message("%s\n", text);
	}
	assert_int_equal(e, ERR_OK);
	assert_int_equal(p->promises.acknowledge_s, 48 * 3600);
	assert_int_equal(p->promises.triage_s, 604800);
	assert_int_equal(promises_fix_s(&p->promises, SEVERITY_CRITICAL), 30 * 86400);
	assert_int_equal(promises_fix_s(&p->promises, SEVERITY_HIGH), 0);
	assert_int_equal(p->promises.update_s, 14 * 86400);
	assert_int_equal(p->promises.cra_warning_s, 0);
	assert_int_equal(p->promises.disclosure_s, 0);
	assert_int_equal(p->timeline.n, 4);
	assert_true(str_eq(p->timeline.list[0].within, STR("48 hours")));
	assert_int_equal(p->scope.in_n, 6);
	assert_int_equal(p->scope.out_n, 6);
	assert_int_equal(p->safe_harbour.clauses_n, 4);
	assert_int_equal(p->report.parts_n, 6);
	assert_int_equal(p->guidelines.items_n, 5);
	assert_int_equal(strlen(p->sha256_hex), 64);
	assert_true(str_eq(p->contact.email, STR("security@exact.works")));
	arena_free(a);
}

static const struct policy *
load(struct arena *a)
{
	const struct policy *p;
	struct diags ds = {0};

	assert_int_equal(policy_parse(a, "policy.yaml", read_seed(a), &ds, &p), ERR_OK);
	return p;
}

/* The version is the SHA-256 of the bytes. */
static void
test_version(void **state)
{
	struct arena *a = arena_new(2 * POLICY_ARENA_BYTES);
	struct str text = read_seed(a);
	const struct policy *p = load(a), *other;
	struct diags ds = {0};

	(void)state;
	assert_true(str_eq(p->text, text));
	assert_true(p->text.p != text.p);
	text = str_fmt(a, "%.*s#\n", STR_ARG(text));
	assert_int_equal(policy_parse(a, "policy.yaml", text, &ds, &other), ERR_OK);
	assert_string_not_equal(p->sha256_hex, other->sha256_hex);
	arena_free(a);
}

/* Letters and digits only: what is left of a text when its marks are gone. */
static struct str
letters(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		if ((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z') ||
		        (s.p[i] >= '0' && s.p[i] <= '9'))
			p[n++] = s.p[i];
	return (struct str){p, n};
}

/* Every line of the document that the policy was made from stands on the page. */
static void
test_page_has_every_line(void **state)
{
	const char *folder = getenv("VDPD_DATA");
	struct arena *a = arena_new(2 * POLICY_ARENA_BYTES);
	struct str path = str_fmt(
	        a, "%s/../seed/security-policy.txt", folder != NULL ? folder : "../shared/data");
	FILE *f = fopen(str_z(a, path), "r");
	char line[4096];
	struct str page;
	struct buf b;
	size_t lines = 0;

	(void)state;
	buf_init(&b, POLICY_PAGE_MAX);
	policy_page(&b, load(a));
	page = letters(a, buf_view(&b));
	if (f == NULL)
		print_message("the seed document is not there: set VDPD_DATA to compare with it\n");
	while (f != NULL && fgets(line, sizeof line, f) != NULL) {
		struct str s = str_of(line);
		size_t at = str_find(s, '[', 0);

		/* The document hides its address. */
		if (at != SIZE_MAX)
			s = str_fmt(a, "%.*ssecurity@exact.works", (int)at, s.p);
		if (!str_contains(page, letters(a, s)))
			print_message("not on the page: %s", line);
		assert_true(str_contains(page, letters(a, s)));
		lines++;
	}
	assert_true(f == NULL || lines > 50);
	if (f != NULL)
		fclose(f);
	buf_clear(&b);
	arena_free(a);
}

static void
test_markdown(void **state)
{
	static const struct {
		const char *text, *markdown;
	} cases[] = {
	        {"*.exact.works domains", "*.exact.works domains"},
	        {"*a* and _b_", "\\*a\\* and \\_b\\_"},
	        {"<script>", "\\<script>"},
	        {"[x](javascript:y)", "\\[x\\](javascript:y)"},
	        {"# a\n    b\n- c", "\\# a\nb\n\\- c"},
	        {"1. a", "1\\. a"},
	        {"1 a", "1 a"},
	        {"1", "1"},
	        {"a | b", "a \\| b"},
	        {"a &amp; b\\", "a \\&amp; b\\\\"},
	        {"---", "\\---"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct buf b;

		buf_init(&b, 1000);
		markdown_text(&b, str_of(cases[i].text));
		if (!str_eq(buf_view(&b), str_of(cases[i].markdown)))
			print_message("%s: %.*s\n", cases[i].text, STR_ARG(buf_view(&b)));
		assert_true(str_eq(buf_view(&b), str_of(cases[i].markdown)));
		buf_clear(&b);
	}
}

static void
test_replies(void **state)
{
	struct arena *a = arena_new(2 * POLICY_ARENA_BYTES);
	const struct policy *p = load(a);
	static const char *const reasons[] = {"resolved", "duplicate", "out_of_scope",
	        "not_reproducible", "informative", "not_applicable", "spam", "withdrawn"};
	struct str text = reply_fill(a, p, policy_reply(p, STR("acknowledge"), STR("")),
	        &(struct reply_facts){.case_no = STR("EXW-2026-0001"), .case_url = STR("{name}")});

	(void)state;
	assert_true(str_starts(text, STR("Hello there,")));
	assert_true(str_contains(text, STR("its number is EXW-2026-0001.")));
	/* What was filled in is not filled in again. */
	assert_true(str_contains(text, STR("at {name}.")));
	assert_true(str_ends(text, STR("Security Team, exact.works")));
	for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
		assert_true(policy_reply(p, STR("close"), str_of(reasons[i])).n > 0);
	assert_int_equal(policy_reply(p, STR("close"), STR("boredom")).n, 0);
	assert_int_equal(policy_reply(p, STR("note"), STR("")).n, 0);
	text = reply_fill(a, p, STR("{a b} {unknown} {} {name"), &(struct reply_facts){0});
	assert_true(str_eq(text, STR("{a b} {unknown} {} {name")));
	arena_free(a);
}

static void
test_lookups(void **state)
{
	struct arena *a = arena_new(2 * POLICY_ARENA_BYTES);
	const struct policy *p = load(a);
	enum severity s;

	(void)state;
	assert_true(str_eq(policy_component(p, STR("ESCROW"))->id, STR("payment")));
	assert_null(policy_component(p, STR("")));
	assert_non_null(policy_question(p, POLICY_ASK_REACHED_OTHERS_DATA));
	assert_non_null(policy_question(p, POLICY_ASK_CAUSED_DISRUPTION));
	assert_non_null(policy_question(p, POLICY_ASK_TESTING));
	assert_null(policy_question(p, POLICY_ASK_NOTHING));
	assert_int_equal(severity_parse(STR("CriTical"), &s), ERR_OK);
	assert_int_equal(s, SEVERITY_CRITICAL);
	assert_int_equal(severity_parse(STR(""), &s), ERR_INVALID);
	assert_int_equal(severity_parse(STR("none"), &s), ERR_INVALID);
	arena_free(a);
}

static void
test_duration_words(void **state)
{
	static const struct {
		int64_t s;
		const char *words;
	} cases[] = {{48 * 3600, "48 hours"}, {72 * 3600, "72 hours"}, {7 * 86400, "7 days"},
	        {3600, "1 hour"}, {96 * 3600, "4 days"}, {97 * 3600, "97 hours"},
	        {1800, "30 minutes"}, {90, "90 seconds"}, {1, "1 second"}};
	struct arena *a = arena_new(1 << 16);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_true(str_eq(duration_words(a, cases[i].s), str_of(cases[i].words)));
	arena_free(a);
}

/* TEXT with MORE before its line "components:", and AFTER behind the id of the first component. */
static struct str
with(struct arena *a, struct str text, const char *more, const char *after)
{
	const char *components = memmem(text.p, text.n, "\ncomponents:", 12);
	const char *first =
	        memmem(components, (size_t)(text.p + text.n - components), "id: web\n", 8);
	size_t at = (size_t)(components - text.p) + 1, id = (size_t)(first - text.p) + 8;

	return str_fmt(a, "%.*s%s%.*s%s%.*s", (int)at, text.p, more, (int)(id - at), text.p + at,
	        after, (int)(text.n - id), text.p + id);
}

static void
test_scores(void **state)
{
	static const struct {
		int tenths;
		const char *component;
		enum severity by_default, mapped;
	} cases[] = {
	        {100, "", SEVERITY_CRITICAL, SEVERITY_CRITICAL},
	        {95, "api", SEVERITY_CRITICAL, SEVERITY_CRITICAL},
	        {94, "", SEVERITY_CRITICAL, SEVERITY_HIGH},
	        {90, "web", SEVERITY_CRITICAL, SEVERITY_MEDIUM},
	        {100, "Website", SEVERITY_CRITICAL, SEVERITY_MEDIUM},
	        {100, "unknown", SEVERITY_CRITICAL, SEVERITY_CRITICAL},
	        {70, "", SEVERITY_HIGH, SEVERITY_HIGH},
	        {69, "", SEVERITY_MEDIUM, SEVERITY_MEDIUM},
	        {40, "web", SEVERITY_MEDIUM, SEVERITY_MEDIUM},
	        {39, "web", SEVERITY_LOW, SEVERITY_LOW},
	        {1, "", SEVERITY_LOW, SEVERITY_LOW},
	        {0, "", SEVERITY_NONE, SEVERITY_NONE},
	};
	struct arena *a = arena_new(3 * POLICY_ARENA_BYTES);
	struct diags ds = {0};
	const struct policy *p, *mapped, *none;
	struct str seed = read_seed(a);

	(void)state;
	assert_int_equal(policy_parse(a, "p", seed, &ds, &p), ERR_OK);
	assert_int_equal(policy_parse(a, "p",
	                         with(a, seed, "scores: {critical: \"9.5\"}\n",
	                                 "    severity_at_most: medium\n"),
	                         &ds, &mapped),
	        ERR_OK);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct str c = str_of(cases[i].component);

		assert_int_equal(policy_severity(p, cases[i].tenths, c), cases[i].by_default);
		assert_int_equal(policy_severity(mapped, cases[i].tenths, c),
		        cases[i].tenths == 90 && c.n == 0 ? SEVERITY_HIGH : cases[i].mapped);
	}
	assert_int_equal(
	        policy_parse(a, "p", with(a, seed, "scores: {high: \"9.0\"}\n", ""), &ds, &none),
	        ERR_INVALID);
	assert_true(str_contains(str_of(ds.d[0].what), STR("is not above that of")));
	ds = (struct diags){0};
	assert_int_equal(
	        policy_parse(a, "p", with(a, seed, "scores: {high: \"7.05\"}\n", ""), &ds, &none),
	        ERR_INVALID);
	arena_free(a);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_exact_works),
	        cmocka_unit_test(test_version),
	        cmocka_unit_test(test_page_has_every_line),
	        cmocka_unit_test(test_markdown),
	        cmocka_unit_test(test_replies),
	        cmocka_unit_test(test_lookups),
	        cmocka_unit_test(test_duration_words),
	        cmocka_unit_test(test_scores),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
