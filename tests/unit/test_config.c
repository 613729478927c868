/* policy/config: the instance file, its defaults and its mistakes with their places. */
#include "unit.h"

#include "policy/config.h"

#include <arpa/inet.h>
#include <stdio.h>

#define BASE                                                                                       \
	"programme: exact.works\n"                                                                 \
	"public_url: http://localhost:8080\n"                                                      \
	"desk_url: http://localhost:8081\n"

static const struct config *
parse(struct arena *a, const char *text, struct diags *ds)
{
	const struct config *c = NULL;

	if (config_parse(a, "vdpd.yaml", str_of(text), ds, &c) != ERR_OK) {
		assert_true(ds->n > 0);
		assert_null(c);
	}
	return c;
}

static void
test_defaults(void **state)
{
	struct arena *a = arena_new(CONFIG_ARENA_BYTES);
	struct diags ds = {0};
	const struct config *c = parse(a, BASE, &ds);

	(void)state;
	assert_non_null(c);
	assert_true(str_eq(c->public_url.text, STR("http://localhost:8080")));
	assert_int_equal(c->public_url.port, 8080);
	assert_true(c->public_url.loopback);
	assert_true(c->sandbox);
	assert_int_equal(c->public_listen.port, 8080);
	assert_int_equal(c->desk_listen.port, 8081);
	assert_int_equal(c->desk_listen.ip.family, AF_INET);
	assert_int_equal(c->notices.transport, NOTICE_DIR);
	assert_true(str_eq(c->notices.dir, STR("outbox")));
	assert_int_equal(c->notices.smtp.port, 587);
	arena_free(a);
}

static void
test_everything(void **state)
{
	struct arena *a = arena_new(CONFIG_ARENA_BYTES);
	struct diags ds = {0};
	struct ip ip;
	const struct config *c = parse(a,
	        "programme: exact.works\n"
	        "public_url: HTTPS://Security.Exact.Works:443/\n"
	        "desk_url: http://desk.internal\n"
	        "public_listen: '[::1]:0'\n"
	        "desk_listen: 0.0.0.0:9000\n"
	        "trusted_proxies: [10.0.0.0/8, '2001:db8::/32', 192.0.2.7]\n"
	        "sandbox: off\n"
	        "notices:\n"
	        "  transport: smtp\n"
	        "  smtp: {host: mail.example.org, port: 465, tls: tls, user: u, password_file: p,\n"
	        "    from: security@exact.works}\n"
	        "limits: {reports_per_hour: 5}\n"
	        "budgets: {cases_alert: 7, cases_refuse: 9}\n",
	        &ds);

	(void)state;
	assert_non_null(c);
	assert_true(str_eq(c->public_url.text, STR("https://security.exact.works")));
	assert_true(c->public_url.https);
	assert_int_equal(c->desk_url.port, 80);
	assert_int_equal(c->public_listen.ip.family, AF_INET6);
	assert_int_equal(c->public_listen.port, 0);
	assert_false(c->sandbox);
	assert_int_equal(c->notices.smtp.tls, SMTP_TLS_IMPLICIT);
	assert_int_equal(c->limits.reports_per_hour, 5);
	assert_int_equal(c->limits.requests_per_minute, 600);
	assert_int_equal(c->budgets.cases_alert, 7);
	assert_int_equal(c->budgets.cases_refuse, 9);
	assert_int_equal(c->budgets.titles_alert, 5000);
	assert_int_equal(c->budgets.titles_refuse, 20000);
	assert_int_equal(c->trusted_proxies_n, 3);
	assert_int_equal(ip_parse(STR("10.200.0.1"), &ip), ERR_OK);
	assert_true(cidr_contains(&c->trusted_proxies[0], &ip));
	assert_false(cidr_contains(&c->trusted_proxies[2], &ip));
	assert_int_equal(ip_parse(STR("::ffff:10.0.0.1"), &ip), ERR_OK);
	assert_true(cidr_contains(&c->trusted_proxies[0], &ip));
	assert_int_equal(ip_parse(STR("2001:db8:1::5"), &ip), ERR_OK);
	assert_true(cidr_contains(&c->trusted_proxies[1], &ip));
	arena_free(a);
}

