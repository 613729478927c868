/* JSON against tables, the writer, cursors and Markdown. */
#include "unit.h"

#include "base/time.h"
#include "web/cursor.h"
#include "web/json.h"
#include "web/markdown.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct person {
	struct str name, email;
};

struct report {
	struct str title, description, severity;
	struct json_strings affected;
	bool disturbed, has_disturbed;
	int64_t count, from;
	struct person reporter;
};

static const struct json_field person_fields[] = {
        {"name", JSON_TYPE_STRING, offsetof(struct person, name), .max = 5},
        {"email", JSON_TYPE_STRING, offsetof(struct person, email), .max = 50},
};
static const struct json_table person_table = {person_fields, 2};

static const char *const severities[] = {"critical", "high", "medium", "low", NULL};

static const struct json_field report_fields[] = {
        {"title", JSON_TYPE_STRING, offsetof(struct report, title), .max = 10},
        {"description", JSON_TYPE_STRING, offsetof(struct report, description), .max = 100,
                .required = true},
        {"severity", JSON_TYPE_CHOICE, offsetof(struct report, severity), .choices = severities},
        {"affected", JSON_TYPE_STRINGS, offsetof(struct report, affected), .max = 5,
                .items_max = 2},
        {"disturbed", JSON_TYPE_BOOL, offsetof(struct report, disturbed),
                JSON_PRESENT(struct report, has_disturbed)},
        {"count", JSON_TYPE_INT, offsetof(struct report, count), .max = 9},
        {"from", JSON_TYPE_TIME, offsetof(struct report, from)},
        {"reporter", JSON_TYPE_OBJECT, offsetof(struct report, reporter), .object = &person_table},
};
static const struct json_table report_table = {
        report_fields, sizeof report_fields / sizeof *report_fields};

static void
test_read(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct report r = {.count = -1};
	struct diag d = {0};

	(void)state;
	assert_int_equal(
	        json_object_read(a,
	                STR("{\"title\":\"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\","
	                    "\"description\":\"d\\u00e9\",\"severity\":\"HIGH\",\"affected\":["
	                    "\"a\","
	                    "\"b\"],\"disturbed\":false,\"from\":\"2026-01-05T09:00:00Z\","
	                    "\"reporter\":{\"name\":\"Ana\",\"email\":null}}"),
	                &report_table, &r, &d),
	        ERR_OK);
	assert_int_equal(r.title.n, 12);
	assert_true(str_eq(r.description, STR("d\xc3\xa9")));
	assert_true(str_eq(r.severity, STR("high")));
	assert_int_equal(r.affected.n, 2);
	assert_true(str_eq(r.affected.v[1], STR("b")));
	assert_true(r.has_disturbed && !r.disturbed);
	assert_int_equal(r.count, -1);
	assert_int_equal(r.from, 1767603600);
	assert_true(str_eq(r.reporter.name, STR("Ana")));
	assert_null(r.reporter.email.p);
	arena_free(a);
}

