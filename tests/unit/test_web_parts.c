/* The parts of the server that need no socket: limits, client addresses, routes, forms, tokens. */
#include "unit.h"

#include "base/id.h"
#include "web/csrf.h"
#include "web/form.h"
#include "web/status.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>

static struct sockaddr_storage
peer(const char *address)
{
	struct sockaddr_storage s = {0};
	struct sockaddr_in *v4 = (struct sockaddr_in *)&s;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&s;

	if (inet_pton(AF_INET, address, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
	} else {
		assert_int_equal(inet_pton(AF_INET6, address, &v6->sin6_addr), 1);
		v6->sin6_family = AF_INET6;
	}
	return s;
}

static const struct {
	const char *peer, *x_for, *x_proto, *forwarded;
	const char *same_as; /* the network that it counts as */
	bool https;
} clients[] = {
        {"192.0.2.7", NULL, NULL, NULL, "192.0.2.200", false},
        {"2001:db8:1:2:3::4", NULL, NULL, NULL, "2001:db8:1:2::", false},
        {"::ffff:192.0.2.7", NULL, NULL, NULL, "192.0.2.1", false},
        /* Not a proxy of ours: nothing that it says counts. */
        {"192.0.2.7", "198.51.100.1", "https", NULL, "192.0.2.1", false},
        {"10.1.2.3", "198.51.100.1", "https", NULL, "198.51.100.9", true},
        {"10.1.2.3", "198.51.100.1", "http", NULL, "198.51.100.9", false},
        /* The client put a false address in front: the proxy's own entry is the last. */
        {"10.1.2.3", "203.0.113.5, 198.51.100.1", "https", NULL, "198.51.100.9", true},
        {"10.1.2.3", "198.51.100.1, 10.9.9.9", NULL, NULL, "198.51.100.9", false},
        {"10.1.2.3", "198.51.100.1:4711", NULL, NULL, "198.51.100.9", false},
        {"10.1.2.3", "[2001:db8::1]:4711", NULL, NULL, "2001:db8::9", false},
        {"10.1.2.3", "2001:db8::1", NULL, NULL, "2001:db8::9", false},
        {"10.1.2.3", "rubbish", NULL, NULL, "10.1.2.9", false},
        {"10.1.2.3", "", NULL, NULL, "10.1.2.9", false},
        {"::1", NULL, NULL, "for=203.0.113.5, for=\"[2001:db8::1]:80\";proto=https", "2001:db8::9",
                true},
        {"::1", NULL, NULL, "For=198.51.100.1; Proto=http", "198.51.100.9", false},
        {"::1", NULL, NULL, "for=_hidden", "::2", false},
};

static void
test_clients(void **state)
{
	struct cidr trusted[2];

	(void)state;
	assert_int_equal(cidr_parse(STR("10.0.0.0/8"), &trusted[0]), ERR_OK);
	assert_int_equal(cidr_parse(STR("::1"), &trusted[1]), ERR_OK);
	for (size_t i = 0; i < sizeof clients / sizeof *clients; i++) {
		struct sockaddr_storage from = peer(clients[i].peer);
		struct sockaddr_storage same = peer(clients[i].same_as);
		bool https, ignored;
		struct client_net got = client_net_of((struct sockaddr *)&from, trusted, 2,
		        str_of(clients[i].x_for), str_of(clients[i].x_proto),
		        str_of(clients[i].forwarded), &https);
		struct client_net want = client_net_of((struct sockaddr *)&same, NULL, 0,
		        (struct str){0}, (struct str){0}, (struct str){0}, &ignored);

		if (memcmp(&got, &want, sizeof got) != 0 || https != clients[i].https)
			fail_msg("row %zu: %s", i, clients[i].peer);
	}
}

static struct client_net
net(unsigned n)
{
	struct client_net x = {
	        {4, (unsigned char)(n >> 16), (unsigned char)(n >> 8), (unsigned char)n}};

	return x;
}

static void
test_limits(void **state)
{
	struct limits *l = limits_new(false), *off = limits_new(true);
	struct client_net a = net(1), b = net(2);
	unsigned taken = 0, retry_s = 0;

	(void)state;
	while (limits_take(l, RATE_SIGN_IN, &a, 1000, &retry_s) == ERR_OK)
		taken++;
	assert_int_equal(taken, 20);
	assert_true(retry_s >= 1 && retry_s <= 31);
	/* Others, and other classes, are not touched. */
	assert_int_equal(limits_take(l, RATE_SIGN_IN, &b, 1000, &retry_s), ERR_OK);
	assert_int_equal(limits_take(l, RATE_READ, &a, 1000, &retry_s), ERR_OK);
	assert_int_equal(limits_take(l, RATE_SIGN_IN, &a, 1000 + 29000, &retry_s), ERR_RATE);
	assert_int_equal(limits_take(l, RATE_SIGN_IN, &a, 1000 + 31000, &retry_s), ERR_OK);
	/* A flood of networks neither grows the table nor frees the one that is held back. */
	for (unsigned i = 0; i < 100000; i++)
		assert_int_equal(
		        limits_take(l, RATE_READ,
		                &(struct client_net){{6, (unsigned char)i, (unsigned char)(i >> 8),
		                        (unsigned char)(i >> 16)}},
		                32000, &retry_s),
		        ERR_OK);
	assert_int_equal(limits_take(l, RATE_SIGN_IN, &a, 32000, &retry_s), ERR_RATE);
	for (unsigned i = 0; i < 1000; i++)
		assert_int_equal(limits_take(off, RATE_SIGN_IN, &a, 0, &retry_s), ERR_OK);
	limits_configure(l, 6, 3, 2);
	a = net(3);
	for (taken = 0; limits_take(l, RATE_READ, &a, 40000, &retry_s) == ERR_OK;)
		taken++;
	assert_int_equal(taken, 6);
	assert_int_equal(retry_s, 11);
	for (taken = 0; limits_take(l, RATE_INTAKE, &a, 40000, &retry_s) == ERR_OK;)
		taken++;
	assert_int_equal(taken, 3);
	limits_free(l);
	limits_free(off);
}

static void
test_connections(void **state)
{
	struct limits *l = limits_new(false);
	struct client_net a = net(1), b = net(2);
	unsigned n = 0;

	(void)state;
	while (limits_connection_open(l, &a))
		n++;
	assert_int_equal(n, 256);
	assert_true(limits_connection_open(l, &b));
	limits_connection_close(l, &a);
	assert_true(limits_connection_open(l, &a));
	assert_false(limits_connection_open(l, &a));
	limits_free(l);
}

static void
none(struct request *req)
{
	(void)req;
}

static void
test_route_table(void **state)
{
	static const struct route good = {METHOD_GET, "/a/{x}", none, ROUTE_PUBLIC, .summary = "a"};
	const struct route twice[] = {good, good};
	const struct route five[] = {
	        {METHOD_GET, "/{a}/{b}/{c}/{d}/{e}", none, ROUTE_PUBLIC, .summary = "a"}};
	const struct route no_limit[] = {
	        {METHOD_POST, "/", none, ROUTE_PUBLIC, BODY_JSON, .summary = "a"}};
	const struct route large[] = {
	        {METHOD_POST, "/", none, ROUTE_PUBLIC, BODY_JSON, 5 << 20, .summary = "a"}};
	struct arena *a = arena_new(1 << 20);
	struct route_match m;
	struct str allow;
	struct diag d;

	(void)state;
	assert_int_equal(routes_check((struct route_table){twice, 1}, &d), ERR_OK);
	assert_int_equal(routes_check((struct route_table){twice, 2}, &d), ERR_INVALID);
	assert_int_equal(routes_check((struct route_table){five, 1}, &d), ERR_INVALID);
	assert_int_equal(routes_check((struct route_table){no_limit, 1}, &d), ERR_INVALID);
	assert_int_equal(routes_check((struct route_table){large, 1}, &d), ERR_INVALID);
	assert_int_equal(routes_match(a, (struct route_table){twice, 1}, METHOD_HEAD,
	                         STR("/a/b%20c"), &m, &allow),
	        ERR_OK);
	assert_true(str_eq(m.params[0].value, STR("b c")));
	assert_int_equal(
	        routes_match(a, (struct route_table){twice, 1}, METHOD_GET, STR("/a/"), &m, &allow),
	        ERR_NOT_FOUND);
	assert_int_equal(
	        routes_match(a, (struct route_table){twice, 1}, METHOD_GET, STR(""), &m, &allow),
	        ERR_NOT_FOUND);
	arena_free(a);
}

static void
test_tokens(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct key key;
	struct request req = {.a = a};
	struct field form = {STR("form_token"), {0}};
	struct str session, again, token;
	bool set;

	(void)state;
	key_random(&key);
	token = anonymous_form_token(&req, &key, &session, &set);
	assert_true(set);
	assert_int_equal(token.n, FORM_TOKEN_TEXT);
	anonymous_form_cookie(&req, session);
	assert_string_equal(req.response.headers[0].name, "Set-Cookie");
	req.headers[HEADER_COOKIE] = str_fmt(a, "x=1; __Host-form=%.*s", STR_ARG(session));
	assert_true(str_eq(anonymous_form_token(&req, &key, &again, &set), token));
	assert_false(set);
	assert_int_equal(anonymous_form_check(&req, &key), ERR_DENIED);
	req.form = &form;
	req.n_form = 1;
	form.value = token;
	assert_int_equal(anonymous_form_check(&req, &key), ERR_OK);
	form.value = form_token(a, &key, STR("another session"));
	assert_int_equal(anonymous_form_check(&req, &key), ERR_DENIED);
	/* A cookie that was planted beside ours makes both worthless. */
	form.value = token;
	req.headers[HEADER_COOKIE] =
	        str_fmt(a, "__Host-form=%.*s; __Host-form=evil", STR_ARG(session));
	assert_int_equal(anonymous_form_check(&req, &key), ERR_DENIED);
	arena_free(a);
}

static void
test_statuses(void **state)
{
	(void)state;
	assert_int_equal(status_of(ERR_FULL), 507);
	assert_int_equal(status_of(ERR_BUSY), 503);
	assert_int_equal(status_of((enum err)999), 500);
	for (enum err e = ERR_OK; e < ERR_COUNT; e++)
		assert_string_not_equal(status_title(status_of(e)), "Error");
}

struct collected {
	struct buf text;
};

static enum err
collect_begin(void *ctx, const struct multipart_part *part, struct diag *d)
{
	struct collected *c = ctx;

	(void)d;
	buf_fmt(&c->text, "[%.*s", STR_ARG(part->name));
	if (part->is_file)
		buf_fmt(&c->text, "|%.*s", STR_ARG(part->file_name));
	buf_z(&c->text, ":");
	return ERR_OK;
}

static enum err
collect_data(void *ctx, struct str bytes, struct diag *d)
{
	(void)d;
	buf_str(&((struct collected *)ctx)->text, bytes);
	return ERR_OK;
}

static enum err
collect_end(void *ctx, struct diag *d)
{
	(void)d;
	buf_z(&((struct collected *)ctx)->text, "]");
	return ERR_OK;
}

/* However the bytes are cut up, the same parts come out. */
static void
test_multipart_in_pieces(void **state)
{
	static const struct multipart_sink sink = {collect_begin, collect_data, collect_end};
	const struct str body = STR(
	        "--x\r\nContent-Disposition: form-data; "
	        "name=\"a;b\"\r\n\r\n\r\n--y\r\r\n-\r\n--x\r\n"
	        "content-disposition:form-data;name=\"f\";filename=\"\xc3\xa9\\\"\\\\b.txt\"\r\n"
	        "Content-Type: text/plain\r\nX-Other: 1\r\n\r\n\r\n--\r\n--x--\r\n");

	(void)state;
	for (size_t step = 1; step <= body.n; step++) {
		struct arena *a = arena_new(1 << 20);
		struct collected c;
		struct multipart *m;
		struct diag d = {0};

		buf_init(&c.text, 10000);
		assert_int_equal(
		        multipart_new(a, STR("multipart/form-data; boundary=x"), &sink, &c, &m, &d),
		        ERR_OK);
		for (size_t at = 0; at < body.n; at += step)
			if (multipart_feed(m, str_sub(body, at, step), &d) != ERR_OK)
				fail_msg("step %zu: %s", step, d.what);
		assert_int_equal(multipart_finish(m, &d), ERR_OK);
		buf_char(&c.text, '\0');
		assert_string_equal(c.text.p, "[a;b:\r\n--y\r\r\n-][f|b.txt:\r\n--]");
		buf_clear(&c.text);
		arena_free(a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_clients),
	        cmocka_unit_test(test_limits),
	        cmocka_unit_test(test_connections),
	        cmocka_unit_test(test_route_table),
	        cmocka_unit_test(test_tokens),
	        cmocka_unit_test(test_statuses),
	        cmocka_unit_test(test_multipart_in_pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