static void
test_mistakes(void **state)
{
	static const struct {
		const char *text, *expect; /* "LINE:COLUMN: what" as it begins */
	} cases[] = {
	        {"", "1:1: the file is empty"},
	        {"- a\n", "1:1: the file is not a map"},
	        {"programme: exact.works\n", "1:1: the configuration lacks \"public_url\""},
	        {BASE "sandbx: off\n", "4:1: \"sandbx\" is not a key of the configuration; did you "
	                               "mean \"sandbox\"?"},
	        {BASE "sandbox: maybe\n", "4:10: \"sandbox\" is neither yes nor no"},
	        {BASE "sandbox: [on]\n", "4:10: \"sandbox\" must be a single value, not a list"},
	        {"programme: ../x\n" BASE, "1:12: \"../x\" is not an id"},
	        {BASE "public_listen: localhost:80\n", "4:16: \"localhost:80\" is not an address"},
	        {BASE "public_listen: 127.0.0.1:65536\n", "4:16: \"127.0.0.1:65536\" is not an"},
	        {BASE "public_listen: '::1:80'\n", "4:16: \"::1:80\" is not an address"},
	        {BASE "public_listen: 127.0.0.1:8081\n", "4:16: \"desk_listen\" and"},
	        {BASE "trusted_proxies: [10.0.0.1/8]\n", "4:19: \"10.0.0.1/8\" is not a range"},
	        {BASE "trusted_proxies: [10.0.0.0/33]\n", "4:19: \"10.0.0.0/33\" is not a range"},
	        {BASE "trusted_proxies: ['::1', '::1']\n", "4:26: \"::1\" is there twice"},
	        {BASE "trusted_proxies: 10.0.0.0/8\n", "4:18: \"trusted_proxies\" must be a list"},
	        {BASE "notices: {transport: pigeon}\n", "4:22: \"transport\" cannot be \"pigeon\"; "
	                                                "write \"dir\" or \"smtp\""},
	        {BASE "notices: {transport: smtp}\n", "4:22: the transport is smtp, but"},
	        {BASE "notices: {transport: smtp, smtp: {host: a, port: 0}}\n",
	                "4:50: \"port\" is not between 1 and 65535"},
	        {BASE "notices: {transport: smtp, smtp: {host: a, user: u}}\n",
	                "4:50: the relay has a user, but no password"},
	        {BASE "limits: {reports_per_hour: x}\n",
	                "4:28: \"reports_per_hour\" is not a whole"},
	        {BASE "budgets: {titles_alert: 8, titles_refuse: 7}\n",
	                "4:25: the alert is beyond the refusal"},
	        {BASE "budgets: {cases_refuse: 50}\n", "4:25: the alert is beyond the refusal"},
	        {BASE "budgets: {cases_refuse: 0}\n",
	                "4:25: \"cases_refuse\" is not between 1 and"},
	        {BASE "desk_url: http://localhost:8081\n",
	                "4:1: \"desk_url\" is given twice, first "
	                "on line 3"},
	        {"programme: a\npublic_url: http://a.example\ndesk_url: https://b.example\n",
	                "2:13: \"public_url\" is plain http"},
	        {"programme: a\npublic_url: http://127.0.0.1\ndesk_url: http://127.0.0.1:80\n",
	                "3:11: \"desk_url\" and \"public_url\" are the same origin"},
	        {"programme: a\npublic_url: http://[::1]\ndesk_url: http://localhost\n",
	                "2:13: \"public_url\" is plain http"},
	        {"programme: a\npublic_url: https://a.example/x\ndesk_url: https://b.example\n",
	                "2:13: \"https://a.example/x\" is not an origin"},
	        {"programme: a\npublic_url: https://u@a.example\ndesk_url: https://b.example\n",
	                "2:13: \"https://u@a.example\" is not an origin"},
	        {"programme: a\npublic_url: https://a.example:0\ndesk_url: https://b.example\n",
	                "2:13: \"https://a.example:0\" is not an origin"},
	        {"programme: a\npublic_url: http://localhost.evil.example\n"
	         "desk_url: https://b.example\n",
	                "2:13: \"public_url\" is plain http"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct arena *a = arena_new(CONFIG_ARENA_BYTES);
		struct diags ds = {0};
		bool found = false;
		char text[1024];

		assert_null(parse(a, cases[i].text, &ds));
		for (size_t k = 0; k < ds.n && !found; k++) {
			snprintf(text, sizeof text, "%u:%u: %s; %s", ds.d[k].line, ds.d[k].column,
			        ds.d[k].what, ds.d[k].mend);
			found = strncmp(text, cases[i].expect, strlen(cases[i].expect)) == 0;
		}
		if (!found)
			print_message("%s\nexpected: %s\n     got: %s\n", cases[i].text,
			        cases[i].expect, text);
		assert_true(found);
		arena_free(a);
	}
}

static void
test_new_text(void **state)
{
	struct arena *a = arena_new(CONFIG_ARENA_BYTES);
	struct diags ds = {0};
	const struct config *c = NULL;
	struct str text = config_text(
	        a, STR("exact.works"), STR("http://localhost:8080"), STR("http://localhost:8081"));

	(void)state;
	assert_int_equal(config_parse(a, "vdpd.yaml", text, &ds, &c), ERR_OK);
	assert_true(str_eq(c->programme, STR("exact.works")));
	arena_free(a);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_defaults),
	        cmocka_unit_test(test_everything),
	        cmocka_unit_test(test_mistakes),
	        cmocka_unit_test(test_new_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
