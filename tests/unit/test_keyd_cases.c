/* keyd: case numbers and receipts, opening cases and titles, budgets, capsules, the log. */
#include "keyd_fixture.h"

#include <sqlite3.h>

static struct keyd_fixture *
start(void)
{
	struct keyd_fixture *f = fixture_make();

	fixture_start(f);
	return f;
}

static enum err
sign_one(struct keyd_fixture *f, enum role_id as, const char *prefix, int64_t received_at,
        struct keyd_receipt *out)
{
	struct keyd_receipt_wanted w = {.programme = STR("exact.works"),
	        .prefix = str_of(prefix),
	        .received_at = received_at};
	struct keyd_receipts got;
	enum err e = keyd_sign_receipts(
	        f->a, &f->as[as], &(struct keyd_sign_receipts){&w, 1}, &got, NULL);

	if (e == ERR_OK)
		*out = got.items[0];
	return e;
}

static void
test_numbers_never_repeat(void **state)
{
	struct keyd_fixture *f = start();
	struct keyd_case cases[KEYD_RECEIPTS_MAX];
	struct team_keys keys[KEYD_RECEIPTS_MAX];
	struct keyd_receipt r;
	int64_t last = 0;

	(void)state;
	fixture_cases(f, cases, keys, 3);
	assert_true(str_eq(cases[0].case_number, STR("EXW-2026-0001")));
	assert_true(str_eq(cases[2].case_number, STR("EXW-2026-0003")));
	/* Killed again and again: numbers only go up. */
	for (int round = 0; round < 12; round++) {
		assert_int_equal(sign_one(f, ROLE_DESK, "EXW", 0, &r), ERR_OK);
		assert_true(r.number > last);
		last = r.number;
		fixture_restart(f);
	}
	/* Another prefix and another year count for themselves. */
	assert_int_equal(sign_one(f, ROLE_DESK, "ABC", 0, &r), ERR_OK);
	assert_true(str_eq(r.case_number, STR("ABC-2026-0001")));
	*f->clock += 365 * DAY_S;
	assert_int_equal(sign_one(f, ROLE_DESK, "EXW", 0, &r), ERR_OK);
	assert_true(str_eq(r.case_number, STR("EXW-2027-0001")));
	fixture_end(f);
}

/* Asks for batches until keyd is gone; the first and last number of each goes to FD. */
static void
ask_until_gone(struct keyd_fixture *f, int fd)
{
	struct keyd_receipt_wanted wanted[7];
	struct keyd_receipts got;

	for (size_t i = 0; i < 7; i++)
		wanted[i] = (struct keyd_receipt_wanted){
		        .programme = STR("exact.works"), .prefix = STR("EXW")};
	while (keyd_sign_receipts(f->a, &f->as[ROLE_PUBLIC],
	               &(struct keyd_sign_receipts){wanted, 7}, &got, NULL) == ERR_OK) {
		int64_t ends[2] = {got.items[0].number, got.items[6].number};

		if (write(fd, ends, sizeof ends) != sizeof ends)
			break;
	}
	_exit(0);
}

/* Killed in the middle of the work: what was answered before is below what is answered after. */
static void
test_numbers_never_repeat_under_fire(void **state)
{
	struct keyd_fixture *f = start();
	int64_t highest = 0;

	(void)state;
	for (int round = 0; round < 12; round++) {
		int fds[2];
		int64_t ends[2];
		pid_t client;

		assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
		client = fork();
		if (client == 0)
			ask_until_gone(f, fds[1]);
		close(fds[1]);
		assert_int_equal(read(fds[0], ends, sizeof ends), sizeof ends);
		usleep(randombytes_uniform(40000));
		fixture_kill(f);
		do {
			assert_true(ends[0] > highest);
			assert_int_equal(ends[1], ends[0] + 6);
			highest = ends[1];
		} while (read(fds[0], ends, sizeof ends) == sizeof ends);
		assert_int_equal(waitpid(client, NULL, 0), client);
		close(fds[0]);
		fixture_start(f);
	}
	fixture_end(f);
}