static const struct {
	const char *body;
	enum err e;
	const char *pointer, *what;
} bad[] = {
        {"", ERR_SYNTAX, "", "too early"},
        {"{\"description\":\"x\"", ERR_SYNTAX, "", "line 1, column 18"},
        {"{\"description\":\"x\"} x", ERR_SYNTAX, "", "follows"},
        {"{\"description\":\"x\",\"description\":\"y\"}", ERR_SYNTAX, "", "twice"},
        {"{\"description\":\"\\u0000\"}", ERR_SYNTAX, "", "NUL"},
        {"{\"description\":\"\xc0\xaf\"}", ERR_SYNTAX, "", "at byte 16"},
        {"{\"description\":\"\\ud800\"}", ERR_SYNTAX, "", "broken JSON"},
        {"[[[[[[[[[[[[[[[[[[[[", ERR_SYNTAX, "", "deeper than 16"},
        {"[]", ERR_INVALID, "", "must be an object"},
        {"\"x\"", ERR_SYNTAX, "", "broken JSON"},
        {"{}", ERR_INVALID, "/description", "is required"},
        {"{\"description\":\"\"}", ERR_INVALID, "/description", "is required"},
        {"{\"description\":7}", ERR_INVALID, "/description", "must be a string"},
        {"{\"description\":\"x\",\"a/b~\":1}", ERR_INVALID, "/a~1b~0", "is not known"},
        {"{\"description\":\"x\",\"title\":\"12345678901\"}", ERR_INVALID, "/title",
                "10 characters"},
        {"{\"description\":\"x\",\"affected\":[\"a\",7]}", ERR_INVALID, "/affected/1",
                "must be a string"},
        {"{\"description\":\"x\",\"affected\":[\"a\",\"b\",\"c\"]}", ERR_INVALID, "/affected",
                "more than 2"},
        {"{\"description\":\"x\",\"severity\":\"bad\"}", ERR_INVALID, "/severity",
                "critical, high, medium, low"},
        {"{\"description\":\"x\",\"disturbed\":\"yes\"}", ERR_INVALID, "/disturbed",
                "true or false"},
        {"{\"description\":\"x\",\"count\":10}", ERR_INVALID, "/count", "between 0 and 9"},
        {"{\"description\":\"x\",\"count\":1.5}", ERR_INVALID, "/count", "whole number"},
        {"{\"description\":\"x\",\"count\":99999999999999999999}", ERR_SYNTAX, "", "too large"},
        {"{\"description\":\"x\",\"from\":\"yesterday\"}", ERR_INVALID, "/from", "RFC 3339"},
        {"{\"description\":\"x\",\"reporter\":[]}", ERR_INVALID, "/reporter", "an object"},
        {"{\"description\":\"x\",\"reporter\":{\"name\":\"abcdef\"}}", ERR_INVALID,
                "/reporter/name", "5 characters"},
        {"{\"description\":\"x\",\"reporter\":{\"nam\":1}}", ERR_INVALID, "/reporter/nam",
                "not known"},
};

static void
test_refuse(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct arena *a = arena_new(1 << 20);
		struct report r = {0};
		struct diag d = {0};
		enum err e = json_object_read(a, str_of(bad[i].body), &report_table, &r, &d);

		if (e != bad[i].e || strcmp(d.pointer, bad[i].pointer) != 0 ||
		        strstr(d.what, bad[i].what) == NULL)
			fail_msg("%s: %s, at %s: %s", bad[i].body, err_name(e), d.pointer, d.what);
		arena_free(a);
	}
}

#define TEXT_20 "a text that is long;"
#define TEXT_80 TEXT_20 TEXT_20 TEXT_20 TEXT_20

static const struct json_field long_fields[] = {
        {"description", JSON_TYPE_STRING, offsetof(struct report, description), .max = 1000},
        {"severity", JSON_TYPE_CHOICE, offsetof(struct report, severity), .choices = severities},
        {"affected", JSON_TYPE_STRINGS, offsetof(struct report, affected), .max = 300,
                .items_max = 2},
        {"from", JSON_TYPE_TIME, offsetof(struct report, from)},
};
static const struct json_table long_table = {long_fields, 4};

/* Long pieces of text go round jansson: nobody may notice. */
static void
test_long_texts(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct report r = {0};
	struct diag d = {0};

	(void)state;
	assert_int_equal(json_object_read(a,
	                         STR("{\"affected\":[\"x" TEXT_80 "\",\"" TEXT_80 "\\t\"],"
	                             "\"description\":\"" TEXT_80 "\\n\\\"" TEXT_80
	                             "\\u00e9" TEXT_80 "\xc3\xa9\\u00e9\\\\\"}"),
	                         &long_table, &r, &d),
	        ERR_OK);
	assert_true(str_eq(r.description,
	        STR(TEXT_80 "\n\"" TEXT_80 "\xc3\xa9" TEXT_80 "\xc3\xa9\xc3\xa9\\")));
	assert_true(str_eq(r.affected.v[0], STR("x" TEXT_80)));
	assert_true(str_eq(r.affected.v[1], STR(TEXT_80 "\t")));
	arena_free(a);
}

