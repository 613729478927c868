/* Messages and addresses as the courier writes them. */
#include "unit.h"

#include "base/id.h"
#include "jobs/message.h"

static void
test_addresses(void **state)
{
	static const struct {
		const char *in, *out; /* out NULL: refused */
	} cases[] = {
	        {"ana@example.org", "ana@example.org"},
	        {"Ana.B+vdp@Example.ORG", "Ana.B+vdp@Example.ORG"},
	        {"o'neil@example.org", "o'neil@example.org"},
	        {"a@b", "a@b"},
	        {"ana@b\303\274cher.example", "ana@xn--bcher-kva.example"},
	        {"", NULL},
	        {"ana", NULL},
	        {"@example.org", NULL},
	        {"ana@", NULL},
	        {"ana@@example.org", NULL},
	        {"ana@example.org@example.net", NULL},
	        {".ana@example.org", NULL},
	        {"ana.@example.org", NULL},
	        {"a..na@example.org", NULL},
	        {"ana@-example.org", NULL},
	        {"ana@example..org", NULL},
	        {"ana@example.org.", NULL},
	        {"ana b@example.org", NULL},
	        {"\"ana b\"@example.org", NULL},
	        {"ana@example.org\r\nBcc: eve@example.org", NULL},
	        {"ana\r\n@example.org", NULL},
	        {"ana@example.org>", NULL},
	        {"<ana@example.org", NULL},
	        {"ana@[127.0.0.1]", NULL},
	        {"an\303\244@example.org", NULL},
	        {"ana@example.org, eve@example.org", NULL},
	        {"ana@ex\377mple.org", NULL},
	};
	struct arena *a = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct str out;
		enum err e = message_address(a, str_of(cases[i].in), &out);

		if (cases[i].out == NULL) {
			if (e != ERR_INVALID)
				fail_msg("taken: %s", cases[i].in);
			continue;
		}
		assert_int_equal(e, ERR_OK);
		assert_string_equal(str_z(a, out), cases[i].out);
	}
	arena_free(a);
}

static const struct message plain = {
        .from_name = {"exact.works Security Team", 25},
        .from = {"security@exact.works", 20},
        .to = {"ada@team.example", 16},
        .subject = {"[EXW-2026-0001] New report", 26},
        .id = {"1.1767603600", 12},
        .thread = {"EXW-2026-0001", 13},
        .host = {"security.exact.works", 20},
        .at_utc_s = 1767603600,
        .text = {"One.\n\nTwo.\n", 11},
};

static void
test_whole(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct str out;

	(void)state;
	assert_int_equal(message_write(a, &plain, &out), ERR_OK);
	assert_string_equal(str_z(a, out),
	        "From: \"exact.works Security Team\" <security@exact.works>\r\n"
	        "To: <ada@team.example>\r\n"
	        "Subject: [EXW-2026-0001] New report\r\n"
	        "Date: Mon, 05 Jan 2026 09:00:00 +0000\r\n"
	        "Message-ID: <1.1767603600@security.exact.works>\r\n"
	        "References: <EXW-2026-0001@security.exact.works>\r\n"
	        "Auto-Submitted: auto-generated\r\n"
	        "MIME-Version: 1.0\r\n"
	        "Content-Type: text/plain; charset=utf-8\r\n"
	        "Content-Transfer-Encoding: 7bit\r\n"
	        "\r\n"
	        "One.\r\n\r\nTwo.\r\n");
	arena_free(a);
}

/* Nothing that is put into a header begins another one. */
static void
test_injection(void **state)
{
	static const char *const bad[] = {"a\r\nBcc: eve@example.org", "a\nb", "a\rb", "a\177",
	        "a\377b", "ana@example.org\r\n"};
	struct arena *a = arena_new(1 << 20);
	struct str out;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		for (int field = 0; field < 7; field++) {
			struct message m = plain;
			struct str *const fields[] = {&m.from_name, &m.from, &m.to, &m.subject,
			        &m.id, &m.thread, &m.host};

			*fields[field] = str_of(bad[i]);
			assert_int_equal(message_write(a, &m, &out), ERR_INVALID);
		}
	}
	arena_free(a);
}

/* The text of encoded words (RFC 2047, "B"), which stand in S one after the other. */
static struct str
words(struct arena *a, struct str s)
{
	struct str out = STR(""), word, text;

	while (str_cut(&s, '\n', &word)) {
		word = str_trim(word);
		assert_true(word.n <= 75);
		assert_true(str_starts(word, STR("=?utf-8?B?")) && str_ends(word, STR("?=")));
		assert_int_equal(base64_parse(a, str_sub(word, 10, word.n - 12), &text), ERR_OK);
		assert_true(str_utf8_valid(text, NULL));
		out = str_fmt(a, "%.*s%.*s", STR_ARG(out), STR_ARG(text));
	}
	return out;
}

static void
test_other_scripts(void **state)
{
	static const char subject[] =
	        "[EXW-2026-0001] \320\237\320\265\321\200\320\262\321\213\320\271 "
	        "\320\276\321\202\320\262\320\265\321\202 \342\202\254 "
	        "\360\237\230\200 \320\276\321\202\320\262\320\265\321\202";
	struct arena *a = arena_new(1 << 20);
	struct message m = plain;
	struct str out, encoded;
	size_t to;

	(void)state;
	m.subject = str_of(subject);
	m.text = STR("Gr\303\274\303\237e\n");
	assert_int_equal(message_write(a, &m, &out), ERR_OK);
	for (size_t i = 0; i < out.n; i++)
		assert_true((unsigned char)out.p[i] < 0x80);
	encoded = str_of(strstr(str_z(a, out), "Subject: ") + 9);
	to = (size_t)(strstr(encoded.p, "\r\nDate:") - encoded.p);
	assert_string_equal(str_z(a, words(a, str_sub(encoded, 0, to))), subject);
	assert_true(str_contains(out, STR("Content-Transfer-Encoding: base64\r\n\r\n")));
	assert_int_equal(
	        base64_parse(a, str_trim(str_of(strstr(str_z(a, out), "base64\r\n\r\n") + 10)),
	                &encoded),
	        ERR_OK);
	assert_string_equal(str_z(a, encoded), "Gr\303\274\303\237e\n");

	/* What looks encoded is meant as it stands. */
	m.subject = STR("=?utf-8?B?YQ==?=");
	assert_int_equal(message_write(a, &m, &out), ERR_OK);
	assert_false(str_contains(out, STR("Subject: =?utf-8?B?YQ==?=\r\n")));
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_addresses),
	        cmocka_unit_test(test_whole),
	        cmocka_unit_test(test_injection),
	        cmocka_unit_test(test_other_scripts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