static void
test_receipts_hold_what_was_asked(void **state)
{
	static const struct {
		enum role_id as;
		const char *prefix;
		int64_t ago_s;
		enum err err;
	} cases[] = {
	        {ROLE_PUBLIC, "EXW", 30, ERR_OK},
	        {ROLE_PUBLIC, "EXW", 2 * HOUR_S, ERR_INVALID}, /* only the team dates back */
	        {ROLE_DESK, "EXW", 30 * DAY_S, ERR_OK},
	        {ROLE_DESK, "EXW", -60, ERR_INVALID},
	        {ROLE_DESK, "exw", 0, ERR_INVALID},
	        {ROLE_DESK, "", 0, ERR_INVALID},
	        {ROLE_DESK, "EX-W", 0, ERR_INVALID},
	        {ROLE_COURIER, "EXW", 30, ERR_OK}, /* mail */
	        {ROLE_COURIER, "EXW", 2 * HOUR_S, ERR_INVALID},
	};
	struct keyd_fixture *f = start();
	struct keyd_receipt r;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int64_t at = *f->clock - cases[i].ago_s;
		struct receipt_facts facts = {.programme = STR("exact.works"),
		        .received_utc_s = at,
		        .signed_utc_s = *f->clock};

		assert_int_equal(sign_one(f, cases[i].as, cases[i].prefix, at, &r), cases[i].err);
		if (cases[i].err != ERR_OK)
			continue;
		facts.case_number = r.case_number;
		assert_int_equal(r.received_at, at);
		assert_int_equal(receipt_verify(f->halves.signing, &facts,
		                         str_bytes(r.signature, sizeof r.signature)),
		        ERR_OK);
	}
	fixture_end(f);
}

static void
test_open_case_and_forgeries(void **state)
{
	struct keyd_fixture *f = start();
	unsigned char totp[KEYD_TOTP_BYTES];
	struct str ada = fixture_first(f);
	struct str carl = fixture_member(f, ada, "carl", STAFF_AUDITOR | STAFF_ADMINISTRATOR, totp);
	struct keyd_case c[2], bad;
	struct team_keys keys[2], own;
	struct wrapper *w = wrapper_new(f->halves.storage);
	struct keyd_opened got;

	(void)state;
	fixture_cases(f, c, keys, 2);
	assert_int_equal(fixture_open(f, ada, &c[0], &got, NULL), ERR_OK);
	assert_memory_equal(got.team_key, keys[0].team.b, KEY_BYTES);
	assert_int_equal(got.alert, 0);
	assert_true(str_eq(got.who.name, STR("ada")));
	/* Without a session, and with roles that do not read cases. */
	assert_int_equal(fixture_open(f, STR(""), &c[0], &got, NULL), ERR_AUTH);
	assert_int_equal(fixture_open(f, carl, &c[0], &got, NULL), ERR_DENIED);

	/* Another case's wrap; a wrap of one's own, to the right storage key. */
	bad = c[0];
	bad.team_wrap = c[1].team_wrap;
	assert_int_equal(fixture_open(f, ada, &bad, &got, NULL), ERR_FORGED);
	team_keys_new(&own);
	bad = c[0];
	bad.team_wrap = fixture_wrap(f, w, &own, bad.case_uid);
	wrapper_free(w);
	assert_int_equal(fixture_open(f, ada, &bad, &got, NULL), ERR_FORGED);
	/* … with the public half that belongs to it. */
	memcpy(bad.case_key, own.pair_public, 32);
	assert_int_equal(fixture_open(f, ada, &bad, &got, NULL), ERR_FORGED);
	/* The public half alone; a bit of each thing that was signed. */
	bad = c[0];
	memcpy(bad.case_key, own.pair_public, 32);
	assert_int_equal(fixture_open(f, ada, &bad, &got, NULL), ERR_FORGED);
	bad = c[0];
	bad.signature[9] ^= 1;
	assert_int_equal(fixture_open(f, ada, &bad, &got, NULL), ERR_FORGED);
	bad = c[0];
	bad.case_uid[0] ^= 1;
	assert_int_equal(fixture_open(f, ada, &bad, &got, NULL), ERR_FORGED);
	bad = c[0];
	bad.received_at--;
	assert_int_equal(fixture_open(f, ada, &bad, &got, NULL), ERR_FORGED);
	bad = c[0];
	bad.case_number = c[1].case_number;
	assert_int_equal(fixture_open(f, ada, &bad, &got, NULL), ERR_FORGED);
	fixture_end(f);
}

/* With one bit of its last part another. */
static struct str
bent(struct keyd_fixture *f, struct str wrap)
{
	char *p = str_z(f->a, wrap);

	p[wrap.n - 1] ^= 1;
	return (struct str){p, wrap.n};
}