static const struct {
	const char *body;
	enum err e;
	const char *pointer, *what;
} bad_long[] = {
        {"{\"description\":\"" TEXT_80 "\", x}", ERR_SYNTAX, "", "line 1, column 100"},
        {"{\"description\":\"" TEXT_80 "\",\n x}", ERR_SYNTAX, "", "line 2, column 2"},
        {"{\"description\":\"" TEXT_80, ERR_SYNTAX, "", "line 1, column 96: it ends too early"},
        {"{\"description\":\"" TEXT_80 "\n\"}", ERR_SYNTAX, "", "broken JSON"},
        {"{\"description\":\"" TEXT_80 "\\u0000\"}", ERR_SYNTAX, "", "line 1, column 96: a NUL"},
        {"{\"description\":\"\\u00000000\"}", ERR_SYNTAX, "", "a NUL"},
        {"{\"" TEXT_80 "\" : 1, \"" TEXT_80 "\" : 2}", ERR_SYNTAX, "", "twice"},
        {"{\"" TEXT_80 "\" : 1}", ERR_INVALID, "/" TEXT_80, "not known"},
        {"{\"severity\":\"" TEXT_80 "\"}", ERR_INVALID, "/severity", "must be one of"},
        {"{\"from\":\"" TEXT_80 "\"}", ERR_INVALID, "/from", "RFC 3339"},
        {"{\"affected\":[\"" TEXT_80 TEXT_80 TEXT_80 TEXT_80 "\"]}", ERR_INVALID, "/affected/0",
                "300 characters"},
};

static void
test_refuse_long(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad_long / sizeof *bad_long; i++) {
		struct arena *a = arena_new(1 << 20);
		struct report r = {0};
		struct diag d = {0};
		enum err e = json_object_read(a, str_of(bad_long[i].body), &long_table, &r, &d);

		if (e != bad_long[i].e || strcmp(d.pointer, bad_long[i].pointer) != 0 ||
		        strstr(d.what, bad_long[i].what) == NULL)
			fail_msg("%s: %s, at %s: %s", bad_long[i].body, err_name(e), d.pointer,
			        d.what);
		arena_free(a);
	}
}

static void
test_long_unknown_key(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct report r = {0};
	struct diag d = {0};
	char body[600] = "{\"";

	(void)state;
	for (int i = 0; i < 200; i++)
		memcpy(body + strlen(body), "\xc3\xa9", 3);
	memcpy(body + strlen(body), "\":1}", 5);
	assert_int_equal(json_object_read(a, str_of(body), &report_table, &r, &d), ERR_INVALID);
	assert_true(str_utf8_valid(str_of(d.pointer), NULL));
	arena_free(a);
}

static void
test_write(void **state)
{
	struct buf b;
	struct json_writer w;

	(void)state;
	buf_init(&b, 1000);
	w = json_writer(&b);
	jw_object(&w, NULL);
	jw_str(&w, "a\"", STR("x\n"));
	jw_array(&w, "list");
	jw_int(&w, NULL, -5);
	jw_object(&w, NULL);
	jw_end(&w);
	jw_array(&w, NULL);
	jw_end(&w);
	jw_bool(&w, NULL, true);
	jw_end(&w);
	jw_z(&w, "n", NULL);
	jw_time(&w, "at", 1767603600);
	jw_time(&w, "never", 0);
	jw_raw(&w, "raw", STR("{}"));
	jw_end(&w);
	buf_char(&b, '\0');
	assert_string_equal(b.p, "{\"a\\\"\":\"x\\n\",\"list\":[-5,{},[],true],\"n\":null,"
	                         "\"at\":\"2026-01-05T09:00:00Z\",\"never\":null,\"raw\":{}}");
	buf_clear(&b);
}

static void
test_cursor(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct key key;
	struct page_cursor c = {{5, -1, INT64_MAX}, 3}, got;
	struct str text;

	(void)state;
	key_random(&key);
	text = page_cursor_text(a, &key, STR("cases"), &c);
	assert_int_equal(page_cursor_read(a, &key, STR("cases"), text, &got), ERR_OK);
	assert_int_equal(got.n, 3);
	assert_true(got.v[0] == 5 && got.v[1] == -1 && got.v[2] == INT64_MAX);
	assert_int_equal(page_cursor_read(a, &key, STR("other"), text, &got), ERR_INVALID);
	for (size_t i = 0; i < text.n; i++) {
		char *changed = str_z(a, text);

		changed[i] = changed[i] == 'A' ? 'B' : 'A';
		assert_int_equal(page_cursor_read(a, &key, STR("cases"), str_of(changed), &got),
		        ERR_INVALID);
	}
	assert_int_equal(page_cursor_read(a, &key, STR("cases"), STR(""), &got), ERR_INVALID);
	assert_int_equal(page_cursor_read(a, &key, STR("cases"), STR("!"), &got), ERR_INVALID);
	arena_free(a);
}

