/* act: a report becomes a case, and a case lives its life, in a real database under the real
 * policy. */
#include "unit.h"

#include "act/intake.h"
#include "act/view.h"
#include "base/id.h"
#include "base/time.h"
#include "case/permission.h"
#include "main_store.h"
#include "seal/chain.h"
#include "store/outcome_store.h"
#include "store/policy_store.h"

#include <sodium.h>
#include <sqlite3.h>

static const char policy_file[] = "programmes/exact.works/policy.yaml";
static const struct actor coordinator = {ACTOR_PERSON, 1, STAFF_COORDINATOR};
static const struct actor analyst = {ACTOR_PERSON, 2, STAFF_ANALYST};
static const struct actor auditor = {ACTOR_PERSON, 3, STAFF_AUDITOR};
static const struct actor reporter = {ACTOR_REPORTER, 0, 0};

struct fixture {
	struct main_store store;
	struct arena *a;
	struct programme pr;
	const struct policy *policy;
	struct key intake_key, storage_secret;
	unsigned char signing_secret[64];
	struct intake in;
	int64_t now;
	struct diag why;
};

static enum err
policy_write(struct db *db, void *ctx)
{
	struct fixture *f = ctx;
	struct policy_row row = {.text = f->policy->text};
	enum err e = programme_ensure(db, f->pr.name, f->pr.case_prefix, &f->pr.id);

	memcpy(row.sha256, f->policy->sha256, sizeof row.sha256);
	row.programme_id = f->pr.id;
	return e == ERR_OK ? policy_keep(db, &row) : e;
}

static enum err
insert(struct db *db, void *ctx)
{
	return intake_insert(ctx, db);
}

static void
report(struct fixture *f, struct intake *in, int64_t number)
{
	struct receipt_facts facts;

	in->a = f->a;
	in->programme = &f->pr;
	in->policy = f->policy;
	in->intake_key = &f->intake_key;
	in->actor = reporter;
	in->channel = STR("api");
	in->severity = SEVERITY_HIGH;
	in->title = STR("Escrow released without confirmation");
	in->body = STR("{\"description\":\"secret words\"}");
	in->contact = (struct contact){STR("ana@example.org"), STR("Ana"), STR("")};
	intake_begin(in);
	intake_seal(in);
	in->row.year = 2026;
	in->row.number = number;
	in->row.received_at = f->now;
	in->row.signed_at = f->now;
	facts = act_facts(f->a, &f->pr, &in->row);
	receipt_sign(f->signing_secret, &facts, in->row.signature);
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	FILE *file = fopen(policy_file, "rb");
	static char text[1 << 20];
	size_t n;

	assert_non_null(file);
	n = fread(text, 1, sizeof text, file);
	fclose(file);
	f->a = arena_new(64 << 20);
	main_store_open(&f->store);
	f->pr.policies = policies_new();
	assert_int_equal(
	        policies_add(f->pr.policies, policy_file, str_bytes(text, n), &f->why, &f->policy),
	        ERR_OK);
	f->pr.name = f->policy->programme;
	f->pr.case_prefix = f->policy->case_prefix;
	unsigned char storage_public[32];

	crypto_box_keypair(storage_public, f->storage_secret.b);
	f->pr.wrapper = wrapper_new(storage_public);
	crypto_sign_keypair(f->pr.signing_public, f->signing_secret);
	key_random(&f->intake_key);
	assert_int_equal(tx_run(f->store.db, policy_write, f), ERR_OK);
	f->now = now_utc_s() - 30 * DAY_S;
	report(f, &f->in, 1);
	assert_int_equal(tx_run(f->store.db, insert, &f->in), ERR_OK);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	main_store_close(&f->store);
	policies_free(f->pr.policies);
	arena_free(f->a);
	free(f);
	return 0;
}

struct doing {
	struct act act;
	struct act_request q;
};

static enum err
doing(struct db *db, void *ctx)
{
	struct doing *d = ctx;
	enum err e;

	d->act.db = db;
	e = act_open(&d->act, d->act.row.id);
	return e == ERR_OK ? act_run(&d->act, &d->q) : e;
}

