/* The transport smtp against a real server (aiosmtpd): certificates, sign-in, replies; and how its
 * host is looked up. */
#include "unit.h"

#include "jobs/resolve.h"
#include "jobs/transport.h"

#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

struct relay {
	pid_t pid;
	int in; /* closing it ends the relay */
	FILE *out;
	struct config config;
	atomic_bool stop;
	struct arena *a;
	char dir[32], cert[64], key[64], pem[8192];
};

/* Starts the relay with ARGS, NULL-terminated. */
static void
relay_start(struct relay *r, const char *const *args)
{
	static char python[] = "/usr/bin/python3", script[] = "tests/e2e/notices_relay.py";
	char *argv[16] = {python, script};
	posix_spawn_file_actions_t actions;
	int in[2], out[2], port = 0;
	size_t n = 2;
	char line[200];

	while (*args != NULL)
		argv[n++] = (char *)(uintptr_t)*args++;
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in[0], 0);
	posix_spawn_file_actions_adddup2(&actions, out[1], 1);
	assert_int_equal(posix_spawn(&r->pid, argv[0], &actions, NULL, argv, environ), 0);
	posix_spawn_file_actions_destroy(&actions);
	close(in[0]);
	close(out[1]);
	r->in = in[1];
	r->out = fdopen(out[0], "r");
	if (fgets(line, sizeof line, r->out) == NULL || sscanf(line, "{\"port\": %d}", &port) != 1)
		fail_msg("the relay does not start: is python3-aiosmtpd there?");
	r->config.notices.transport = NOTICE_SMTP;
	r->config.notices.smtp.host = STR("localhost");
	r->config.notices.smtp.port = port;
	r->config.notices.smtp.tls = SMTP_TLS_NONE;
}

static void
relay_end(struct relay *r)
{
	int status;

	close(r->in);
	fclose(r->out);
	assert_int_equal(waitpid(r->pid, &status, 0), r->pid);
	assert_int_equal(status, 0);
	arena_free(r->a);
	*r = (struct relay){0};
}

/* The next line that the relay prints. */
static char *
relay_said(struct relay *r)
{
	char *line = arena_alloc(r->a, 4096);

	assert_non_null(fgets(line, 4096, r->out));
	return line;
}

static enum sent
send_one(struct relay *r, const char *password, const char *ca, const char **trouble)
{
	struct transport *t = transport_smtp(
	        &r->config, str_of(password), str_of(ca), STR("desk.example"), &r->stop);
	enum sent sent;

	*trouble = "";
	if (r->a == NULL)
		r->a = arena_new(1 << 20);
	sent = transport_send(t, r->a, STR("n-1"), STR("security@exact.works"),
	        STR("ada@team.example"),
	        STR("From: <security@exact.works>\r\nTo: <ada@team.example>\r\n"
	            "Subject: x\r\n\r\n.\r\n.. two dots\r\n"),
	        trouble);
	transport_free(t);
	return sent;
}

