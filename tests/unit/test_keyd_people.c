/* keyd: enrolment, signing in, sessions, tokens, members, the command line. */
#include "keyd_fixture.h"

#include <sys/stat.h>

static struct keyd_fixture *
start(void)
{
	struct keyd_fixture *f = fixture_make();

	fixture_start(f);
	return f;
}

static void
test_sign_in_life(void **state)
{
	struct keyd_fixture *f = start();
	struct keyd_identity who;
	struct str session, again;

	(void)state;
	session = fixture_first(f);
	assert_int_equal(fixture_who(f, session, &who), ERR_OK);
	assert_int_equal(who.kind, KEYD_BY_SESSION);
	assert_int_equal(who.roles, STAFF_ADMINISTRATOR | STAFF_COORDINATOR);
	assert_true(str_eq(who.name, STR("ada")));

	*f->clock += 60;
	assert_int_equal(fixture_sign_in(f, "ADA@team.example", PASSWORD,
	                         fixture_code(f, f->totp, 0), &again, NULL),
	        ERR_OK);
	assert_false(str_eq(session, again));
	/* Idle for eight hours: over. The other one was used in between. */
	*f->clock += 4 * HOUR_S;
	assert_int_equal(fixture_who(f, again, &who), ERR_OK);
	*f->clock += 4 * HOUR_S;
	assert_int_equal(fixture_who(f, session, &who), ERR_AUTH);
	assert_int_equal(fixture_who(f, again, &who), ERR_OK);
	/* Used all the time: over after a day. */
	for (int i = 0; i < 4; i++) {
		*f->clock += 4 * HOUR_S - 30;
		assert_int_equal(fixture_who(f, again, &who), ERR_OK);
	}
	*f->clock += 120;
	assert_int_equal(fixture_who(f, again, &who), ERR_AUTH);
	fixture_end(f);
}

static void
test_sign_out(void **state)
{
	struct keyd_fixture *f = start();
	struct keyd_identity who;
	struct str one = fixture_first(f), two, three;
	struct keyd_nothing none;

	(void)state;
	*f->clock += 60;
	assert_int_equal(
	        fixture_sign_in(f, "ada", PASSWORD, fixture_code(f, f->totp, 0), &two, NULL),
	        ERR_OK);
	assert_int_equal(keyd_sign_out(f->a, &f->as[ROLE_DESK], &(struct keyd_sign_out){one, 0},
	                         &none, NULL),
	        ERR_OK);
	assert_int_equal(fixture_who(f, one, &who), ERR_AUTH);
	assert_int_equal(fixture_who(f, two, &who), ERR_OK);
	*f->clock += 60;
	assert_int_equal(
	        fixture_sign_in(f, "ada", PASSWORD, fixture_code(f, f->totp, 0), &three, NULL),
	        ERR_OK);
	assert_int_equal(keyd_sign_out(f->a, &f->as[ROLE_DESK], &(struct keyd_sign_out){three, 1},
	                         &none, NULL),
	        ERR_OK);
	assert_int_equal(fixture_who(f, two, &who), ERR_AUTH);
	assert_int_equal(fixture_who(f, three, &who), ERR_AUTH);
	fixture_end(f);
}

static void
test_code_is_taken_once(void **state)
{
	struct keyd_fixture *f = start();
	struct str code, early;

	(void)state;
	(void)fixture_first(f);
	/* Already used to enrol. */
	assert_int_equal(
	        fixture_sign_in(f, "ada", PASSWORD, fixture_code(f, f->totp, 0), NULL, NULL),
	        ERR_AUTH);
	*f->clock += 300;
	code = fixture_code(f, f->totp, 0);
	early = fixture_code(f, f->totp, -1);
	assert_int_equal(fixture_sign_in(f, "ada", PASSWORD, code, NULL, NULL), ERR_OK);
	assert_int_equal(fixture_sign_in(f, "ada", PASSWORD, code, NULL, NULL), ERR_AUTH);
	assert_int_equal(fixture_sign_in(f, "ada", PASSWORD, early, NULL, NULL), ERR_AUTH);
	/* Also not by a keyd that was killed meanwhile. */
	fixture_restart(f);
	assert_int_equal(fixture_sign_in(f, "ada", PASSWORD, code, NULL, NULL), ERR_AUTH);
	assert_int_equal(
	        fixture_sign_in(f, "ada", PASSWORD, fixture_code(f, f->totp, 1), NULL, NULL),
	        ERR_OK);
	assert_int_equal(
	        fixture_sign_in(f, "ada", PASSWORD, fixture_code(f, f->totp, 3), NULL, NULL),
	        ERR_AUTH);
	fixture_end(f);
}