static const struct {
	enum markdown_trust trust;
	const char *text, *has, *not ;
} texts[] = {
        {MARKDOWN_POLICY, "# A\n\n* b", "<h1>A</h1>", NULL},
        {MARKDOWN_POLICY, "|a|\n|-|\n|b|\n", "<td>b</td>", NULL},
        {MARKDOWN_POLICY, "[x](/trust)", "<a href=\"/trust\">", NULL},
        {MARKDOWN_MESSAGE, "<script>alert(1)</script>", NULL, "<script"},
        {MARKDOWN_MESSAGE, "a <b onclick=x>c</b>", "a ", "onclick"},
        {MARKDOWN_MESSAGE, "[x](javascript:alert(1))", "<a href=\"\">", "javascript"},
        {MARKDOWN_MESSAGE, "[x](JaVaScRiPt:alert(1))", "<a href=\"\">", "RiPt"},
        {MARKDOWN_MESSAGE, "[x](data:text/html,x)", "<a href=\"\">", "data:"},
        {MARKDOWN_MESSAGE, "[x](/sign-out)", "<a href=\"\">", "sign-out"},
        {MARKDOWN_MESSAGE, "[x](//evil.example)", "<a href=\"\">", "evil"},
        {MARKDOWN_MESSAGE, "[x](https://a.example/?q=\"&b)",
                "href=\"https://a.example/?q=%22&amp;b\"", NULL},
        {MARKDOWN_MESSAGE, "![p](https://a.example/x.png)",
                "<a href=\"https://a.example/x.png\">p</a>", "<img"},
        {MARKDOWN_MESSAGE, "[![p](https://a.example/x.png)](https://b.example)", "p", "<img"},
        {MARKDOWN_MESSAGE, "a\nb", "a<br />", NULL},
        {MARKDOWN_MESSAGE, "```\n<x>\n```", "&lt;x&gt;", NULL},
};

static void
test_markdown(void **state)
{
	(void)state;
	markdown_start();
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct buf b;

		buf_init(&b, 10000);
		markdown_html(&b, str_of(texts[i].text), texts[i].trust);
		buf_char(&b, '\0');
		if ((texts[i].has != NULL && strstr(b.p, texts[i].has) == NULL) ||
		        (texts[i].not != NULL && strstr(b.p, texts[i].not ) != NULL))
			fail_msg("%s gave %s", texts[i].text, b.p);
		buf_clear(&b);
	}
}

static void
render_quickly(struct str text, const char *name)
{
	/* Of the processor, however busy the machine is. */
	clock_t from = clock();
	long took_ms;
	struct buf b;

	buf_init(&b, 64 << 20);
	markdown_html(&b, text, MARKDOWN_MESSAGE);
	assert_false(b.full);
	buf_clear(&b);
	took_ms = (long)((clock() - from) / (CLOCKS_PER_SEC / 1000));
	if (took_ms > 2000)
		fail_msg("%s took %ld ms", name, took_ms);
}

/* Inputs on which Markdown parsers have been slow: each must be done soon. */
static void
test_markdown_is_quick(void **state)
{
	static const char *const units[] = {">", "[", "*a_ ", "![", "> - ", "`a``", "<", "|-|\n",
	        "a**b ", "[a](", "www.", "http://a(", "_", "- ", "~", "*", "&", "\\[", "[^a",
	        "[a]: b\n", "1. ", "\t", "https://x@", "a|b\n-|-\n", "![l\"", "![[]()", "x|", "***",
	        "-", "~~", "<!--", "<?", "[a](<b", "``` ", "&#", "\n> > "};
	const size_t size = 64 * 1024;
	char *text = malloc(size);

	(void)state;
	markdown_start();
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		size_t n = strlen(units[i]), at = 0;

		for (; at + n <= size; at += n)
			memcpy(text + at, units[i], n);
		render_quickly((struct str){text, at}, units[i]);
		/* The same unit before something long, and around a dot. */
		memset(text + size / 2, 'a', size / 2);
		render_quickly((struct str){text, size}, units[i]);
		memcpy(text + size / 2 + 1, text, size / 2 - 1);
		text[size / 2] = '.';
		render_quickly((struct str){text, size}, units[i]);
	}
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_read),
	        cmocka_unit_test(test_refuse),
	        cmocka_unit_test(test_long_texts),
	        cmocka_unit_test(test_refuse_long),
	        cmocka_unit_test(test_long_unknown_key),
	        cmocka_unit_test(test_write),
	        cmocka_unit_test(test_cursor),
	        cmocka_unit_test(test_markdown),
	        cmocka_unit_test(test_markdown_is_quick),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