/* Does Q as WHO, LATER seconds after the last action, with the keys that such a person would hold.
 */
static enum err
act_as(struct fixture *f, struct actor who, int64_t later, struct act_request q)
{
	struct doing d = {.q = q};

	f->now += later;
	d.act = (struct act){
	        .a = f->a, .programme = &f->pr, .actor = who, .now_utc_s = f->now, .why = &f->why};
	d.act.row.id = f->in.row.id;
	if (who.kind != ACTOR_REPORTER)
		d.act.keys.team = &f->in.keys.team;
	d.act.keys.reporter = &f->in.keys.shared.reporter;
	return tx_run(f->store.db, doing, &d);
}

static struct case_row
row_of(struct fixture *f)
{
	struct case_row row;

	assert_int_equal(case_by_id(f->a, f->store.db, f->in.row.id, &row), ERR_OK);
	return row;
}

/* Every promise of this life was kept. */
static void
add_outcome(void *ctx, const struct outcome_row *row)
{
	size_t *met = ctx;

	assert_true(row->stopped_at <= row->due_at);
	met[row->clock]++;
}

static void
test_life(void **state)
{
	struct fixture *f = *state;
	struct case_row row = row_of(f);
	struct event_row *events;
	size_t met[CLOCK_KIND_COUNT] = {0};
	struct notice_row *notices;
	unsigned char head[CHAIN_BYTES] = {0};
	struct case_row chained = {0};
	size_t n;

	assert_int_equal(row.state, CASE_NEW);
	assert_int_equal(row.next_clock, CLOCK_ACKNOWLEDGE);
	assert_int_equal(row.next_due, row.received_at + 48 * HOUR_S);
	assert_int_equal(row.next_warn, row.received_at + 36 * HOUR_S);
	assert_int_equal(act_check_key(&f->pr, f->a, &row), ERR_OK);

	assert_int_equal(act_as(f, analyst, HOUR_S,
	                         (struct act_request){
	                                 .action = ACTION_ACKNOWLEDGE, .text = STR("Thank you.")}),
	        ERR_OK);
	assert_int_equal(act_as(f, analyst, HOUR_S,
	                         (struct act_request){.action = ACTION_REQUEST_INFO,
	                                 .text = STR("Which host?")}),
	        ERR_OK);
	assert_int_equal(row_of(f).needs_info, 1);
	assert_int_equal(act_as(f, reporter, DAY_S,
	                         (struct act_request){.action = ACTION_REPLY, .text = STR("api")}),
	        ERR_OK);
	assert_int_equal(row_of(f).needs_info, 0);
	assert_int_equal(
	        act_as(f, analyst, 10,
	                (struct act_request){.action = ACTION_NOTE, .text = STR("looks real")}),
	        ERR_OK);
	assert_int_equal(act_as(f, analyst, 10,
	                         (struct act_request){.action = ACTION_ASSIGN, .assignee = 2}),
	        ERR_OK);
	assert_int_equal(act_as(f, analyst, HOUR_S,
	                         (struct act_request){.action = ACTION_TRIAGE,
	                                 .severity = SEVERITY_CRITICAL,
	                                 .cwe = 862,
	                                 .text = STR("We agree.")}),
	        ERR_OK);
	row = row_of(f);
	assert_int_equal(row.state, CASE_TRIAGED);
	assert_int_equal(row.severity, SEVERITY_CRITICAL);
	assert_int_equal(row.next_clock, CLOCK_UPDATE);
	assert_int_equal(row.assignee, 2);
	assert_int_equal(
	        act_as(f, analyst, DAY_S, (struct act_request){.action = ACTION_FIX}), ERR_OK);
	assert_int_equal(
	        act_as(f, coordinator, 0,
	                (struct act_request){.action = ACTION_CLOSE, .reason = CLOSE_RESOLVED}),
	        ERR_OK);
	row = row_of(f);
	assert_int_equal(row.state, CASE_CLOSED);
	assert_int_equal(row.next_due, CASE_DUE_NEVER);

	assert_int_equal(event_list(f->a, f->store.db, row.id, true, &events, &n), ERR_OK);
	assert_int_equal(n, 10);
	memcpy(chained.uid, row.uid, sizeof row.uid);
	memcpy(chained.chain_head, head, sizeof head);
	for (size_t i = 0; i < n; i++)
		act_link(&chained, &events[i]);
	assert_memory_equal(chained.chain_head, row.chain_head, CHAIN_BYTES);

	assert_int_equal(outcome_each(f->store.db, f->pr.id, add_outcome, &met), ERR_OK);
	for (size_t i = 0; i < 4; i++)
		assert_int_not_equal(met[i], 0);
	assert_int_equal(notice_due(f->a, f->store.db, INT64_MAX, 100, &notices, &n), ERR_OK);
	assert_int_equal(n, 7);
}

