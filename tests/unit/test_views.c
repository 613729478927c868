/* What views print: escaping by place, words for times and promises, whole pages. */
#include "unit.h"
#include "views.h"
#include "web/view_helpers.h"
#include "web/view_promises.h"
#include "web/view_put.h"

enum { NOW = 1773328800 /* 2026-03-12T15:20:00Z */ };

#define assert_text(t, want)                                                                       \
	do {                                                                                       \
		struct text t_ = (t);                                                              \
		assert_string_equal(t_.z, want);                                                   \
	} while (0)

static void
assert_buf(struct buf *b, const char *want)
{
	assert_false(b->full);
	assert_int_equal(b->n, strlen(want));
	assert_memory_equal(b->p, want, b->n);
	buf_clear(b);
	buf_init(b, 65536);
}

static void
test_text(void **state)
{
	struct buf b;
	const char *nothing = NULL;

	(void)state;
	buf_init(&b, 65536);
	put_text(&b, STR("<b> & \"'"));
	assert_buf(&b, "&lt;b&gt; &amp; &quot;&#39;");
	put_text(&b, "a<b");
	put_text(&b, nothing);
	assert_buf(&b, "a&lt;b");
	put_text(&b, -7);
	put_text(&b, (size_t)18446744073709551615u);
	put_text(&b, (int64_t)INT64_MIN);
	assert_buf(&b, "-718446744073709551615-9223372036854775808");
	put_attr(&b, ((struct text){"\"x\""}));
	assert_buf(&b, "&quot;x&quot;");
	buf_clear(&b);
}

static void
test_url(void **state)
{
	static const struct {
		const char *url, *want;
	} rows[] = {
	        {"https://a.b/c?d=e&f", "https://a.b/c?d=e&amp;f"},
	        {"HTTP://a", "HTTP://a"},
	        {"mailto:a@b.c", "mailto:a@b.c"},
	        {"/cases/1", "/cases/1"},
	        {"x/y:z", "x/y:z"},
	        {"?a:b", "?a:b"},
	        {"#a:b", "#a:b"},
	        {"", ""},
	        {"plain", "plain"},
	        {"javascript:alert(1)", "#"},
	        {"JaVaScRiPt:alert(1)", "#"},
	        {" javascript:alert(1)", "#"},
	        {"\x01javascript:alert(1)", "#"},
	        {"java\nscript:alert(1)", "#"},
	        {"java\tscript:alert(1)", "#"},
	        {"javascript&colon;alert(1)", "javascript&amp;colon;alert(1)"},
	        {"data:text/html,x", "#"},
	        {"vbscript:x", "#"},
	        {"file:///etc/passwd", "#"},
	        {":x", "#"},
	        {"https://a/\"onclick=\"x", "https://a/&quot;onclick=&quot;x"},
	};
	struct buf b;

	(void)state;
	buf_init(&b, 65536);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		put_url(&b, rows[i].url);
		assert_buf(&b, rows[i].want);
	}
	put_url(&b, ((struct str){"javascript\0:x", 13}));
	assert_buf(&b, "#");
	buf_clear(&b);
}

static void
test_url_part(void **state)
{
	static const struct {
		const char *part, *want;
	} rows[] = {
	        {"EXW-2026-0001", "EXW-2026-0001"},
	        {"a/b?c#d&e=f", "a%2Fb%3Fc%23d%26e%3Df"},
	        {"a@b.c", "a@b.c"},
	        {"é", "%C3%A9"},
	        {"..", "-"},
	        {".", "-"},
	        {"../x", "..%2Fx"},
	        {"\"<>", "%22%3C%3E"},
	};
	struct buf b;

	(void)state;
	buf_init(&b, 65536);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		put_url_part(&b, rows[i].part);
		assert_buf(&b, rows[i].want);
	}
	put_url_part(&b, ((struct str){"a\0b", 3}));
	assert_buf(&b, "a%00b");
	buf_clear(&b);
}