static void
test_titles(void **state)
{
	struct keyd_fixture *f = start();
	struct str ada = fixture_first(f);
	struct keyd_case c[KEYD_TITLES_MAX];
	struct team_keys keys[KEYD_TITLES_MAX];
	struct keyd_titles got;
	struct keyd_log log;
	struct keyd_open_titles q = {ada, c, KEYD_TITLES_MAX};

	(void)state;
	fixture_cases(f, c, keys, KEYD_TITLES_MAX);
	c[5].team_wrap = bent(f, c[5].team_wrap);
	for (int round = 0; round < 2; round++) {
		assert_int_equal(keyd_open_titles(f->a, &f->as[ROLE_DESK], &q, &got, NULL), ERR_OK);
		assert_int_equal(got.n, KEYD_TITLES_MAX);
		for (size_t i = 0; i < got.n; i++) {
			assert_int_equal(got.items[i].err, i == 5 ? ERR_FORGED : ERR_OK);
			if (i != 5)
				assert_memory_equal(
				        got.items[i].title_key, keys[i].shared.title.b, KEY_BYTES);
		}
	}
	/* A row that is changed after it was remembered is judged anew. */
	c[7].team_wrap = bent(f, c[7].team_wrap);
	assert_int_equal(keyd_open_titles(f->a, &f->as[ROLE_DESK], &q, &got, NULL), ERR_OK);
	assert_int_equal(got.items[7].err, ERR_FORGED);
	assert_int_equal(
	        keyd_audit(f->a, &f->as[ROLE_DESK], &(struct keyd_audit){ada, 0}, &log, NULL),
	        ERR_OK);
	assert_true(str_eq(log.items[0].action, STR("open_titles")));
	assert_true(str_eq(log.items[0].actor, STR("person 1 ada")));
	assert_true(str_starts(log.items[0].cases, STR("EXW-2026-0001 EXW-2026-0002 ")));
	assert_true(str_ends(log.items[0].cases, STR(" EXW-2026-0064")));
	fixture_end(f);
}

/* Several readers at once share a commit, and each gets what they asked for. */
static void
test_openings_at_once(void **state)
{
	enum { TIMES = 20 };
	struct keyd_fixture *f = start();
	struct str ada = fixture_first(f);
	struct keyd_case c[FIXTURE_DESKS];
	struct team_keys keys[FIXTURE_DESKS];
	struct keyd_audit_verified v;
	pid_t readers[FIXTURE_DESKS];

	(void)state;
	fixture_cases(f, c, keys, FIXTURE_DESKS);
	assert_int_equal(kill(f->pid, SIGSTOP), 0);
	for (size_t i = 0; i < FIXTURE_DESKS; i++) {
		f->as[ROLE_DESK] = f->channels[FIXTURE_DESK_FIRST + i];
		readers[i] = fork();
		for (int k = 0; readers[i] == 0; k++) {
			struct keyd_opened got;

			if (k == TIMES)
				_exit(0);
			if (fixture_open(f, ada, &c[i], &got, NULL) != ERR_OK ||
			        memcmp(got.team_key, keys[i].team.b, KEY_BYTES) != 0)
				_exit(1);
		}
	}
	usleep(20000);
	assert_int_equal(kill(f->pid, SIGCONT), 0);
	for (size_t i = 0; i < FIXTURE_DESKS; i++) {
		int status;

		assert_int_equal(waitpid(readers[i], &status, 0), readers[i]);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	f->as[ROLE_DESK] = f->channels[FIXTURE_DESK_FIRST];
	assert_int_equal(keyd_audit_verify(f->a, &f->as[ROLE_DESK],
	                         &(struct keyd_audit_verify){ada, 0}, &v, NULL),
	        ERR_OK);
	assert_int_equal(v.last_id, 2 + FIXTURE_DESKS * TIMES);
	fixture_end(f);
}

static void
test_budgets(void **state)
{
	struct keyd_fixture *f = fixture_make();
	struct keyd_case c[8];
	struct team_keys keys[8];
	struct keyd_opened got;
	struct keyd_verdict why;
	struct keyd_token_created token;
	struct str ada;

	(void)state;
	f->limits.budgets[BUDGET_CASES] = (struct budget_marks){.alert = 3, .refuse = 5};
	fixture_start(f);
	ada = fixture_first(f);
	fixture_cases(f, c, keys, 8);
	*f->clock = FIXTURE_START / HOUR_S * HOUR_S + 600;
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(fixture_open(f, ada, &c[i], &got, NULL), ERR_OK);
		assert_int_equal(got.alert, i >= 2);
	}
	assert_int_equal(fixture_open(f, ada, &c[5], &got, &why), ERR_RATE);
	assert_int_equal(why.retry_after_s, HOUR_S - 600);
	/* The case in hand can still be worked on. */
	assert_int_equal(fixture_open(f, ada, &c[4], &got, NULL), ERR_OK);
	/* A keyd that is killed does not forget. */
	fixture_restart(f);
	assert_int_equal(fixture_open(f, ada, &c[5], &got, &why), ERR_RATE);
	/* Each has a budget of their own, and a new one in the next hour. */
	assert_int_equal(keyd_token_create(f->a, &f->as[ROLE_DESK],
	                         &(struct keyd_token_create){ada, STR("ci"), STAFF_ANALYST, 0},
	                         &token, NULL),
	        ERR_OK);
	assert_int_equal(fixture_open(f, token.token, &c[5], &got, NULL), ERR_OK);
	*f->clock += HOUR_S - 600;
	assert_int_equal(fixture_open(f, ada, &c[5], &got, NULL), ERR_OK);
	fixture_end(f);
}