static void
test_refusals_are_alike_and_throttled(void **state)
{
	static const struct {
		const char *login, *password;
		bool right_code;
	} cases[] = {
	        {"ada", "wrong wrong wrong", true},
	        {"ada", PASSWORD, false},
	        {"nobody", PASSWORD, true},
	        {"nobody@team.example", "", false},
	        {"", "", false},
	        {"ada\xFF", PASSWORD, true},
	};
	struct keyd_fixture *f = start();
	struct keyd_verdict why;

	(void)state;
	(void)fixture_first(f);
	*f->clock += 300;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct str code = cases[i].right_code ? fixture_code(f, f->totp, 0) : STR("000000");

		assert_int_equal(
		        fixture_sign_in(f, cases[i].login, cases[i].password, code, NULL, &why),
		        ERR_AUTH);
		assert_int_equal(why.field, 0);
		assert_int_equal(why.retry_after_s, 0);
	}
	for (int i = 0; i < 3; i++)
		assert_int_equal(
		        fixture_sign_in(f, "ada", "wrong", STR("1"), NULL, NULL), ERR_AUTH);
	/* The right answer is not looked at either until the time has come. */
	assert_int_equal(
	        fixture_sign_in(f, " Ada ", PASSWORD, fixture_code(f, f->totp, 0), NULL, &why),
	        ERR_RATE);
	assert_true(why.retry_after_s > 0 && why.retry_after_s <= 30);
	*f->clock += why.retry_after_s;
	assert_int_equal(
	        fixture_sign_in(f, "ada", PASSWORD, fixture_code(f, f->totp, 0), NULL, &why),
	        ERR_OK);
	fixture_end(f);
}

static void
test_enrolment_rules(void **state)
{
	static const struct {
		const char *name, *email, *password, *code; /* code NULL: the right one */
		enum err err;
		enum keyd_field field;
	} cases[] = {
	        {"a", "a@b.example", PASSWORD, NULL, ERR_INVALID, KEYD_FIELD_NAME},
	        {"a@b", "a@b.example", PASSWORD, NULL, ERR_INVALID, KEYD_FIELD_NAME},
	        {"a\nb", "a@b.example", PASSWORD, NULL, ERR_INVALID, KEYD_FIELD_NAME},
	        {"bob", "b.example", PASSWORD, NULL, ERR_INVALID, KEYD_FIELD_EMAIL},
	        {"bob", "b@c@example", PASSWORD, NULL, ERR_INVALID, KEYD_FIELD_EMAIL},
	        {"bob", "b@b.example", "eleven char", NULL, ERR_INVALID, KEYD_FIELD_PASSWORD},
	        {"bob", "bob@long.example", "BOB@long.example", NULL, ERR_INVALID,
	                KEYD_FIELD_PASSWORD},
	        {"bob", "b@b.example", PASSWORD, "12345", ERR_INVALID, KEYD_FIELD_CODE},
	        {"ADA", "b@b.example", PASSWORD, NULL, ERR_CONFLICT, KEYD_FIELD_NAME},
	        {"bob", "Ada@Team.Example", PASSWORD, NULL, ERR_CONFLICT, KEYD_FIELD_EMAIL},
	        {"bob", "b@b.example", PASSWORD, NULL, ERR_OK, KEYD_FIELD_NONE},
	        {"eve", "e@b.example", PASSWORD, NULL, ERR_AUTH, KEYD_FIELD_NONE}, /* used */
	};
	struct keyd_fixture *f = start();
	struct keyd_client *desk = &f->as[ROLE_DESK];
	struct str ada = fixture_first(f);
	struct keyd_invited invited;
	struct keyd_enrol_begun begun;
	struct keyd_signed_in in;
	struct keyd_identity who;
	struct keyd_verdict why;

	(void)state;
	assert_int_equal(keyd_invite(f->a, desk,
	                         &(struct keyd_invite){.credential = ada, .roles = STAFF_ANALYST},
	                         &invited, NULL),
	        ERR_OK);
	assert_int_equal(keyd_enrol_begin(f->a, desk, &(struct keyd_enrol_begin){invited.enrolment},
	                         &begun, NULL),
	        ERR_OK);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct keyd_enrol_finish q = {
		        .enrolment = invited.enrolment,
		        .name = str_of(cases[i].name),
		        .email = str_of(cases[i].email),
		        .password = str_of(cases[i].password),
		        .code = cases[i].code != NULL ? str_of(cases[i].code)
		                                      : fixture_code(f, begun.totp_secret, 0),
		};

		assert_int_equal(keyd_enrol_finish(f->a, desk, &q, &in, &why), cases[i].err);
		assert_int_equal(why.field, cases[i].field);
	}
	assert_int_equal(keyd_enrol_begin(f->a, desk, &(struct keyd_enrol_begin){invited.enrolment},
	                         &begun, NULL),
	        ERR_AUTH);
	/* A link is good for a week. */
	assert_int_equal(keyd_invite(f->a, desk,
	                         &(struct keyd_invite){.credential = ada, .roles = STAFF_ANALYST},
	                         &invited, NULL),
	        ERR_OK);
	*f->clock += 7 * DAY_S;
	assert_int_equal(keyd_enrol_begin(f->a, desk, &(struct keyd_enrol_begin){invited.enrolment},
	                         &begun, NULL),
	        ERR_AUTH);
	assert_int_equal(fixture_who(f, ada, &who), ERR_AUTH);
	fixture_end(f);
}

