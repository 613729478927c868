/* policy/scope: what is in scope, and everything that only looks as if it were. */
#include "unit.h"

#include "policy/scope.h"
#include "policy/target.h"

#include <stdio.h>

static const struct policy *
load(struct arena *a)
{
	FILE *f = fopen("programmes/exact.works/policy.yaml", "r");
	char *p = arena_alloc(a, POLICY_FILE_MAX);
	const struct policy *policy;
	struct diags ds = {0};
	size_t n;

	assert_non_null(f);
	n = fread(p, 1, POLICY_FILE_MAX, f);
	fclose(f);
	assert_int_equal(policy_parse(a, "policy.yaml", (struct str){p, n}, &ds, &policy), ERR_OK);
	return policy;
}

struct row {
	const char *target, *answer; /* as `vdpd scope` prints it */
};

static void
check(const struct policy *p, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct arena *a = arena_new(1 << 20);
		struct scope_answer s;
		struct str got;

		scope_match(a, p, str_of(rows[i].target), &s);
		got = str_fmt(a, "%s%s%.*s", scope_verdict_name(s.verdict),
		        s.rule != NULL ? " " : "", (int)(s.rule != NULL ? s.rule->id.n : 0),
		        s.rule != NULL ? s.rule->id.p : "");
		if (!str_eq(got, str_of(rows[i].answer)))
			print_message(
			        "%s: %.*s, not %s\n", rows[i].target, STR_ARG(got), rows[i].answer);
		assert_true(str_eq(got, str_of(rows[i].answer)));
		arena_free(a);
	}
}

#define CHECK(p, rows) check(p, rows, sizeof(rows) / sizeof(rows)[0])

static void
test_exact_works(void **state)
{
	static const struct row rows[] = {
	        /* hosts */
	        {"exact.works", "in domains"},
	        {"app.exact.works", "in domains"},
	        {"a.b.c.exact.works", "in domains"},
	        {"*.exact.works", "in domains"},
	        {"EXACT.Works", "in domains"},
	        {"exact.works.", "in domains"},
	        {"app.exact.works:8443", "in domains"},
	        {"exact.works:", "in domains"},
	        {"  exact.works\n", "in domains"},
	        {"my_host.exact.works", "in domains"},
	        {"r3---sn-1.exact.works", "in domains"},
	        /* URLs */
	        {"https://exact.works", "in domains"},
	        {"HTTPS://Exact.Works/x?y#z", "in domains"},
	        {"http://exact.works:8080/", "in domains"},
	        {"wss://app.exact.works/socket", "in domains"},
	        {"//exact.works/x", "in domains"},
	        {"exact.works/login", "in domains"},
	        {"https://exact.works?next=/api/", "in domains"},
	        {"https://exact.works/file%00.jpg", "in domains"},
	        {"https://exact.works/100%", "in domains"},
	        {"https://exact.works/a b", "in domains"},
	        {"https://user:password@exact.works/", "in domains"},
	        {"https://evil.example@exact.works/", "in domains"},
	        {"https://%65xact.works/", "in domains"},
	        {"https://exact%2eworks/", "in domains"},
	        /* the API, however it is spelled */
	        {"https://exact.works/api/v1/x", "in api"},
	        {"https://exact.works/api", "in api"},
	        {"https://exact.works/%61pi/v1", "in api"},
	        {"https://exact.works/x/../api/v1", "in api"},
	        {"https://exact.works/x/%2e%2e/api/v1", "in api"},
	        {"https://exact.works//api//v1", "in api"},
	        {"https://exact.works\\api\\v1", "unknown"},
	        {"https://exact.works/x\\..\\api\\v1", "in api"},
	        {"https://exact.works/api/../login", "in domains"},
	        {"https://exact.works/api%2Fv1", "in domains"},
	        {"https://exact.works/%2561pi/v1", "in domains"},
	        {"https://exact.works/API/v1", "in domains"},
	        {"https://exact.works/apis", "in domains"},
	        {"/api/v1/x", "in api"},
	        {"/api/v1/x?y=/z", "in api"},
	        {"/%61pi/v1", "in api"},
	        {"/./api/", "in api"},
	        {"/login", "in domains"},
	        {"/", "in domains"},
	        /* components */
	        {"sandbox", "in sandbox"},
	        {"Agent sandbox security", "in sandbox"},
	        {"payment", "in payment"},
	        {"PAYMENT", "in payment"},
	        {"Payment security (escrow system)", "in payment"},
	        {"authentication", "in auth"},
	        {"web", "in domains"},
	        {"api", "in api"},
	        /* third parties */
	        {"stripe.com", "out third-parties"},
	        {"https://api.stripe.com/v1/charges", "out third-parties"},
	        {"https://dashboard.stripe.com/api/x", "out third-parties"},
	        {"supabase.com", "out third-parties"},
	        {"xyz.supabase.co", "out third-parties"},
	        {"Stripe", "out third-parties"},
	        /* neither */
	        {"", "unknown"},
	        {".", "unknown"},
	        {"evil.example", "unknown"},
	        {"https://evil.example/api/v1", "unknown"},
	        {"pkg:npm/left-pad@1.3.0", "unknown"},
	        {"no such thing", "unknown"},
	        {"127.0.0.1", "unknown"},
	        {"[::1]", "unknown"},
	        {"https://[::1]/api/", "unknown"},
	};
	struct arena *a = arena_new(POLICY_ARENA_BYTES);

	(void)state;
	CHECK(load(a), rows);
	arena_free(a);
}