static void
test_times(void **state)
{
	(void)state;
	assert_text(time_machine(NOW), "2026-03-12T15:20:00Z");
	assert_text(time_words(NOW), "12 Mar 2026, 15:20 UTC");
	assert_text(date_words(NOW), "12 Mar 2026");
	assert_text(date_machine(NOW), "2026-03-12");
	assert_text(until_words(NOW, NOW + 3 * 86400 + 4 * 3600 + 59), "in 3 days 4 h");
	assert_text(until_words(NOW, NOW + 86400), "in 1 day");
	assert_text(until_words(NOW, NOW + 4320), "in 1 h 12 m");
	assert_text(until_words(NOW, NOW + 7200), "in 2 h");
	assert_text(until_words(NOW, NOW + 61), "in 1 m");
	assert_text(until_words(NOW, NOW), "in under a minute");
	assert_text(until_words(NOW, NOW - 20 * 86400 - 3600), "20 days ago");
	assert_text(age_words(59), "0 m");
	assert_text(age_words(-5), "0 m");
	assert_text(age_words(3600), "1 h");
	assert_text(age_words(19 * 86400), "19 d");
}

static void
test_numbers(void **state)
{
	(void)state;
	assert_text(count_words(1, "promise", "promises"), "1 promise");
	assert_text(count_words(0, "promise", "promises"), "0 promises");
	assert_int_equal(percent_of(0, 0), 0);
	assert_int_equal(percent_of(999, 1000), 99);
	assert_int_equal(percent_of(1000, 1000), 100);
	assert_int_equal(percent_of(UINT64_MAX - 1, UINT64_MAX), 99);
	assert_text(size_words(1), "1 byte");
	assert_text(size_words(999), "999 bytes");
	assert_text(size_words(320500), "320 kB");
	assert_text(size_words(1400000), "1.4 MB");
	assert_text(size_words(25000000), "25 MB");
	assert_text(grouped(STR("abcd:ef12-3")), "abcd ef12 3");
	assert_text(grouped(STR("")), "");
	assert_int_equal(rows_for(STR("a\nb\nc\nd"), 3), 4);
	assert_int_equal(rows_for(STR(""), 3), 3);
}

static void
test_grouped_is_cut(void **state)
{
	char many[400];
	struct text t;

	(void)state;
	memset(many, 'a', sizeof many);
	t = grouped((struct str){many, sizeof many});
	assert_int_equal(strlen(t.z), 110 + 27);
}

static void
test_promises(void **state)
{
	static const struct {
		struct view_promise p;
		const char *word, *when;
		unsigned used;
	} rows[] = {
	        {{.state = VIEW_PROMISE_DUE,
	                 .now = NOW,
	                 .due_at = NOW + 86400,
	                 .length_s = 4 * 86400},
	                "due", "in 1 day", 75},
	        {{.state = VIEW_PROMISE_DUE, .now = NOW, .due_at = NOW + 86400, .length_s = 86400},
	                "due", "in 1 day", 0},
	        {{.state = VIEW_PROMISE_KEPT,
	                 .now = NOW,
	                 .due_at = NOW,
	                 .stopped_at = NOW - 43200,
	                 .length_s = 86400},
	                "kept", "12 h early", 50},
	        {{.state = VIEW_PROMISE_MISSED,
	                 .now = NOW,
	                 .due_at = NOW - 7200,
	                 .length_s = 86400},
	                "missed", "2 h late", 100},
	        {{.state = VIEW_PROMISE_MISSED,
	                 .now = NOW,
	                 .due_at = NOW - 7200,
	                 .stopped_at = NOW - 3600,
	                 .length_s = 86400},
	                "missed", "1 h late", 100},
	        {{.state = VIEW_PROMISE_PAUSED,
	                 .now = NOW,
	                 .due_at = NOW + 43200,
	                 .length_s = 86400},
	                "paused", "12 h left", 50},
	        {{.state = VIEW_PROMISE_DUE, .now = NOW, .due_at = NOW + 1}, "due",
	                "in under a minute", 100},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_string_equal(promise_word(rows[i].p.state), rows[i].word);
		assert_text(promise_when(&rows[i].p), rows[i].when);
		assert_int_equal(promise_used(&rows[i].p), rows[i].used);
	}
}

