/* publish: security.txt, written and checked (RFC 9116). */
#include "unit.h"

#include "base/time.h"
#include "publish/security_txt.h"

enum { NOW = 1767603600 }; /* 2026-01-05T09:00:00Z */

static void
test_mistakes(void **state)
{
	static const struct {
		const char *text;
		unsigned line, column; /* of the first mistake; 0, 0: of the file as a whole */
		const char *what;      /* NULL: there is none */
	} cases[] = {
	        {"Contact: mailto:a@b.example\nExpires: 2026-06-01T00:00:00Z\n", 0, 0, NULL},
	        {"# hello\r\n\r\ncontact: tel:+1-201-555-0123\r\nEXPIRES: 2026-06-01T00:00:00z\r\n",
	                0, 0, NULL},
	        {"Contact: https://b.example/x%20y\nExpires: 2026-06-01T00:00:00Z\n"
	         "Strange: yes\nHiring: https://b.example\nEncryption: dns:x?type=OPENPGPKEY\n",
	                0, 0, NULL},
	        {"Contact: http://127.0.0.1:8080/report\nExpires: 2026-06-01T00:00:00Z\n", 0, 0,
	                NULL},
	        {"", 0, 0, "Contact is missing"},
	        {"Contact: mailto:a@b.example\n", 0, 0, "Expires is missing"},
	        {"Contact: mailto:a@b.example\nExpires: 2026-06-01T00:00:00Z", 0, 0,
	                "does not end in a line break"},
	        {"Contact: a@b.example\nExpires: 2026-06-01T00:00:00Z\n", 1, 10, "not a URI"},
	        {"Contact: http://b.example\nExpires: 2026-06-01T00:00:00Z\n", 1, 10, "https://"},
	        {"Contact: http://127.0.0.1.b.example\nExpires: 2026-06-01T00:00:00Z\n", 1, 10,
	                "https://"},
	        {"Contact: https://b.example/%zz\nExpires: 2026-06-01T00:00:00Z\n", 1, 28,
	                "cannot have this character"},
	        {"Contact:mailto:a@b.example\nExpires: 2026-06-01T00:00:00Z\n", 1, 9, "space"},
	        {"Contact: mailto:a@b.example\nExpires: 2026-01-05T09:00:00Z\n", 2, 10, "expired"},
	        {"Contact: mailto:a@b.example\nExpires: Monday\n", 2, 10, "not a time"},
	        {"Contact: mailto:a@b.example\nExpires: 2026-06-01T00:00:00Z\nExpires: "
	         "2026-06-01T00:00:00Z\n",
	                3, 1, "twice"},
	        {"Contact: mailto:a@b.example\nExpires: 2026-06-01T00:00:00Z\n"
	         "Preferred-Languages: en, e\n",
	                3, 25, "\"e\" is not a language"},
	        {"Contact: mailto:a@b.example\nExpires: 2026-06-01T00:00:00Z\nhello there\n", 3, 1,
	                "neither a field nor a comment"},
	        {"Contact: mailto:a@b.example\nExpires: 2026-06-01T00:00:00Z\nPolicy:\n", 3, 8,
	                "a space must follow"},
	        {"Contact: mailto:a@b.example\nExpires: 2026-06-01T00:00:00Z\nPolicy: "
	         "mailto:x@y.z\n",
	                3, 9, "no address to write to"},
	        {"Contact: \xff\n", 0, 0, "not UTF-8"},
	        {"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nContact: a\nExpires: "
	         "2026-06-01T00:00:00Z\n-----BEGIN PGP SIGNATURE-----\nzzzz\n"
	         "-----END PGP SIGNATURE-----\n",
	                4, 10, "not a URI"},
	        {"-----BEGIN PGP SIGNED MESSAGE-----\n\nContact: tel:1\n", 2, 1, "not whole"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct diags wrong = {0}, advice = {0};
		enum err e = security_txt_check("f", str_of(cases[i].text), NOW, &wrong, &advice);
		bool found = false;

		if (cases[i].what == NULL) {
			assert_int_equal(e, ERR_OK);
			assert_int_equal(wrong.n, 0);
			continue;
		}
		assert_int_equal(e, ERR_INVALID);
		for (size_t k = 0; k < wrong.n; k++)
			found = found || (strstr(wrong.d[k].what, cases[i].what) != NULL &&
			                         wrong.d[k].line == cases[i].line &&
			                         wrong.d[k].column == cases[i].column);
		if (!found)
			print_message("case %zu: line %u column %u: %s\n", i, wrong.d[0].line,
			        wrong.d[0].column, wrong.d[0].what);
		assert_true(found);
	}
}

static void
test_advice(void **state)
{
	struct diags wrong = {0}, advice = {0};

	(void)state;
	assert_int_equal(
	        security_txt_check("f",
	                STR("Contact: mailto:a@b.example\nExpires: 2028-06-01T00:00:00Z\n"), NOW,
	                &wrong, &advice),
	        ERR_OK);
	assert_int_equal(advice.n, 2);
}

static void
test_written(void **state)
{
	struct arena *a = arena_new(CONFIG_ARENA_BYTES + POLICY_ARENA_BYTES);
	static const struct str languages[] = {{"en", 2}, {"de", 2}};
	struct policy p = {.languages = languages, .languages_n = 2};
	const struct config *c;
	struct diags ds = {0}, advice = {0};
	struct buf b, later;

	(void)state;
	p.contact.email = STR("security@exact.works");
	p.contact.security_txt = STR("/.well-known/security.txt");
	p.recognition.credit = POLICY_CREDIT_WITH_PERMISSION;
	assert_int_equal(
	        config_parse(a, "c",
	                config_text(a, STR("exact.works"), STR("https://security.exact.works"),
	                        STR("https://desk.exact.works")),
	                &ds, &c),
	        ERR_OK);
	buf_init(&b, SECURITY_TXT_MAX);
	buf_init(&later, SECURITY_TXT_MAX);
	security_txt_write(&p, c, false, NOW, &b);
	assert_int_equal(security_txt_check("f", buf_view(&b), NOW, &ds, &advice), ERR_OK);
	assert_int_equal(advice.n, 0);
	assert_true(str_contains(buf_view(&b), STR("Preferred-Languages: en, de\n")));
	assert_true(str_contains(buf_view(&b),
	        STR("Canonical: https://security.exact.works/.well-known/security.txt\n")));
	assert_false(str_contains(buf_view(&b), STR("Encryption")));

	/* The same for the whole day, another the day after, valid in every year to come. */
	security_txt_write(&p, c, false, security_txt_until(NOW) - 1, &later);
	assert_true(str_eq(buf_view(&b), buf_view(&later)));
	buf_reset(&later);
	security_txt_write(&p, c, false, security_txt_until(NOW), &later);
	assert_false(str_eq(buf_view(&b), buf_view(&later)));
	for (int64_t at = NOW; at < NOW + (int64_t)3000 * DAY_S; at += 17 * DAY_S) {
		advice = (struct diags){0};
		buf_reset(&later);
		security_txt_write(&p, c, false, at, &later);
		assert_int_equal(
		        security_txt_check("f", buf_view(&later), at, &ds, &advice), ERR_OK);
		assert_int_equal(advice.n, 0);
	}
	buf_clear(&b);
	buf_clear(&later);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_mistakes),
	        cmocka_unit_test(test_advice),
	        cmocka_unit_test(test_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