static void
test_look_alikes(void **state)
{
	static const struct row rows[] = {
	        {"exact.works.evil.example", "unknown"},
	        {"https://exact.works.evil.example/", "unknown"},
	        {"notexact.works", "unknown"},
	        {"not-exact.works", "unknown"},
	        {"exact.works.com", "unknown"},
	        {"exact-works", "unknown"},
	        {"works", "unknown"},
	        {"https://exact.works@evil.example/", "unknown"},
	        {"https://exact.works:443@evil.example/", "unknown"},
	        {"https://a@exact.works@evil.example/", "unknown"},
	        {"https://evil.example@a@exact.works/", "unknown"},
	        {"https://exact.works\\@evil.example/", "unknown"},
	        {"https://evil.example\\@exact.works/", "unknown"},
	        {"https://evil.example\\.exact.works/", "unknown"},
	        {"https://evil.example/exact.works", "unknown"},
	        {"https://evil.example/@exact.works/", "unknown"},
	        {"https://evil.example#@exact.works/", "unknown"},
	        {"https://evil.example?@exact.works/", "unknown"},
	        {"https://evil.example%2Fexact.works/", "unknown"},
	        {"https://evil.example%2f.exact.works/", "unknown"},
	        {"https://evil.example%40exact.works/", "unknown"},
	        {"https://evil.example%23.exact.works/", "unknown"},
	        {"https://evil.example%00.exact.works/", "unknown"},
	        {"https://evil.example .exact.works/", "unknown"},
	        {"https://evil.example%20.exact.works/", "unknown"},
	        {"https://evil.example\t.exact.works/", "unknown"},
	        {"https://exact.works:99999/", "unknown"},
	        {"https://exact.works:0/", "unknown"},
	        {"https://exact.works:80:80/", "unknown"},
	        {"https://exact.works:+80/", "unknown"},
	        {"https:exact.works/", "unknown"},
	        {"https:/exact.works/", "unknown"},
	        {"https:///exact.works/", "unknown"},
	        {"ftp://exact.works/", "unknown"},
	        {"javascript://exact.works/%0aalert(1)", "unknown"},
	        {"file:///exact.works", "unknown"},
	        {"//evil.example/api/", "unknown"},
	        {"/\\evil.example/api/", "unknown"},
	        {"exact.works..", "unknown"},
	        {".exact.works", "unknown"},
	        {"a..exact.works", "unknown"},
	        {"-a.exact.works", "unknown"},
	        {"a.*.exact.works", "unknown"},
	        {"*", "unknown"},
	        {"*.works", "unknown"},
	        {"stripe.com.evil.example", "unknown"},
	        {"notstripe.com", "unknown"},
	};
	struct arena *a = arena_new(POLICY_ARENA_BYTES);

	(void)state;
	CHECK(load(a), rows);
	arena_free(a);
}