static void
test_members(void **state)
{
	struct keyd_fixture *f = start();
	struct keyd_client *desk = &f->as[ROLE_DESK];
	unsigned char totp[KEYD_TOTP_BYTES];
	struct str ada = fixture_first(f);
	struct str bob = fixture_member(f, ada, "bob", STAFF_ANALYST, totp);
	struct keyd_identity who;
	struct keyd_people people;
	struct keyd_nothing none;
	struct keyd_member_change q;

	(void)state;
	assert_int_equal(fixture_who(f, bob, &who), ERR_OK);
	/* An analyst sees names, not addresses, and changes nobody. */
	assert_int_equal(
	        keyd_people(f->a, desk, &(struct keyd_credential){bob}, &people, NULL), ERR_OK);
	assert_int_equal(people.n, 2);
	assert_true(str_eq(people.items[0].name, STR("ada")));
	assert_int_equal(people.items[0].email.n, 0);
	q = (struct keyd_member_change){bob, who.person_id, STAFF_ADMINISTRATOR, 0};
	assert_int_equal(keyd_member_change(f->a, desk, &q, &none, NULL), ERR_DENIED);
	/* The last administrator stays one. */
	q = (struct keyd_member_change){ada, people.items[0].person_id, STAFF_COORDINATOR, 0};
	assert_int_equal(keyd_member_change(f->a, desk, &q, &none, NULL), ERR_STATE);
	q.roles = STAFF_ADMINISTRATOR;
	q.disabled = 1;
	assert_int_equal(keyd_member_change(f->a, desk, &q, &none, NULL), ERR_STATE);
	assert_int_equal(fixture_who(f, ada, &who), ERR_OK);
	assert_int_equal(
	        keyd_people(f->a, desk, &(struct keyd_credential){ada}, &people, NULL), ERR_OK);
	assert_true(str_eq(people.items[1].email, STR("bob@team.example")));
	/* Who is disabled is out at once, and cannot come back. */
	q = (struct keyd_member_change){ada, people.items[1].person_id, STAFF_ANALYST, 1};
	assert_int_equal(keyd_member_change(f->a, desk, &q, &none, NULL), ERR_OK);
	assert_int_equal(fixture_who(f, bob, &who), ERR_AUTH);
	*f->clock += 90;
	assert_int_equal(fixture_sign_in(f, "bob", PASSWORD, fixture_code(f, totp, 0), NULL, NULL),
	        ERR_AUTH);
	/* Notices go to who may read cases. */
	assert_int_equal(keyd_staff_contacts(f->a, &f->as[ROLE_COURIER],
	                         &(struct keyd_staff_contacts){0}, &people, NULL),
	        ERR_OK);
	assert_int_equal(people.n, 1);
	assert_true(str_eq(people.items[0].email, STR("ada@team.example")));
	q.person_id = 99;
	assert_int_equal(keyd_member_change(f->a, desk, &q, &none, NULL), ERR_NOT_FOUND);
	fixture_end(f);
}