static void
test_refusals(void **state)
{
	struct fixture *f = *state;
	const struct {
		struct actor who;
		struct act_request q;
		enum err want;
		const char *pointer;
	} cases[] = {
	        {auditor, {.action = ACTION_NOTE, .text = STR("x")}, ERR_DENIED, ""},
	        {analyst, {.action = ACTION_CLOSE, .reason = CLOSE_RESOLVED}, ERR_DENIED, ""},
	        {reporter, {.action = ACTION_ACKNOWLEDGE}, ERR_DENIED, ""},
	        {coordinator, {.action = ACTION_REPLY, .text = STR("x")}, ERR_DENIED, ""},
	        {analyst, {.action = ACTION_MESSAGE}, ERR_INVALID, "/text"},
	        {analyst, {.action = ACTION_NOTE, .text = STR("x"), .severity = SEVERITY_LOW},
	                ERR_INVALID, "/severity"},
	        {analyst, {.action = ACTION_TRIAGE}, ERR_INVALID, "/severity"},
	        {analyst,
	                {.action = ACTION_TRIAGE,
	                        .severity = SEVERITY_LOW,
	                        .cvss = STR("CVSS:3.1/AV:X")},
	                ERR_INVALID, "/cvss"},
	        {analyst,
	                {.action = ACTION_TRIAGE,
	                        .severity = SEVERITY_LOW,
	                        .component = STR("nowhere")},
	                ERR_INVALID, "/component"},
	        {analyst, {.action = ACTION_FIX}, ERR_STATE, ""},
	        {coordinator, {.action = ACTION_REOPEN}, ERR_STATE, ""},
	        {coordinator, {.action = ACTION_CLOSE, .reason = CLOSE_WITHDRAWN}, ERR_INVALID,
	                "/reason"},
	        {coordinator,
	                {.action = ACTION_CLOSE,
	                        .reason = CLOSE_DUPLICATE,
	                        .of = STR("EXW-2026-0001")},
	                ERR_INVALID, "/of"},
	        {coordinator,
	                {.action = ACTION_CLOSE,
	                        .reason = CLOSE_DUPLICATE,
	                        .of = STR("EXW-2026-0009")},
	                ERR_INVALID, "/of"},
	};
	int64_t events = row_of(f).events;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		f->why = (struct diag){0};
		assert_int_equal(act_as(f, cases[i].who, 1, cases[i].q), cases[i].want);
		assert_string_equal(f->why.pointer, cases[i].pointer);
	}
	assert_int_equal(row_of(f).events, events);
}

