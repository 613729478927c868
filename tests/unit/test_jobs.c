/* The courier's jobs along the life of a case. */
#include "jobs_fixture.h"

#include "act/checkpoint.h"
#include "act/warn.h"

static const struct actor ada = {ACTOR_PERSON, 1, STAFF_COORDINATOR};
static const struct actor ben = {ACTOR_PERSON, 2, STAFF_ANALYST};
static const struct actor reporter = {ACTOR_REPORTER, 0, 0};

#define ADA "<ada@team.example> [EXW-2026-0001] "
#define BEN "<ben@team.example> [EXW-2026-0001] "
#define ANA "<ana@example.org> [EXW-2026-0001] "

/* ada (1) coordinates, ben (2) analyses, eve (3) audits and hears of nothing. */
static void
enrol(struct jobs_fixture *f)
{
	unsigned char totp[KEYD_TOTP_BYTES];

	f->ada = fixture_first(f->k);
	(void)fixture_member(f->k, f->ada, "ben", STAFF_ANALYST, totp);
	(void)fixture_member(f->k, f->ada, "eve", STAFF_AUDITOR, totp);
}

static void
go(struct jobs_fixture *f, int64_t s)
{
	*f->k->clock += s;
	jobs_run(f);
}

static void
test_life(void **state)
{
	struct jobs_fixture *f = jobs_make();
	struct intake in;

	(void)state;
	jobs_report(f, &in);
	go(f, 0);
	assert_outbox(f, ""); /* nobody is there yet */
	enrol(f);
	go(f, HOUR_S);
	assert_outbox(f, ADA "New report\n" BEN "New report\n");

	/* 36 of 48 hours; nobody has it. */
	go(f, 35 * HOUR_S - 1);
	assert_outbox(f, "");
	go(f, 1);
	assert_outbox(f, ADA "First answer is due 2026-01-07 09:00 UTC\n" BEN
	                     "First answer is due 2026-01-07 09:00 UTC\n");
	go(f, 12 * HOUR_S);
	assert_outbox(f, ADA "Missed: First answer\n" BEN "Missed: First answer\n");

	jobs_act(f, &in, ada, (struct act_request){.action = ACTION_ASSIGN, .assignee = 2});
	go(f, 0);
	assert_outbox(f, BEN "Assigned to you\n");

	/* Three answers at once are one piece of news; the fourth comes soon after. */
	jobs_act(f, &in, ben,
	        (struct act_request){.action = ACTION_ACKNOWLEDGE, .text = STR(FIXTURE_WORDS)});
	for (int i = 0; i < 2; i++)
		jobs_act(f, &in, ben,
		        (struct act_request){.action = ACTION_MESSAGE, .text = STR(FIXTURE_WORDS)});
	go(f, 0);
	assert_outbox(f, ANA "There is an answer to your report\n");
	jobs_act(f, &in, ben,
	        (struct act_request){.action = ACTION_MESSAGE, .text = STR(FIXTURE_WORDS)});
	go(f, MINUTE_S);
	assert_outbox(f, "");
	go(f, 9 * MINUTE_S);
	assert_outbox(f, ANA "There is an answer to your report\n");

	jobs_act(f, &in, reporter,
	        (struct act_request){.action = ACTION_REPLY, .text = STR(FIXTURE_WORDS)});
	go(f, 0);
	assert_outbox(f, BEN "The reporter has written\n");

	/* Triage: 5 d 6 h after the report. Something happens in between, so that it stays with
	 * the assignee; a pause would put it off. */
	go(f, 2 * DAY_S);
	jobs_act(f, &in, ben, (struct act_request){.action = ACTION_NOTE, .text = STR("?")});
	go(f, 30 * HOUR_S);
	assert_outbox(f, BEN "Assessment is due 2026-01-12 09:00 UTC\n");
	jobs_act(f, &in, ben,
	        (struct act_request){.action = ACTION_TRIAGE, .severity = SEVERITY_CRITICAL});
	go(f, 0);
	(void)jobs_outbox(f, NULL);

	/* The fortnight: after ten and a half days in which nothing happened, everybody. */
	go(f, 14 * DAY_S);
	assert_outbox(f, ADA "Missed: Status update\n" BEN "Missed: Status update\n");
	jobs_end(f);
}