static void
test_idn(void **state)
{
	static const struct row rows[] = {
	        {"b\xC3\xBC"
	         "cher.exact.works",
	                "in domains"}, /* bücher */
	        {"B\xC3\x9C"
	         "CHER.exact.works",
	                "in domains"}, /* BÜCHER */
	        {"xn--bcher-kva.exact.works", "in domains"},
	        {"XN--BCHER-KVA.exact.works", "in domains"},
	        {"b%C3%BCcher.exact.works", "in domains"},
	        {"\xEF\xBD\x85xact.works", "in domains"}, /* fullwidth e, which is e */
	        {"exact\xE3\x80\x82works", "in domains"}, /* ideographic full stop */
	        {"exact.works\xE3\x80\x82", "in domains"},
	        {"\xD0\xB5xact.works", "unknown"},                   /* Cyrillic e */
	        {"\xD0\xB0pi.exact.works", "unknown"},               /* Cyrillic a, Latin pi */
	        {"xn--pi-7kc.exact.works", "unknown"},               /* the same as an A-label */
	        {"\xD0\xB0\xD1\x80\xD1\x96.exact.works", "unknown"}, /* all Cyrillic under Latin */
	        {"exact.w\xCE\xBFrks", "unknown"},                   /* Greek omicron */
	        {"xn--a.exact.works", "unknown"},                    /* no A-label */
	        {"xn--exact-.works", "unknown"},
	        {"exa\xCC\x81"
	         "ct.works",
	                "unknown"},              /* another name: exáct */
	        {"\xFF.exact.works", "unknown"}, /* not UTF-8 */
	        {"%FF.exact.works", "unknown"},
	        {"exact\xE2\x81\x84works", "unknown"},               /* fraction slash */
	        {"evil.example\xEF\xBC\x8F.exact.works", "unknown"}, /* fullwidth slash */
	        {"evil.example\xEF\xBC\xA0"
	         "exact.works",
	                "unknown"},                                  /* fullwidth @ */
	        {"evil.example\xEF\xBC\x83.exact.works", "unknown"}, /* fullwidth # */
	};
	struct arena *a = arena_new(POLICY_ARENA_BYTES);

	(void)state;
	CHECK(load(a), rows);
	arena_free(a);
}

/* Rules made by hand: what the file of exact.works does not have. */
static void
test_other_rules(void **state)
{
	static const struct str in_hosts[] = {STR("*.example.org"), STR("api.example.net:8443")};
	static const struct str web_hosts[] = {STR("plain.example.net:443")};
	static const struct str shop_hosts[] = {STR("shop.example.com")};
	static const struct str shop_paths[] = {STR("/pay/*"), STR("/cart")};
	static const struct str purls[] = {STR("pkg:npm/%40example/*"), STR("pkg:pypi/My_Tool")};
	static const struct str blog[] = {STR("blog.example.org")};
	static const struct str admin[] = {STR("/admin/*")};
	static const struct str bad_purl[] = {STR("pkg:npm/%40example/old")};
	static const struct str idn[] = {STR("*.b\xC3\xBC"
	                                     "cher.example")};
	static const struct policy_rule in[] = {
	        {.id = STR("hosts"), .hosts = in_hosts, .hosts_n = 2},
	        {.id = STR("web"), .hosts = web_hosts, .hosts_n = 1},
	        {.id = STR("shop"),
	                .hosts = shop_hosts,
	                .hosts_n = 1,
	                .paths = shop_paths,
	                .paths_n = 2},
	        {.id = STR("packages"), .purls = purls, .purls_n = 2},
	        {.id = STR("idn"), .hosts = idn, .hosts_n = 1, .apex = true},
	};
	static const struct policy_rule out[] = {
	        {.id = STR("blog"), .hosts = blog, .hosts_n = 1},
	        {.id = STR("admin"), .paths = admin, .paths_n = 1},
	        {.id = STR("old"), .purls = bad_purl, .purls_n = 1},
	};
	static const struct policy p = {.scope = {.in = in, .in_n = 5, .out = out, .out_n = 3}};
	static const struct row rows[] = {
	        {"example.org", "unknown"}, /* the apex only where the rule says so */
	        {"www.example.org", "in hosts"},
	        {"blog.example.org", "out blog"},
	        {"BLOG.example.org.", "out blog"},
	        {"x.blog.example.org", "in hosts"},
	        {"https://www.example.org/admin/x", "out admin"},
	        {"https://www.example.org/admin", "out admin"},
	        {"https://www.example.org/x/../%61dmin/", "out admin"},
	        {"https://www.example.org//admin/", "out admin"},
	        {"https://www.example.org/administrator", "in hosts"},
	        {"https://elsewhere.example/admin/x", "unknown"},
	        {"/admin/x", "out admin"},
	        {"/x", "in hosts"},
	        {"/pay/now", "in shop"},
	        {"https://shop.example.com/pay/now", "in shop"},
	        {"https://shop.example.com/cart", "in shop"},
	        {"https://shop.example.com/cart/x", "unknown"},
	        {"https://shop.example.com/", "unknown"},
	        {"https://shop.example.com/admin/", "unknown"},
	        {"https://api.example.net:8443/", "in hosts"},
	        {"https://api.example.net/", "unknown"},
	        {"api.example.net", "unknown"},
	        {"https://plain.example.net/", "in web"},
	        {"http://plain.example.net/", "unknown"},
	        {"http://plain.example.net:443/", "in web"},
	        {"plain.example.net", "in web"},
	        {"pkg:npm/%40example/sdk", "in packages"},
	        {"pkg:npm/@example/sdk@1.2.3", "in packages"},
	        {"PKG:NPM/%40example/sdk@1.2.3?a=b#c", "in packages"},
	        {"pkg://npm/%40example/sdk", "in packages"},
	        {"pkg:npm/%40example/old@9", "out old"},
	        {"pkg:npm/%40examples/sdk", "unknown"},
	        {"pkg:npm/example/sdk", "unknown"},
	        {"pkg:pypi/my-tool@2", "in packages"},
	        {"pkg:pypi", "unknown"},
	        {"pkg:npm/", "unknown"},
	        {"xn--bcher-kva.example", "in idn"},
	        {"www.B\xC3\x9C"
	         "CHER.example",
	                "in idn"},
	};

	(void)state;
	CHECK(&p, rows);
}