/* What runs comes first, then what waits, then what ended; of kept updates only the last. */
static void
test_promises_of_clocks(void **state)
{
	static const struct clock_entry clocks[] = {
	        {.clock = CLOCK_ACKNOWLEDGE,
	                .state = CLOCK_MET,
	                .stopped = true,
	                .promise_s = 7200,
	                .due_utc_s = 7200,
	                .stopped_utc_s = 3600},
	        {.clock = CLOCK_TRIAGE,
	                .state = CLOCK_PAUSED,
	                .promise_s = 86400,
	                .due_utc_s = 90000},
	        {.clock = CLOCK_FIX,
	                .state = CLOCK_RUNNING,
	                .promise_s = 864000,
	                .due_utc_s = 864000},
	        {.clock = CLOCK_UPDATE,
	                .state = CLOCK_MISSED,
	                .stopped = true,
	                .promise_s = 100,
	                .due_utc_s = 3700,
	                .stopped_utc_s = 4000},
	        {.clock = CLOCK_UPDATE,
	                .state = CLOCK_MET,
	                .stopped = true,
	                .promise_s = 100,
	                .due_utc_s = 4100,
	                .stopped_utc_s = 4050},
	        {.clock = CLOCK_UPDATE,
	                .state = CLOCK_MET,
	                .stopped = true,
	                .promise_s = 100,
	                .due_utc_s = 4150,
	                .stopped_utc_s = 4100},
	        {.clock = CLOCK_UPDATE, .state = CLOCK_MISSED, .promise_s = 100, .due_utc_s = 4200},
	};
	static const struct {
		const char *what;
		enum view_promise_state state;
		int64_t due_at;
	} want[] = {
	        {"Status update", VIEW_PROMISE_MISSED, 4200},
	        {"A critical fix", VIEW_PROMISE_DUE, 864000},
	        {"Assessment", VIEW_PROMISE_PAUSED, 90000},
	        {"Status update", VIEW_PROMISE_KEPT, 4150},
	        {"Status update", VIEW_PROMISE_MISSED, 3700},
	        {"First answer", VIEW_PROMISE_KEPT, 7200},
	};
	static struct policy policy; /* large */
	struct arena *a = arena_new(1 << 16);
	struct view_promises v;

	(void)state;
	policy.timeline.list[0] = (struct policy_promise){.clock = "fix",
	        .severity = SEVERITY_HIGH,
	        .label = STR("A high fix"),
	        .s = 1728000};
	policy.timeline.list[1] = (struct policy_promise){.clock = "fix",
	        .severity = SEVERITY_CRITICAL,
	        .label = STR("A critical fix"),
	        .s = 864000};
	policy.timeline.n = 2;
	v = promises_of_clocks(a, &policy, clocks, sizeof clocks / sizeof *clocks, 5000);
	assert_int_equal(v.n, sizeof want / sizeof *want);
	for (size_t i = 0; i < v.n; i++) {
		assert_int_equal(v.items[i].what.n, strlen(want[i].what));
		assert_memory_equal(v.items[i].what.p, want[i].what, v.items[i].what.n);
		assert_int_equal(v.items[i].state, want[i].state);
		assert_int_equal(v.items[i].due_at, want[i].due_at);
	}
	assert_int_equal(promises_of_clocks(a, &policy, NULL, 0, 5000).n, 0);
	arena_free(a);
}

static void
test_qr(void **state)
{
	static const unsigned char modules[] = {1, 3, 0, 0, 0, 1, 1, 1, 1};
	struct arena *a = arena_new(1 << 16);
	struct buf b;

	(void)state;
	buf_init(&b, 65536);
	put_svg_path(&b, qr_path(a, modules, 3));
	assert_buf(&b, "M0 0h2v1h-2zM2 1h1v1h-1zM0 2h3v1h-3z");
	buf_clear(&b);
	arena_free(a);
}