static void
test_replies(void **state)
{
	static const struct {
		const char *reply;
		enum sent sent;
		const char *trouble;
	} cases[] = {
	        {"250 OK", SENT, ""},
	        {"451 4.3.0 later", SENT_LATER, "not_now"},
	        {"452 4.2.2 full", SENT_LATER, "not_now"},
	        {"550 5.1.1 nobody", SENT_REFUSED, "refused"},
	        {"553 5.1.3 what", SENT_REFUSED, "refused"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct relay r = {0};
		const char *trouble;

		relay_start(&r, (const char *const[]){cases[i].reply, NULL});
		assert_int_equal(send_one(&r, "", "", &trouble), cases[i].sent);
		assert_string_equal(trouble, cases[i].trouble);
		assert_non_null(strstr(relay_said(&r), "\"ada@team.example\""));
		if (cases[i].sent == SENT) {
			char *mail = relay_said(&r);

			/* Lines that begin with a dot arrive as they were (RFC 5321, 4.5.2). */
			assert_non_null(strstr(mail, "\\r\\n\\r\\n.\\r\\n.. two dots\\r\\n"));
			assert_non_null(strstr(mail, "\"sender\": \"security@exact.works\""));
			assert_non_null(strstr(mail, "\"helo\": \"desk.example\""));
		}
		relay_end(&r);
	}
}

static void
make_cert(struct relay *r)
{
	char command[512];
	FILE *in;
	size_t n;

	snprintf(r->dir, sizeof r->dir, "/tmp/vdpd-relay-XXXXXX");
	assert_non_null(mkdtemp(r->dir));
	snprintf(r->cert, sizeof r->cert, "%s/cert", r->dir);
	snprintf(r->key, sizeof r->key, "%s/key", r->dir);
	snprintf(command, sizeof command,
	        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
	        "-subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout %s -out %s "
	        "2>/dev/null",
	        r->key, r->cert);
	assert_int_equal(system(command), 0);
	in = fopen(r->cert, "r");
	assert_non_null(in);
	n = fread(r->pem, 1, sizeof r->pem - 1, in);
	r->pem[n] = '\0';
	fclose(in);
}

static void
test_tls(void **state)
{
	struct relay r = {0};
	const char *trouble;
	char *mail;

	(void)state;
	make_cert(&r);
	relay_start(&r, (const char *const[]){"--cert", r.cert, "--key", r.key, "--login",
	                        "vdpd:a long password", "250 OK", NULL});
	r.config.notices.smtp.tls = SMTP_TLS_STARTTLS;
	r.config.notices.smtp.user = STR("vdpd");

	assert_int_equal(send_one(&r, "a long password", "", &trouble), SENT_DOWN);
	assert_string_equal(trouble, "tls"); /* nobody vouches for it */
	assert_int_equal(send_one(&r, "another", r.pem, &trouble), SENT_DOWN);
	assert_string_equal(trouble, "login");
	assert_int_equal(send_one(&r, "a long password", r.pem, &trouble), SENT);
	(void)relay_said(&r);
	mail = relay_said(&r);
	assert_non_null(strstr(mail, "\"tls\": true"));
	assert_non_null(strstr(mail, "\"login\": \"vdpd\""));
	unlink(r.cert);
	unlink(r.key);
	rmdir(r.dir);
	relay_end(&r);

	/* A relay that offers no TLS is not spoken to without. */
	relay_start(&r, (const char *const[]){"250 OK", NULL});
	r.config.notices.smtp.tls = SMTP_TLS_STARTTLS;
	assert_int_equal(send_one(&r, "", "", &trouble), SENT_DOWN);
	assert_string_equal(trouble, "tls");
	relay_end(&r);
}

static void
test_nobody(void **state)
{
	struct relay r = {0};
	const char *trouble;

	(void)state;
	relay_start(&r, (const char *const[]){"250 OK", NULL});
	atomic_store(&r.stop, true); /* the role ends */
	assert_int_equal(send_one(&r, "", "", &trouble), SENT_DOWN);
	assert_string_equal(trouble, "timeout");
	atomic_store(&r.stop, false);
	close(r.in);
	r.in = -1;
	assert_int_equal(waitpid(r.pid, NULL, 0), r.pid);
	assert_int_equal(send_one(&r, "", "", &trouble), SENT_DOWN);
	assert_string_equal(trouble, "unreachable");
	fclose(r.out);
	arena_free(r.a);
}

static void
test_resolve(void **state)
{
	static const struct {
		const char *host, *found;
	} cases[] = {
	        {"192.0.2.7", "192.0.2.7"},
	        {"2001:db8::1", "[2001:db8::1]"},
	        {"[2001:db8::1]", "[2001:db8::1]"},
	};
	struct arena *a = arena_new(1 << 20);
	struct resolver *r;
	struct str found;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		r = resolver_new(str_of(cases[i].host));
		assert_int_equal(resolver_find(r, a, &found), ERR_OK);
		assert_string_equal(str_z(a, found), cases[i].found);
		resolver_free(r);
	}
	r = resolver_new(STR("LocalHost"));
	assert_int_equal(resolver_find(r, a, &found), ERR_OK);
	assert_true(str_contains(found, STR("127.0.0.1")));
	resolver_free(r);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_replies),
	        cmocka_unit_test(test_tls),
	        cmocka_unit_test(test_nobody),
	        cmocka_unit_test(test_resolve),
	};

	signal(SIGPIPE, SIG_IGN);
	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