static void
test_paths(void **state)
{
	static const struct row rows[] = {
	        {"", "/"},
	        {"/", "/"},
	        {"//", "/"},
	        {"/.", "/"},
	        {"/..", "/"},
	        {"/a/..", "/"},
	        {"/a/../..", "/"},
	        {"/a/b/..", "/a/"},
	        {"/a/./b", "/a/b"},
	        {"/a/b/", "/a/b/"},
	        {"/a//b", "/a/b"},
	        {"/%2e/%2E%2e/a", "/a"},
	        {"/a%2fb", "/a%2Fb"},
	        {"/%2525", "/%2525"},
	        {"/a%0ab", "/a%0Ab"},
	        {"/%7Ea", "/~a"},
	        {"/%", "/%25"},
	        {"/%4", "/%254"},
	        {"/%zz", "/%25zz"},
	        {"/\xC3\xA9", "/\xC3\xA9"},
	        {"/%C3%A9", "/\xC3\xA9"},
	        {"/a\\b", "/a/b"},
	        {"/...", "/..."},
	        {"/.a", "/.a"},
	        {"/%1%65", "/%251e"},
	};
	struct arena *a = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct str got = target_path(a, str_of(rows[i].target));

		if (!str_eq(got, str_of(rows[i].answer)))
			print_message("%s: %.*s\n", rows[i].target, STR_ARG(got));
		assert_true(str_eq(got, str_of(rows[i].answer)));
	}
	arena_free(a);
}

static void
test_facts(void **state)
{
	struct arena *a = arena_new(POLICY_ARENA_BYTES);
	const struct policy *p = load(a);
	struct scope_answer s;

	(void)state;
	scope_match(a, p, STR("https://exact.works/api/x"), &s);
	assert_true(s.component != NULL && str_eq(s.component->id, STR("api")));
	scope_match(a, p, STR("api.stripe.com"), &s);
	assert_true(s.third_party != NULL && str_eq(s.third_party->name, STR("Stripe")));
	scope_match(a, p, STR("escrow"), &s);
	assert_true(s.component != NULL && str_eq(s.component->id, STR("payment")));
	arena_free(a);
}

static void
test_long(void **state)
{
	struct arena *a = arena_new(POLICY_ARENA_BYTES);
	const struct policy *p = load(a);
	char *z = arena_alloc(a, 2 * TARGET_MAX);
	struct scope_answer s;

	(void)state;
	memset(z, 'a', 2 * TARGET_MAX);
	memcpy(z, "https://exact.works/", 20);
	scope_match(a, p, (struct str){z, TARGET_MAX}, &s);
	assert_int_equal(s.verdict, SCOPE_IN);
	scope_match(a, p, (struct str){z, TARGET_MAX + 1}, &s);
	assert_int_equal(s.verdict, SCOPE_UNKNOWN);
	arena_free(a);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_exact_works),
	        cmocka_unit_test(test_look_alikes),
	        cmocka_unit_test(test_idn),
	        cmocka_unit_test(test_other_rules),
	        cmocka_unit_test(test_paths),
	        cmocka_unit_test(test_facts),
	        cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