static void
test_markdown(void **state)
{
	struct arena *a = arena_new(1 << 16);
	struct safe_html html = {{NULL, 0}};
	struct buf b;

	(void)state;
	markdown_start();
	buf_init(&b, 65536);
	assert_int_equal(
	        markdown_view(a, STR("**a** <script>x</script>"), MARKDOWN_MESSAGE, 4096, &html),
	        ERR_OK);
	put_text(&b, html);
	assert_true(str_contains(buf_view(&b), STR("<strong>a</strong>")));
	assert_false(str_contains(buf_view(&b), STR("<script")));
	html.from_renderer.n = 0;
	assert_int_equal(
	        markdown_view(a, STR("a long line"), MARKDOWN_MESSAGE, 4, &html), ERR_TOO_LARGE);
	assert_int_equal(html.from_renderer.n, 0);
	buf_clear(&b);
	arena_free(a);
}

static void
test_accent(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 65536);
	accent_css(&b, STR("#0b5345"));
	assert_buf(&b, ":root{--accent:#0b5345}\n");
	accent_css(&b, STR("red}*{x:y"));
	assert_buf(&b, ":root{--accent:#1f4e8c}\n");
	accent_css(&b, ((struct str){"#0b53\0"
	                             "5",
	                       7}));
	assert_buf(&b, ":root{--accent:#1f4e8c}\n");
	buf_clear(&b);
}

/* Hostile text in every field of a form comes back as text, and comes back whole. */
static void
test_page_escapes(void **state)
{
	static const char evil[] = "</textarea><script>alert('\"x\"')</script>";
	struct view_field v = {
	        .name = "steps", .label = evil, .hint = evil, .example = evil, .rows = 3};
	struct buf b;

	(void)state;
	buf_init(&b, 65536);
	v.in.value = v.in.error = str_of(evil);
	view_field(&b, &v);
	assert_false(str_contains(buf_view(&b), STR("<script")));
	assert_true(str_contains(buf_view(&b),
	        STR(">\n&lt;/textarea&gt;&lt;script&gt;alert(&#39;&quot;x&quot;&#39;)&lt;/"
	            "script&gt;"
	            "</textarea>")));
	assert_true(str_contains(buf_view(&b), STR("aria-invalid=\"true\"")));
	assert_true(str_contains(
	        buf_view(&b), STR("aria-describedby=\"steps-hint steps-example steps-error\"")));
	buf_clear(&b);
}

/* A file's name and place come from strangers. */
static void
test_file_link(void **state)
{
	struct view_file file = {STR("\"><img src=x>.png"), STR("javascript:x"), STR("data:x"), 12};
	struct view_files v = {&file, 1};
	struct buf b;

	(void)state;
	buf_init(&b, 65536);
	view_files(&b, &v);
	assert_true(str_contains(
	        buf_view(&b), STR("<a href=\"#\">&quot;&gt;&lt;img src=x&gt;.png</a>")));
	assert_true(str_contains(buf_view(&b), STR("<img src=\"#\"")));
	buf_clear(&b);
}

/* The view stops at the buffer's cap and says so. */
static void
test_full(void **state)
{
	struct view_hidden one = {STR("receipt"), STR("0123456789")};
	struct view_hiddens v = {&one, 1};
	struct buf b;

	(void)state;
	buf_init(&b, 40);
	view_hiddens(&b, &v);
	assert_true(b.full);
	buf_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_text),
	        cmocka_unit_test(test_url),
	        cmocka_unit_test(test_url_part),
	        cmocka_unit_test(test_times),
	        cmocka_unit_test(test_numbers),
	        cmocka_unit_test(test_grouped_is_cut),
	        cmocka_unit_test(test_promises),
	        cmocka_unit_test(test_promises_of_clocks),
	        cmocka_unit_test(test_qr),
	        cmocka_unit_test(test_markdown),
	        cmocka_unit_test(test_accent),
	        cmocka_unit_test(test_page_escapes),
	        cmocka_unit_test(test_file_link),
	        cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