static void
test_contact_capsule(void **state)
{
	struct keyd_fixture *f = start();
	unsigned char uid[CASE_UID_BYTES] = {1, 2, 3}, other[CASE_UID_BYTES] = {4};
	struct capsule_bond bond = {CAPSULE_CONTACT, uid, *f->clock + 60};
	struct contact contact = {STR("r@research.example"), STR("Rae"), STR("")};
	struct keyd_open_contact q = {.programme = STR("exact.works"),
	        .case_number = STR("EXW-2026-0001"),
	        .template_id = STR("answer"),
	        .not_before = bond.not_before_utc_s};
	struct keyd_contact got;

	(void)state;
	memcpy(q.case_uid, uid, sizeof uid);
	q.sealed = capsule_seal(f->a, f->halves.storage, &bond, contact_pack(f->a, &contact));
	assert_int_equal(keyd_open_contact(f->a, &f->as[ROLE_COURIER], &q, &got, NULL), ERR_STATE);
	*f->clock += 60;
	assert_int_equal(keyd_open_contact(f->a, &f->as[ROLE_COURIER], &q, &got, NULL), ERR_OK);
	assert_true(str_eq(got.email, contact.email));
	assert_true(str_eq(got.name, contact.name));
	assert_int_equal(keyd_open_contact(f->a, &f->as[ROLE_DESK], &q, &got, NULL), ERR_DENIED);
	assert_int_equal(keyd_open_contact(f->a, &f->as[ROLE_PUBLIC], &q, &got, NULL), ERR_DENIED);
	q.template_id = STR("free_text");
	assert_int_equal(
	        keyd_open_contact(f->a, &f->as[ROLE_COURIER], &q, &got, NULL), ERR_INVALID);
	q.template_id = STR("answer");
	q.not_before--;
	assert_int_equal(keyd_open_contact(f->a, &f->as[ROLE_COURIER], &q, &got, NULL), ERR_FORGED);
	q.not_before++;
	memcpy(q.case_uid, other, sizeof other);
	assert_int_equal(keyd_open_contact(f->a, &f->as[ROLE_COURIER], &q, &got, NULL), ERR_FORGED);
	fixture_end(f);
}

/* Whatever number is named: addresses are counted by their cases. */
static void
test_contact_budget(void **state)
{
	struct keyd_fixture *f = fixture_make();
	struct contact contact = {STR("r@research.example"), STR("Rae"), STR("")};
	struct keyd_contact got;

	(void)state;
	f->limits.budgets[BUDGET_CONTACTS] = (struct budget_marks){.alert = 2, .refuse = 2};
	fixture_start(f);
	for (unsigned char i = 1; i <= 4; i++) {
		unsigned char uid[CASE_UID_BYTES] = {i < 4 ? i : 1};
		struct capsule_bond bond = {CAPSULE_CONTACT, uid, 0};
		struct keyd_open_contact q = {.programme = STR("exact.works"),
		        .case_number = STR("EXW-2026-0001"),
		        .template_id = STR("answer")};

		if (i == 3)
			fixture_restart(f);
		memcpy(q.case_uid, uid, sizeof uid);
		q.sealed =
		        capsule_seal(f->a, f->halves.storage, &bond, contact_pack(f->a, &contact));
		assert_int_equal(keyd_open_contact(f->a, &f->as[ROLE_COURIER], &q, &got, NULL),
		        i == 3 ? ERR_RATE : ERR_OK);
	}
	fixture_end(f);
}