/* As somebody would who owns the database file. */
static void
rewrite(struct fixture *f, const char *sql)
{
	char path[128];
	sqlite3 *db;

	snprintf(path, sizeof path, "%s/vdpd.db", f->store.dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void
test_rewritten_pair_is_refused(void **state)
{
	struct fixture *f = *state;
	struct doing d = {.q = {.action = ACTION_REPLY, .text = STR("hello")}};

	d.act = (struct act){.a = f->a,
	        .programme = &f->pr,
	        .actor = reporter,
	        .now_utc_s = f->now,
	        .why = &f->why};
	d.act.row.id = f->in.row.id;
	assert_int_equal(tx_run(f->store.db, doing, &d), ERR_OK); /* sealed to the pair */
	rewrite(f, "UPDATE cases SET pair_public = randomblob(32)");
	d.act.row.id = f->in.row.id;
	assert_int_equal(tx_run(f->store.db, doing, &d), ERR_FORGED);
}

/* Who opens a case sees it only with the events that its chain covers. */
static void
test_rewritten_event_is_refused(void **state)
{
	struct fixture *f = *state;
	struct view_keys keys = {.team = &f->in.keys};
	struct case_view v;

	assert_int_equal(
	        view_read(f->a, f->store.db, &f->pr, f->in.row.id, &keys, f->now, &v), ERR_OK);
	assert_memory_equal(v.items[v.items_n - 1].chain, v.row.chain_head, 32);
	rewrite(f, "UPDATE event SET at = at - 86400 WHERE seq = 1");
	assert_int_equal(
	        view_read(f->a, f->store.db, &f->pr, f->in.row.id, &keys, f->now, &v), ERR_FORGED);
}

static void
test_repeated_request(void **state)
{
	struct fixture *f = *state;
	struct intake one = {.idempotency_key = STR("abc")}, two = {.idempotency_key = STR("abc")};

	report(f, &one, 2);
	report(f, &two, 3);
	assert_int_equal(intake_find_repeated(&two, f->store.db), ERR_NOT_FOUND);
	assert_int_equal(tx_run(f->store.db, insert, &one), ERR_OK);
	assert_int_equal(tx_run(f->store.db, insert, &two), ERR_OK);
	assert_false(one.repeated);
	assert_true(two.repeated);
	assert_int_equal(two.row.id, one.row.id);
	assert_true(str_eq(two.case_number, STR("EXW-2026-0002")));
	assert_memory_equal(&one.code, &two.code, sizeof one.code);
}

static void
test_clear_fields(void **state)
{
	struct fixture *f = *state;
	struct clear c = {.severity = SEVERITY_LOW,
	        .to = PARTY_TEAM,
	        .reason = CLOSE_SPAM,
	        .question = true,
	        .cwe = 79,
	        .of = STR("EXW-2026-0007")};
	struct clear got;
	struct str packed = clear_pack(f->a, &c);

	assert_int_equal(clear_parse(packed, &got), ERR_OK);
	assert_true(str_eq(clear_pack(f->a, &got), packed));
	assert_int_equal(clear_parse(STR("nonsense=1\n"), &got), ERR_SYNTAX);
	assert_int_equal(clear_parse(STR("severity=awful\n"), &got), ERR_SYNTAX);
	assert_int_equal(clear_parse(STR("cwe=-1\n"), &got), ERR_SYNTAX);
}

/* A vector alone means a severity by the policy; the reason is kept for the team. */
static void
test_triage_by_score(void **state)
{
	struct fixture *f = *state;
	struct event_row *events;
	size_t n;

	assert_int_equal(
	        act_check(&(struct act_request){.action = ACTION_TRIAGE}, NULL), ERR_INVALID);
	assert_int_equal(
	        act_as(f, analyst, HOUR_S,
	                (struct act_request){.action = ACTION_TRIAGE,
	                        .cvss = STR("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N")}),
	        ERR_INVALID);
	assert_int_equal(
	        act_as(f, analyst, HOUR_S,
	                (struct act_request){.action = ACTION_TRIAGE,
	                        .cvss = STR("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"),
	                        .note = STR("seen on staging")}),
	        ERR_OK);
	assert_int_equal(row_of(f).severity, SEVERITY_CRITICAL);
	assert_int_equal(event_list(f->a, f->store.db, f->in.row.id, true, &events, &n), ERR_OK);
	assert_int_equal(events[n - 1].sealed_with, SEALED_TEAM);
	assert_true(events[n - 1].body.n > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(test_life, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_refusals, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_rewritten_pair_is_refused, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_rewritten_event_is_refused, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_repeated_request, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_clear_fields, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_triage_by_score, setup, teardown),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
