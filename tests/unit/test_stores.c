/* The stores of the main database: what is written comes back, pages follow their indexes. */
#include "unit.h"

#include "base/id.h"
#include "main_store.h"
#include "store/event_store.h"
#include "store/file_store.h"
#include "store/job_store.h"
#include "store/notice_store.h"
#include "store/outcome_store.h"
#include "store/policy_store.h"
#include "store/queue_store.h"

#include <sodium.h>

struct fixture {
	struct arena *a;
	struct main_store store;
	struct db *db;
	int64_t programme;
};

static enum err
begin(struct db *db, void *ctx)
{
	return programme_ensure(db, STR("exact.works"), STR("EXW"), ctx);
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	f->a = arena_new(64 << 20);
	main_store_open(&f->store);
	f->db = f->store.db;
	assert_int_equal(tx_run(f->db, begin, &f->programme), ERR_OK);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	main_store_close(&f->store);
	arena_free(f->a);
	free(f);
	return 0;
}

static struct case_row
sample(const struct fixture *f, int64_t number)
{
	struct case_row r = {
	        .programme_id = f->programme,
	        .year = 2026,
	        .number = number,
	        .channel = STR("api"),
	        .received_at = 1000 + number,
	        .recorded_at = 1000 + number,
	        .team_wrap = STR("wrap"),
	        .title = STR("sealed"),
	        .component = STR(""),
	        .cvss = STR(""),
	        .duplicate_of = STR(""),
	        .next_due = number % 3 == 0 ? CASE_DUE_NEVER : 5000 - number,
	        .next_warn = 4000 + number,
	        .assignee = number % 2,
	        .needs_info = number % 3 == 0,
	        .privacy_incident = number % 9 == 1,
	        .severity = (unsigned)(number % 5),
	        .state = number % 10 == 0 ? 4 : (unsigned)(number % 4),
	        .events = 1,
	};

	random_bytes(r.uid, sizeof r.uid);
	random_bytes(r.pair_public, sizeof r.pair_public);
	random_bytes(r.signature, sizeof r.signature);
	return r;
}

struct fill {
	const struct fixture *f;
	int64_t n;
};