static void
test_renewed_credential(void **state)
{
	struct keyd_fixture *f = start();
	struct keyd_client *desk = &f->as[ROLE_DESK];
	unsigned char old[KEYD_TOTP_BYTES], new[KEYD_TOTP_BYTES];
	struct str ada = fixture_first(f), bob = fixture_member(f, ada, "bob", STAFF_ANALYST, old);
	struct keyd_invited invited;
	struct keyd_identity who, was;

	(void)state;
	assert_int_equal(fixture_who(f, bob, &was), ERR_OK);
	assert_int_equal(
	        keyd_invite(f->a, desk,
	                &(struct keyd_invite){.credential = ada, .person_id = was.person_id},
	                &invited, NULL),
	        ERR_OK);
	/* The name that is sent does not count: it stays bob. */
	assert_int_equal(
	        fixture_who(f, fixture_enrol(f, invited.enrolment, "mallory", new), &who), ERR_OK);
	assert_int_equal(who.person_id, was.person_id);
	assert_int_equal(who.roles, STAFF_ANALYST);
	assert_true(str_eq(who.name, STR("bob")));
	assert_int_equal(fixture_who(f, bob, &who), ERR_AUTH);
	*f->clock += 90;
	assert_int_equal(
	        fixture_sign_in(f, "bob", PASSWORD, fixture_code(f, old, 0), NULL, NULL), ERR_AUTH);
	assert_int_equal(
	        fixture_sign_in(f, "bob", PASSWORD, fixture_code(f, new, 0), NULL, NULL), ERR_OK);
	fixture_end(f);
}

static void
test_password_change(void **state)
{
	struct keyd_fixture *f = start();
	struct keyd_client *desk = &f->as[ROLE_DESK];
	struct str ada = fixture_first(f);
	struct keyd_password_change q = {
	        ada, STR("not the password"), STR(""), STR("another long one")};
	struct keyd_nothing none;
	struct keyd_verdict why;

	(void)state;
	*f->clock += 90;
	q.code = fixture_code(f, f->totp, 0);
	assert_int_equal(keyd_password_change(f->a, desk, &q, &none, &why), ERR_AUTH);
	q.password = STR(PASSWORD);
	q.new_password = STR("short");
	assert_int_equal(keyd_password_change(f->a, desk, &q, &none, &why), ERR_INVALID);
	assert_int_equal(why.field, KEYD_FIELD_PASSWORD);
	q.new_password = STR("another long one");
	assert_int_equal(keyd_password_change(f->a, desk, &q, &none, &why), ERR_OK);
	*f->clock += 90;
	assert_int_equal(
	        fixture_sign_in(f, "ada", PASSWORD, fixture_code(f, f->totp, 0), NULL, NULL),
	        ERR_AUTH);
	assert_int_equal(fixture_sign_in(f, "ada", "another long one", fixture_code(f, f->totp, 0),
	                         NULL, NULL),
	        ERR_OK);
	fixture_end(f);
}

static void
test_tokens(void **state)
{
	struct keyd_fixture *f = start();
	struct keyd_client *desk = &f->as[ROLE_DESK];
	struct str ada = fixture_first(f);
	struct keyd_token_create q = {ada, STR("ci"), STAFF_ANALYST, 0};
	struct keyd_token_created made, expired;
	struct keyd_tokens list;
	struct keyd_identity who;
	struct keyd_nothing none;
	struct keyd_verdict why;

	(void)state;
	assert_int_equal(keyd_token_create(f->a, desk, &q, &made, NULL), ERR_OK);
	assert_int_equal(fixture_who(f, made.token, &who), ERR_OK);
	assert_int_equal(who.kind, KEYD_BY_TOKEN);
	assert_int_equal(who.roles, STAFF_ANALYST);
	assert_int_equal(who.person_id, 0);
	/* A token makes no tokens unless it is an administrator's. */
	q.credential = made.token;
	assert_int_equal(keyd_token_create(f->a, desk, &q, &expired, NULL), ERR_DENIED);
	q = (struct keyd_token_create){ada, STR("x"), 16, 0};
	assert_int_equal(keyd_token_create(f->a, desk, &q, &expired, &why), ERR_INVALID);
	assert_int_equal(why.field, KEYD_FIELD_ROLES);
	q = (struct keyd_token_create){ada, STR("x"), STAFF_AUDITOR, *f->clock};
	assert_int_equal(keyd_token_create(f->a, desk, &q, &expired, &why), ERR_INVALID);
	assert_int_equal(why.field, KEYD_FIELD_EXPIRES);
	q.expires_at = *f->clock + 60;
	assert_int_equal(keyd_token_create(f->a, desk, &q, &expired, NULL), ERR_OK);
	fixture_restart(f);
	assert_int_equal(fixture_who(f, expired.token, &who), ERR_OK);
	*f->clock += 60;
	assert_int_equal(fixture_who(f, expired.token, &who), ERR_AUTH);
	assert_int_equal(
	        keyd_token_list(f->a, desk, &(struct keyd_credential){ada}, &list, NULL), ERR_OK);
	assert_int_equal(list.n, 2);
	assert_true(str_eq(list.items[1].name, STR("ci")));
	assert_true(str_eq(list.items[1].made_by, STR("ada")));
	assert_int_equal(keyd_token_revoke(f->a, desk,
	                         &(struct keyd_token_revoke){ada, made.token_id}, &none, NULL),
	        ERR_OK);
	assert_int_equal(fixture_who(f, made.token, &who), ERR_AUTH);
	assert_int_equal(keyd_token_revoke(f->a, desk,
	                         &(struct keyd_token_revoke){ada, made.token_id}, &none, NULL),
	        ERR_NOT_FOUND);
	assert_int_equal(fixture_who(f, STR("vdt_"), &who), ERR_AUTH);
	assert_int_equal(fixture_who(f, STR(""), &who), ERR_AUTH);
	fixture_end(f);
}

