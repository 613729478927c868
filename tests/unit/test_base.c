/* base: slices, buffers, time, encodings. */
#include "unit.h"

#include "base/buf.h"
#include "base/id.h"
#include "base/time.h"

static void
test_cut(void **state)
{
	struct str rest = STR("a,,b"), part;

	(void)state;
	assert_true(str_cut(&rest, ',', &part) && str_eq(part, STR("a")));
	assert_true(str_cut(&rest, ',', &part) && str_eq(part, STR("")));
	assert_true(str_cut(&rest, ',', &part) && str_eq(part, STR("b")));
	assert_false(str_cut(&rest, ',', &part));
}

static void
test_utf8(void **state)
{
	static const struct {
		const char *text;
		size_t n, bad; /* bad: offset of the first bad byte, SIZE_MAX if valid */
	} cases[] = {
	        {"plain", 5, SIZE_MAX}, {"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", 9, SIZE_MAX},
	        {"a\xC0\x80", 3, 1},        /* overlong NUL */
	        {"a\0b", 3, 1},             /* NUL */
	        {"\xED\xA0\x80", 3, 0},     /* surrogate */
	        {"\xF4\x90\x80\x80", 4, 0}, /* over U+10FFFF */
	        {"ok\xE2\x82", 4, 2},       /* cut short */
	        {"\xF0\x80\x80\xAF", 4, 0}, /* overlong slash */
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		size_t bad = SIZE_MAX;
		bool ok = str_utf8_valid(str_bytes(cases[i].text, cases[i].n), &bad);

		assert_int_equal(ok, cases[i].bad == SIZE_MAX);
		assert_int_equal(bad, cases[i].bad);
	}
}

static void
test_time(void **state)
{
	static const struct {
		const char *text;
		int64_t utc_s; /* -1: refused */
	} cases[] = {
	        {"2026-01-05T09:00:00Z", 1767603600},
	        {"2026-01-05T11:00:00+02:00", 1767603600},
	        {"2026-01-05T09:00:00.999Z", 1767603600},
	        {"2024-02-29T00:00:00Z", 1709164800},
	        {"2026-02-29T00:00:00Z", -1},
	        {"2026-01-05 09:00:00Z", -1},
	        {"2026-01-05T09:00:00", -1},
	        {"2026-13-05T09:00:00Z", -1},
	        {"2026-01-05T24:00:00Z", -1},
	        {"2026-01-05T09:00:00.Z", -1},
	        {"2026-01-05T09:00:00Zx", -1},
	};
	char text[RFC3339_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int64_t t = -1;
		enum err e = time_parse(str_of(cases[i].text), &t);

		assert_int_equal(e == ERR_OK, cases[i].utc_s >= 0);
		assert_int_equal(t, cases[i].utc_s);
	}
	time_format(1767603600, text);
	assert_string_equal(text, "2026-01-05T09:00:00Z");
}

static void
test_base32(void **state)
{
	struct arena *a = arena_new(65536);
	unsigned char in[17], out[17];

	(void)state;
	for (unsigned round = 0; round < 200; round++) {
		size_t n = round % sizeof in + 1;

		random_bytes(in, n);
		assert_int_equal(base32_parse(base32_str(a, in, n), out, n), ERR_OK);
		assert_memory_equal(in, out, n);
	}
	assert_true(str_eq(base32_str(a, "foobar", 6), STR("MZXW6YTBOI")));
	assert_int_equal(base32_parse(STR("mzxw-6ytb oi"), out, 6), ERR_OK);
	assert_memory_equal(out, "foobar", 6);
	assert_int_equal(base32_parse(STR("MZXW6YTBO1"), out, 6), ERR_INVALID);
	arena_free(a);
}

static void
test_buf_caps_and_packs(void **state)
{
	struct buf b;
	struct cursor c;

	(void)state;
	buf_init(&b, 16);
	buf_u32(&b, 0xA1B2C3D4);
	buf_block(&b, STR("abc"));
	assert_false(b.full);
	c = (struct cursor){.rest = buf_view(&b)};
	assert_int_equal(cursor_u32(&c), 0xA1B2C3D4);
	assert_true(str_eq(cursor_block(&c, 3), STR("abc")));
	assert_true(cursor_done(&c));
	assert_int_equal(cursor_u8(&c), 0);
	assert_false(cursor_done(&c));
	buf_add(&b, "0123456789", 10);
	assert_true(b.full);
	assert_int_equal(b.n, 11);
	buf_clear(&b);
}

static void
test_buf_escapes(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 256);
	buf_html(&b, STR("<a href=\"x\">&'"));
	assert_true(str_eq(buf_view(&b), STR("&lt;a href=&quot;x&quot;&gt;&amp;&#39;")));
	buf_reset(&b);
	buf_json(&b, STR("a\"\\\n\x01"));
	assert_true(str_eq(buf_view(&b), STR("\"a\\\"\\\\\\n\\u0001\"")));
	buf_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_cut),
	        cmocka_unit_test(test_utf8),
	        cmocka_unit_test(test_time),
	        cmocka_unit_test(test_base32),
	        cmocka_unit_test(test_buf_caps_and_packs),
	        cmocka_unit_test(test_buf_escapes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