static enum err
fill(struct db *db, void *ctx)
{
	const struct fill *fl = ctx;

	for (int64_t i = 1; i <= fl->n; i++) {
		struct case_row r = sample(fl->f, i);
		int64_t id;
		enum err e = case_insert(db, &r, &id);

		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

static enum err
insert_one(struct db *db, void *ctx)
{
	struct case_row *r = ctx;

	return case_insert(db, r, &r->id);
}

static enum err
update_stale(struct db *db, void *ctx)
{
	return case_update(db, ctx, 7);
}

static enum err
update_good(struct db *db, void *ctx)
{
	return case_update(db, ctx, 1);
}

static void
test_case_comes_back(void **state)
{
	struct fixture *f = *state;
	struct case_row r = sample(f, 1), got;

	assert_int_equal(tx_run(f->db, insert_one, &r), ERR_OK);
	assert_int_equal(case_by_number(f->a, f->db, f->programme, 2026, 1, &got), ERR_OK);
	assert_int_equal(got.id, r.id);
	assert_memory_equal(got.uid, r.uid, sizeof r.uid);
	assert_memory_equal(got.signature, r.signature, sizeof r.signature);
	assert_null(got.reporter_wrap.p);
	assert_int_equal(got.next_due, r.next_due);
	assert_int_equal(case_by_number(f->a, f->db, f->programme, 2026, 2, &got), ERR_NOT_FOUND);
	assert_int_equal(tx_run(f->db, insert_one, &r), ERR_CONFLICT);

	r.state = 2;
	r.events = 2;
	assert_int_equal(tx_run(f->db, update_stale, &r), ERR_CONFLICT);
	assert_int_equal(tx_run(f->db, update_good, &r), ERR_OK);
	assert_int_equal(case_by_id(f->a, f->db, r.id, &got), ERR_OK);
	assert_int_equal(got.state, 2);
	assert_int_equal(got.events, 2);
}

/* Walks a view page by page; every page continues where the last ended. */
static size_t
walk(struct fixture *f, struct queue_query q, bool by_due)
{
	size_t total = 0, n;
	struct case_row *rows;
	int64_t due = q.after_due, id = q.after_id;

	q.programme_id = f->programme;
	q.limit = 7;
	do {
		assert_int_equal(queue_page(f->a, f->db, &q, &rows, &n), ERR_OK);
		for (size_t i = 0; i < n; i++) {
			if (by_due)
				assert_true(rows[i].next_due > due ||
				            (rows[i].next_due == due && rows[i].id > id));
			else
				assert_true(rows[i].id < id);
			due = q.after_due = rows[i].next_due;
			id = q.after_id = rows[i].id;
		}
		if (!by_due)
			q.after_due = 0;
		total += n;
	} while (n == 7);
	return total;
}

static void
test_queue(void **state)
{
	struct fixture *f = *state;
	struct fill fl = {f, 200};
	struct queue_counts c;

	assert_int_equal(tx_run(f->db, fill, &fl), ERR_OK);
	assert_int_equal(walk(f, (struct queue_query){.view = QUEUE_OPEN, .state = -1}, true), 180);
	assert_int_equal(
	        walk(f, (struct queue_query){.view = QUEUE_PRIVACY, .state = -1}, true), 20);
	assert_int_equal(walk(f, (struct queue_query){.view = QUEUE_REST, .state = -1}, true), 160);
	assert_int_equal(
	        walk(f, (struct queue_query){.view = QUEUE_MINE, .state = -1, .assignee = 1}, true),
	        100);
	assert_int_equal(
	        walk(f, (struct queue_query){.view = QUEUE_WAITING, .state = -1}, true), 60);
	assert_int_equal(
	        walk(f, (struct queue_query){.view = QUEUE_OVERDUE, .state = -1, .now = 4900},
	                true),
	        60);
	assert_int_equal(
	        walk(f, (struct queue_query){.view = QUEUE_SEVERITY, .state = -1, .severity = 1},
	                true),
	        40);
	assert_int_equal(walk(f,
	                         (struct queue_query){
	                                 .view = QUEUE_STATE, .state = 4, .after_id = INT64_MAX},
	                         false),
	        20);
	assert_int_equal(
	        walk(f, (struct queue_query){.view = QUEUE_ALL, .state = -1, .after_id = INT64_MAX},
	                false),
	        200);
	assert_int_equal(queue_count(f->db, f->programme, 1, 4900, &c), ERR_OK);
	assert_int_equal(c.open, 180);
	assert_int_equal(c.mine, 100);
	assert_int_equal(c.waiting, 60);
	assert_int_equal(c.overdue, 60);
}

static enum err
outcomes(struct db *db, void *ctx)
{
	struct fixture *f = ctx;
	enum err e = ERR_OK;

	for (int64_t i = 1; i <= 9 && e == ERR_OK; i++) {
		struct case_row r = sample(f, i);

		e = case_insert(db, &r, &r.id);
		if (e == ERR_OK)
			e = outcome_keep(db,
			        &(struct outcome_row){f->programme, r.id, 0, 0, 100, 104, 100 + i});
	}
	return e;
}

struct outcome_sums {
	size_t kept, missed;
	int64_t longest_s;
};

static void
add_outcome(void *ctx, const struct outcome_row *row)
{
	struct outcome_sums *s = ctx;
	int64_t took_s = row->stopped_at - row->started_at;

	if (row->stopped_at <= row->due_at)
		s->kept++;
	else
		s->missed++;
	s->longest_s = took_s > s->longest_s ? took_s : s->longest_s;
}

static void
test_outcomes(void **state)
{
	struct fixture *f = *state;
	struct outcome_sums sums = {0}, none = {0};

	assert_int_equal(tx_run(f->db, outcomes, f), ERR_OK);
	assert_int_equal(outcome_each(f->db, f->programme, add_outcome, &sums), ERR_OK);
	assert_int_equal(sums.kept, 4);
	assert_int_equal(sums.missed, 5);
	assert_int_equal(sums.longest_s, 9);
	assert_int_equal(outcome_each(f->db, f->programme + 1, add_outcome, &none), ERR_OK);
	assert_int_equal(none.kept + none.missed, 0);
}

static enum err
rest(struct db *db, void *ctx)
{
	struct fixture *f = ctx;
	struct case_row r = sample(f, 1);
	unsigned char blob[16] = {1};
	enum err e = case_insert(db, &r, &r.id);

	if (e == ERR_OK)
		e = event_insert(db, &(struct event_row){.case_id = r.id,
		                             .seq = 1,
		                             .at_utc_s = 5,
		                             .kind = STR("received"),
		                             .actor = STR("reporter"),
		                             .clear = STR(""),
		                             .sealed_with = SEALED_REPORTER,
		                             .body = STR("b")});
	if (e == ERR_OK)
		e = file_insert(db, &(struct file_row){.case_id = r.id,
		                            .number = 1,
		                            .event_seq = 1,
		                            .sealed_with = SEALED_REPORTER,
		                            .size_bytes = 3,
		                            .name = STR("n")});
	if (e == ERR_OK)
		e = capsule_insert(db,
		        &(struct capsule_row){.case_id = r.id, .purpose = 1, .content = STR("c")});
	for (int i = 0; i < 2 && e == ERR_OK; i++)
		e = notice_queue(db, &(struct notice_row){.case_id = r.id,
		                             .template = STR("new_report"),
		                             .about = 1,
		                             .recipient = -1,
		                             .queued_at = 5,
		                             .try_at = 5});
	if (e == ERR_OK)
		e = idempotency_insert(db, blob, r.id);
	if (e == ERR_OK)
		e = job_put(db, STR("warn"), &(struct job_row){7, 8});
	if (e == ERR_OK)
		e = checkpoint_insert(db, &(struct checkpoint_row){.event_id = 1, .at_utc_s = 9});
	return e;
}

static void
test_the_rest_comes_back(void **state)
{
	struct fixture *f = *state;
	unsigned char blob[16] = {1};
	struct event_row *events;
	struct event_head *heads;
	struct file_row *files;
	struct capsule_row capsule;
	struct notice_row *notices;
	struct job_row job;
	struct checkpoint_row cp;
	size_t n;
	int64_t id;

	assert_int_equal(tx_run(f->db, rest, f), ERR_OK);
	assert_int_equal(idempotency_find(f->db, blob, &id), ERR_OK);
	assert_int_equal(event_list(f->a, f->db, id, true, &events, &n), ERR_OK);
	assert_int_equal(n, 1);
	assert_true(str_eq(events[0].body, STR("b")));
	assert_int_equal(event_list(f->a, f->db, id, false, &events, &n), ERR_OK);
	assert_null(events[0].body.p);
	assert_int_equal(event_heads(f->a, f->db, 0, events[0].id, 10, &heads, &n), ERR_OK);
	assert_int_equal(n, 1);
	assert_int_equal(file_list(f->a, f->db, id, &files, &n), ERR_OK);
	assert_int_equal(n, 1);
	assert_int_equal(file_get(f->a, f->db, id, 1, &files[0]), ERR_OK);
	assert_int_equal(file_get(f->a, f->db, id, 2, &files[0]), ERR_NOT_FOUND);
	assert_int_equal(capsule_get(f->a, f->db, id, 1, 0, &capsule), ERR_OK);
	assert_int_equal(notice_due(f->a, f->db, 5, 10, &notices, &n), ERR_OK);
	assert_int_equal(n, 1);
	assert_int_equal(notice_due(f->a, f->db, 4, 10, &notices, &n), ERR_OK);
	assert_int_equal(n, 0);
	assert_int_equal(job_get(f->a, f->db, STR("warn"), &job), ERR_OK);
	assert_int_equal(job.position, 8);
	assert_int_equal(job_get(f->a, f->db, STR("none"), &job), ERR_OK);
	assert_int_equal(job.ran_at, 0);
	assert_int_equal(checkpoint_last(f->a, f->db, &cp), ERR_OK);
	assert_int_equal(cp.at_utc_s, 9);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(test_case_comes_back, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_queue, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_outcomes, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_the_rest_comes_back, setup, teardown),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
