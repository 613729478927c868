/* store: no statement reads a whole table or sorts one, except those that are named here with the
 * reason, so that pages stay quick with a million cases. */
#include "unit.h"

#include "keyd/store/keyd_set.h"
#include "store/db_sqlite.h"
#include "store/migrate.h"
#include "store/statements.h"
#include "store_fixture.h"

static const struct {
	const char *stmt; /* NULL: any */
	const char *step;
} allowed[] = {
        {NULL, "SCAN schema_migration"}, /* a row a migration */
        {NULL, "SCAN person"},           /* the team: few */
        {NULL, "SCAN api_token"},
        {NULL, "SCAN enrolment"}, /* few, and purged */
        {NULL, "SCAN session"},
        {"keyd_enrolment_list", "USE TEMP B-TREE FOR ORDER BY"},
        {"keyd_session_list", "SCAN s"},
        {"keyd_session_list", "USE TEMP B-TREE FOR ORDER BY"},
        {"checkpoint_last", "SCAN checkpoint"}, /* backwards along the key, one row */
        {"keyd_log_head", "SCAN log"},
        {"keyd_log_news", "SCAN log USING INDEX log_news"}, /* backwards, as many as are asked */
        {"keyd_pgp_keys", "SCAN pgp_key"},                  /* KEYD_PGP_KEYS_MAX of them */
        {"keyd_pgp_key_supersede", "SCAN pgp_key"},
        {"keyd_passkey_challenge_purge", "SCAN passkey_challenge"}, /* of half an hour */
        {"overview_cases", "SCAN cases"}, /* a job's, as often as it is quick */
        {"outcome_each", "SCAN outcome"}, /* the trust center's, kept in memory */
        /* The other end of a foreign key, which SQLite skips while none is known to dangle. */
        {"case_insert", "SCAN idempotency"},
        /* A row a programme and year; once, after a restore. */
        {"keyd_counter_skip", "SCAN counter"},
        {"keyd_counter_highest", "SCAN counter"},
        /* For the bar of a change of the storage key. */
        {"wrap_count", "SCAN case_wrap"},
        {"sealed_count", "SCAN capsule"},
        /* An index of what is announced, and read once a day. */
        {"retention_announced", "SCAN cases USING COVERING INDEX cases_erase"},
        {"programme_insert", "SCAN outcome"},
        {"programme_insert", "SCAN policy"},
};

static bool
is_allowed(const struct stmt *st, struct str step)
{
	for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
		if ((allowed[i].stmt == NULL ||
		            str_eq(str_of(allowed[i].stmt), str_of(st->name))) &&
		        str_starts(step, str_of(allowed[i].step)))
			return true;
	return false;
}

/* Where the statement reads what a subquery has already bounded, the step names the subquery. */
static bool
is_slow(struct str step)
{
	if (str_starts(step, STR("SCAN ")))
		return !str_starts(step, STR("SCAN counted")) &&
		       !str_starts(step, STR("SCAN CONSTANT"));
	return str_starts(step, STR("USE TEMP B-TREE"));
}

static int
check(sqlite3 *sqlite, const struct stmt *st)
{
	char sql[4000];
	sqlite3_stmt *h;
	int slow = 0;

	assert_in_range(
	        snprintf(sql, sizeof sql, "EXPLAIN QUERY PLAN %s", st->sql), 1, sizeof sql - 1);
	assert_int_equal(sqlite3_prepare_v2(sqlite, sql, -1, &h, NULL), SQLITE_OK);
	while (sqlite3_step(h) == SQLITE_ROW) {
		struct str step = str_of((const char *)sqlite3_column_text(h, 3));

		if (is_slow(step) && !is_allowed(st, step)) {
			print_error("%s: %.*s\n", st->name, STR_ARG(step));
			slow++;
		}
	}
	sqlite3_finalize(h);
	return slow;
}

static void
test_plans(void **state)
{
	static const struct db_set *const sets[] = {&store_set, &keyd_set};
	int slow = 0;

	(void)state;
	for (size_t s = 0; s < sizeof sets / sizeof sets[0]; s++) {
		char *dir = fixture_dir();
		struct diag d = {0};
		struct db *db;

		if (migrate_run(dir, sets[s], &d) != ERR_OK ||
		        db_open(dir, sets[s], 0, &d, &db) != ERR_OK)
			fail_msg("%s", d.what);
		for (size_t t = 0; sets[s]->stmts[t] != NULL; t++)
			for (size_t i = 0; sets[s]->stmts[t][i] != NULL; i++)
				slow += check(db->sqlite, sets[s]->stmts[t][i]);
		db_close(db);
		fixture_remove(dir, sets[s]->file);
	}
	assert_int_equal(slow, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_plans)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