static void
test_command_line(void **state)
{
	struct keyd_fixture *f = start();
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	struct keyd_client command = {0};
	struct keyd_signed_in in;
	struct keyd_identity who;
	struct keyd_token_created made;
	struct keyd_opened opened;
	struct keyd_case c = {.case_number = STR("EXW-2026-0001")};
	struct keyd_nothing none = {0};

	(void)state;
	snprintf(at.sun_path, sizeof at.sun_path, "%s", f->socket);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
	command.channel = channel_new(fd);
	assert_int_equal(keyd_cli_session(f->a, &command, &none, &in, NULL), ERR_OK);
	assert_int_equal(in.who.kind, KEYD_BY_OPERATOR);
	assert_int_equal(in.who.roles, STAFF_ADMINISTRATOR | STAFF_COORDINATOR);
	assert_int_equal(
	        keyd_token_create(f->a, &command,
	                &(struct keyd_token_create){in.credential, STR("t"), STAFF_ANALYST, 0},
	                &made, NULL),
	        ERR_OK);
	/* The staff API takes the session too; keyd's socket itself opens no case. */
	assert_int_equal(fixture_who(f, in.credential, &who), ERR_OK);
	assert_int_equal(
	        keyd_open_case(f->a, &command,
	                &(struct keyd_open_case){in.credential, STR("page"), c}, &opened, NULL),
	        ERR_DENIED);
	assert_int_equal(keyd_cli_session(f->a, &f->as[ROLE_DESK], &none, &in, NULL), ERR_DENIED);
	*f->clock += 60;
	assert_int_equal(fixture_who(f, in.credential, &who), ERR_AUTH);
	channel_free(command.channel);
	fixture_end(f);
}

/* Another account that gets hold of the socket gets no session. (Only root can be somebody else.)
 */
static void
test_command_line_of_another(void **state)
{
	struct keyd_fixture *f = start();
	int status;
	pid_t child;

	(void)state;
	assert_int_equal(chmod(f->dir, 0755), 0);
	assert_int_equal(chmod(f->socket, 0777), 0);
	child = fork();
	if (child == 0) {
		struct sockaddr_un at = {.sun_family = AF_UNIX};
		int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
		struct keyd_client command = {0};
		struct keyd_signed_in in;
		enum err want = geteuid() == 0 ? ERR_DENIED : ERR_OK;

		snprintf(at.sun_path, sizeof at.sun_path, "%s", f->socket);
		if (geteuid() == 0 && setuid(65534) != 0)
			_exit(2);
		if (connect(fd, (struct sockaddr *)&at, sizeof at) != 0)
			_exit(3);
		command.channel = channel_new(fd);
		_exit(keyd_cli_session(f->a, &command, &(struct keyd_nothing){0}, &in, NULL) !=
		        want);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	fixture_end(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_sign_in_life),
	        cmocka_unit_test(test_sign_out),
	        cmocka_unit_test(test_code_is_taken_once),
	        cmocka_unit_test(test_refusals_are_alike_and_throttled),
	        cmocka_unit_test(test_enrolment_rules),
	        cmocka_unit_test(test_members),
	        cmocka_unit_test(test_renewed_credential),
	        cmocka_unit_test(test_password_change),
	        cmocka_unit_test(test_tokens),
	        cmocka_unit_test(test_command_line),
	        cmocka_unit_test(test_command_line_of_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