static void
test_checkpoints_and_log(void **state)
{
	struct keyd_fixture *f = start();
	struct str ada = fixture_first(f);
	struct keyd_checkpoint_next q = {.programme = STR("exact.works"), .highest_event = 10};
	struct keyd_checkpoint what = {.programme = q.programme, .highest_event = 10};
	struct keyd_checkpointed done, again;
	static const unsigned char none[32];
	struct keyd_audit_verified verified;
	struct keyd_audit_verify from_start = {ada, 0};
	struct keyd_client *courier = &f->as[ROLE_COURIER];
	struct buf b;
	char path[128], sql[] = "UPDATE log SET actor = 'operator' WHERE id = 2";
	sqlite3 *db;

	(void)state;
	random_bytes(q.stretch_hash, sizeof q.stretch_hash);
	assert_int_equal(keyd_checkpoint(f->a, courier, &q, &done, NULL), ERR_OK);
	buf_init(&b, 1024);
	checkpoint_heads(none, 0, 10, q.stretch_hash, what.heads_hash);
	assert_memory_equal(done.heads_hash, what.heads_hash, sizeof done.heads_hash);
	checkpoint_statement(&what, done.signed_at, &b);
	assert_int_equal(crypto_sign_verify_detached(done.signature, (const unsigned char *)b.p,
	                         b.n, f->halves.signing),
	        0);
	buf_clear(&b);
	/* Its writing was cut off: the same again, whatever the events are said to be now. */
	*f->clock += 60;
	q.highest_event = 12;
	random_bytes(q.stretch_hash, sizeof q.stretch_hash);
	assert_int_equal(keyd_checkpoint(f->a, courier, &q, &again, NULL), ERR_OK);
	assert_memory_equal(&again, &done, sizeof done);
	q.previous_event = 10;
	assert_int_equal(keyd_checkpoint(f->a, courier, &q, &again, NULL), ERR_OK);
	checkpoint_heads(done.heads_hash, 10, 12, q.stretch_hash, what.heads_hash);
	assert_memory_equal(again.heads_hash, what.heads_hash, sizeof again.heads_hash);
	/* Checkpoints were taken out of the database, to have rewritten events signed. */
	q.previous_event = 0;
	assert_int_equal(keyd_checkpoint(f->a, courier, &q, &again, NULL), ERR_FORGED);
	q.highest_event = 9;
	assert_int_equal(keyd_checkpoint(f->a, courier, &q, &done, NULL), ERR_STATE);
	assert_int_equal(keyd_checkpoint(f->a, &f->as[ROLE_DESK], &q, &done, NULL), ERR_DENIED);

	assert_int_equal(
	        keyd_audit_verify(f->a, &f->as[ROLE_DESK], &from_start, &verified, NULL), ERR_OK);
	assert_int_equal(verified.upto_id, verified.last_id);
	assert_true(verified.last_id >= 2); /* the invitation, the enrolment */
	/* Somebody with the file rewrites history. */
	snprintf(path, sizeof path, "%s/keyd.db", f->keys);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(keyd_audit_verify(f->a, &f->as[ROLE_DESK], &from_start, &verified, NULL),
	        ERR_FORGED);
	sqlite3_close(db);
	fixture_end(f);
}

static void
test_what_is_malformed_ends_the_peer(void **state)
{
	struct keyd_fixture *f = start();
	struct channel *c = f->as[ROLE_DESK].channel;
	struct buf q, r;
	struct keyd_keys keys;
	struct keyd_nothing none = {0};

	(void)state;
	buf_init(&q, CHANNEL_FIELDS_MAX);
	buf_init(&r, CHANNEL_FIELDS_MAX);
	buf_u8(&q, 0); /* one byte too many */
	assert_int_equal(channel_call(c, KEYD_KEYS, &q, &r, 5000), ERR_PEER);
	buf_reset(&q);
	buf_u32(&q, 0xFFFFFFFF);
	assert_int_equal(channel_call(f->as[ROLE_PUBLIC].channel, KEYD_SIGN_RECEIPTS, &q, &r, 5000),
	        ERR_PEER);
	buf_clear(&q);
	buf_clear(&r);
	/* The others are served on. */
	assert_int_equal(keyd_keys(f->a, &f->as[ROLE_COURIER], &none, &keys, NULL), ERR_OK);
	assert_memory_equal(keys.storage_public, f->halves.storage, 32);
	fixture_end(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_numbers_never_repeat),
	        cmocka_unit_test(test_numbers_never_repeat_under_fire),
	        cmocka_unit_test(test_receipts_hold_what_was_asked),
	        cmocka_unit_test(test_open_case_and_forgeries),
	        cmocka_unit_test(test_titles),
	        cmocka_unit_test(test_openings_at_once),
	        cmocka_unit_test(test_budgets),
	        cmocka_unit_test(test_contact_capsule),
	        cmocka_unit_test(test_contact_budget),
	        cmocka_unit_test(test_checkpoints_and_log),
	        cmocka_unit_test(test_what_is_malformed_ends_the_peer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