static void
test_update_due(void **state)
{
	struct jobs_fixture *f = jobs_make();
	struct intake in;

	(void)state;
	enrol(f);
	jobs_report(f, &in);
	jobs_act(f, &in, ben, (struct act_request){.action = ACTION_ASSIGN, .assignee = 2});
	jobs_act(f, &in, ben, (struct act_request){.action = ACTION_ACKNOWLEDGE});
	jobs_act(f, &in, ben,
	        (struct act_request){.action = ACTION_TRIAGE, .severity = SEVERITY_LOW});
	go(f, 0);
	(void)jobs_outbox(f, NULL);
	go(f, 10 * DAY_S);
	jobs_act(f, &in, ben, (struct act_request){.action = ACTION_NOTE, .text = STR("?")});
	go(f, 12 * HOUR_S - 1);
	assert_outbox(f, "");
	go(f, 1);
	assert_outbox(f, BEN "Tell the reporter how it stands\n");
	assert_int_equal(jobs_row(f, &in).next_warn, in.row.received_at + 14 * DAY_S);
	/* An answer ends the cycle, and begins the next. */
	jobs_act(f, &in, ben, (struct act_request){.action = ACTION_MESSAGE, .text = STR("Soon.")});
	go(f, 4 * DAY_S);
	assert_outbox(f, ANA "There is an answer to your report\n");
	go(f, 6 * DAY_S + 12 * HOUR_S);
	assert_outbox(
	        f, ADA "Tell the reporter how it stands\n" BEN "Tell the reporter how it stands\n");
	jobs_end(f);
}

/* Asking the reporter stops the clocks that wait for the answer; a severity that comes late brings
 * a clock that is past its mark. */
static void
test_pause_and_late(void **state)
{
	struct jobs_fixture *f = jobs_make();
	struct intake in;

	(void)state;
	enrol(f);
	jobs_report(f, &in);
	jobs_act(f, &in, ben,
	        (struct act_request){.action = ACTION_REQUEST_INFO, .text = STR("Where?")});
	go(f, 0);
	(void)jobs_outbox(f, NULL);
	go(f, 10 * DAY_S);
	assert_outbox(f, ""); /* triage is paused */
	go(f, 20 * DAY_S);
	assert_outbox(f, ADA "Missed: Status update\n" BEN "Missed: Status update\n");
	jobs_act(f, &in, reporter, (struct act_request){.action = ACTION_REPLY, .text = STR("!")});
	go(f, 4 * DAY_S);
	assert_outbox(f, ADA "The reporter has written\n" BEN "The reporter has written\n");
	go(f, 30 * DAY_S);
	(void)jobs_outbox(f, NULL);
	/* 34 of 30 days, without the pause. */
	jobs_act(f, &in, ben,
	        (struct act_request){.action = ACTION_TRIAGE, .severity = SEVERITY_CRITICAL});
	go(f, 0);
	assert_outbox(f,
	        ADA "Missed: Fix\n" ANA "There is an answer to your report\n" BEN "Missed: Fix\n");
	jobs_end(f);
}

/* What stands in the row is what can be computed anew, also while a warning waits. */
static void
test_index(void **state)
{
	static const int64_t steps[] = {0, 36 * HOUR_S, HOUR_S, 11 * HOUR_S, 2 * DAY_S, 20 * DAY_S};
	struct jobs_fixture *f = jobs_make();
	struct intake in;

	(void)state;
	enrol(f);
	jobs_report(f, &in);
	for (size_t i = 0; i < 2 * sizeof steps / sizeof steps[0]; i++) {
		struct case_row row;
		struct event ev = {.at_utc_s = in.row.received_at, .kind = EVENT_RECEIVED};
		struct clock_entry *entries;
		size_t n;

		if (i % 2 == 0)
			*f->k->clock += steps[i / 2];
		else
			jobs_run(f);
		row = jobs_row(f, &in);
		assert_int_equal(act_clocks(f->a, f->store.db, &f->pr, &row, &ev, 1, now_utc_s(),
		                         &entries, &n),
		        ERR_OK);
		assert_int_equal(
		        row.next_warn, act_next_warn(entries, n, row.next_warn, now_utc_s()));
		assert_true(i % 2 == 0 || row.next_warn > now_utc_s());
	}
	jobs_end(f);
}

static void
test_checkpoints(void **state)
{
	struct jobs_fixture *f = jobs_make();
	struct checkpoint_row *rows, none = {0}, *before = &none;
	struct intake in[3];
	size_t n, done;

	(void)state;
	assert_int_equal(jobs_run_one(f, job_checkpoint, &done), ERR_OK);
	assert_int_equal(done, 0);
	for (size_t i = 0; i < 3; i++) {
		jobs_report(f, &in[i]);
		assert_int_equal(jobs_run_one(f, job_checkpoint, &done), ERR_OK);
		assert_int_equal(done, i < 2 ? 1 : 0);
		/* Before the third a minute is not over yet. */
		*f->k->clock += i == 1 ? MINUTE_S - 1 : MINUTE_S;
	}
	assert_int_equal(jobs_run_one(f, job_checkpoint, &done), ERR_OK);
	assert_int_equal(done, 1);
	assert_int_equal(checkpoint_list(f->a, f->store.db, 0, 10, &rows, &n), ERR_OK);
	assert_int_equal(n, 3);
	for (size_t i = 0; i < n; i++, before = &rows[i - 1]) {
		struct case_row row = jobs_row(f, &in[i]);
		struct checkpoint_hash h;
		unsigned char hash[32];

		assert_int_equal(checkpoint_check(&f->pr, &rows[i]), ERR_OK);
		checkpoint_hash_begin(&h, i == 0 ? NULL : before, rows[i].event_id);
		checkpoint_hash_head(&h, row.id, row.chain_head);
		checkpoint_hash_end(&h, hash);
		assert_memory_equal(hash, rows[i].heads_hash, 32);
	}
	rows[1].heads_hash[5] ^= 1;
	assert_int_equal(checkpoint_check(&f->pr, &rows[1]), ERR_FORGED);
	jobs_end(f);
}

/* keyd is gone and comes back; somebody leaves. */
static void
test_trouble(void **state)
{
	struct jobs_fixture *f = jobs_make();
	struct intake in;
	struct keyd_member_change gone = {.person_id = 2, .roles = STAFF_ANALYST, .disabled = 1};
	size_t done;

	(void)state;
	enrol(f);
	jobs_report(f, &in);
	fixture_kill(f->k);
	fixture_start(f->k);
	f->jobs.keyd = &f->k->as[ROLE_COURIER];
	jobs_act(f, &in, ben, (struct act_request){.action = ACTION_ASSIGN, .assignee = 2});
	gone.credential = f->ada;
	assert_int_equal(keyd_member_change(f->a, &f->k->as[ROLE_DESK], &gone,
	                         &(struct keyd_nothing){0}, NULL),
	        ERR_OK);
	jobs_act(f, &in, reporter, (struct act_request){.action = ACTION_REPLY, .text = STR("!")});
	go(f, 0);
	assert_outbox(f, ADA "New report\n" ADA "The reporter has written\n");

	/* An outbox that cannot be written to: nothing is lost, and it is not hammered. */
	assert_int_equal(rmdir(f->outbox), 0);
	jobs_act(f, &in, reporter, (struct act_request){.action = ACTION_WITHDRAW});
	jobs_run(f);
	assert_int_equal(mkdir(f->outbox, 0700), 0);
	close(f->files.outbox);
	f->files.outbox = openat(AT_FDCWD, f->outbox, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(jobs_run_one(f, job_notices, &done), ERR_OK);
	assert_int_equal(done, 0);
	go(f, MINUTE_S);
	assert_outbox(f, ADA "Withdrawn by the reporter\n");
	jobs_end(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_life),
	        cmocka_unit_test(test_update_due),
	        cmocka_unit_test(test_pause_and_late),
	        cmocka_unit_test(test_index),
	        cmocka_unit_test(test_checkpoints),
	        cmocka_unit_test(test_trouble),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
