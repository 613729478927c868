/* keyd's parts by themselves: codes, throttle, budgets, packed messages. */
#include "unit.h"

#include "base/time.h"
#include "keyd/client/protocol.h"
#include "keyd/server/budget.h"
#include "keyd/server/throttle.h"
#include "keyd/server/totp.h"

#include <sodium.h>
#include <stdio.h>

/* RFC 6238 appendix B, SHA-1, the last six of its eight digits. */
static void
test_totp_vectors(void **state)
{
	static const struct {
		int64_t at;
		const char *code;
	} cases[] = {
	        {59, "287082"},
	        {1111111109, "081804"},
	        {1111111111, "050471"},
	        {1234567890, "005924"},
	        {2000000000, "279037"},
	        {20000000000, "353130"},
	};
	static const unsigned char secret[] = "12345678901234567890";

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		static const struct {
			int64_t off;
			enum err err;
		} around[] = {
		        {0, ERR_OK}, {30, ERR_OK}, {-30, ERR_OK}, {60, ERR_AUTH}, {-60, ERR_AUTH}};

		for (size_t k = 0; k < sizeof around / sizeof around[0]; k++) {
			int64_t step = -1, at = cases[i].at + around[k].off;

			if (at < 0)
				continue;
			assert_int_equal(totp_check(secret, 20, str_of(cases[i].code), at, &step),
			        around[k].err);
			if (around[k].err == ERR_OK)
				assert_int_equal(step, cases[i].at / 30);
		}
	}
	for (size_t i = 0; i < 5; i++) {
		static const char *const bad[] = {"", "28708", "2870820", "28708a", "-87082"};
		int64_t step;

		assert_int_equal(totp_check(secret, 20, str_of(bad[i]), 59, &step), ERR_AUTH);
	}
	{
		int64_t step;

		assert_int_equal(totp_check(secret, 20, STR("287 082"), 59, &step), ERR_OK);
	}
}

static void
test_throttle_waits_longer(void **state)
{
	static const int64_t waits[] = {30, 60, 120, 240, 480, 900, 900};
	struct throttle *t = throttle_new();
	int64_t now = 1000000, wait = 0;

	(void)state;
	for (int i = 0; i < THROTTLE_FREE; i++)
		assert_int_equal(throttle_try(t, STR("ada"), now++, &wait), ERR_OK);
	for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++) {
		assert_int_equal(throttle_try(t, STR(" ADA"), now, &wait), ERR_RATE);
		assert_true(wait > 0 && wait <= waits[i]);
		assert_int_equal(throttle_try(t, STR("bob"), now, &wait), ERR_OK);
		throttle_right(t, STR("bob"));
		now += waits[i];
		assert_int_equal(throttle_try(t, STR("ada"), now, &wait), ERR_OK);
	}
	/* Right once: from the beginning again. */
	throttle_right(t, STR("ada"));
	for (int i = 0; i < THROTTLE_FREE; i++)
		assert_int_equal(throttle_try(t, STR("ada"), now++, &wait), ERR_OK);
	assert_int_equal(throttle_try(t, STR("ada"), now, &wait), ERR_RATE);
	throttle_free(t);
}

static void
test_throttle_overall(void **state)
{
	struct throttle *t = throttle_new();
	int64_t now = 1000000, wait;
	size_t taken = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		char name[16];

		snprintf(name, sizeof name, "n%d", i);
		taken += throttle_try(t, str_of(name), now, &wait) == ERR_OK;
	}
	assert_int_equal(taken, THROTTLE_BURST);
	assert_int_equal(throttle_try(t, STR("x"), now + 1, &wait), ERR_OK);
	assert_int_equal(throttle_try(t, STR("y"), now + 1, &wait), ERR_OK);
	assert_int_equal(throttle_try(t, STR("z"), now + 1, &wait), ERR_RATE);
	throttle_free(t);
}

static void
test_budget_counts_cases_once(void **state)
{
	static const struct budget_marks marks[BUDGET_KINDS] = {
	        [BUDGET_CASES] = {2, 500}, [BUDGET_TITLES] = {2, 3}};
	struct budget *b = budget_new(marks);
	int64_t now = 100 * HOUR_S + 10, wait;
	char names[501][8];
	struct str n[501];
	bool alert;

	(void)state;
	for (size_t i = 0; i < 501; i++) {
		snprintf(names[i], sizeof names[i], "%zu", i);
		n[i] = str_of(names[i]);
	}
	assert_int_equal(
	        budget_ask(b, BUDGET_TITLES, STR("p"), n, 4, now, &alert, &wait), ERR_RATE);
	assert_int_equal(wait, HOUR_S - 10);
	assert_int_equal(budget_ask(b, BUDGET_TITLES, STR("p"), n, 3, now, &alert, &wait), ERR_OK);
	assert_true(alert);
	budget_count(b, BUDGET_TITLES, STR("p"), n, 3, now);
	assert_int_equal(budget_ask(b, BUDGET_TITLES, STR("p"), n, 3, now, &alert, &wait), ERR_OK);
	assert_int_equal(
	        budget_ask(b, BUDGET_TITLES, STR("p"), n + 1, 3, now, &alert, &wait), ERR_RATE);
	assert_int_equal(
	        budget_ask(b, BUDGET_TITLES, STR("q"), n + 1, 3, now, &alert, &wait), ERR_OK);
	for (size_t i = 0; i < 500; i++) {
		assert_int_equal(
		        budget_ask(b, BUDGET_CASES, STR("p"), &n[i], 1, now, &alert, &wait),
		        ERR_OK);
		budget_count(b, BUDGET_CASES, STR("p"), &n[i], 1, now);
	}
	assert_int_equal(
	        budget_ask(b, BUDGET_CASES, STR("p"), &n[500], 1, now, &alert, &wait), ERR_RATE);
	now += HOUR_S;
	assert_int_equal(
	        budget_ask(b, BUDGET_CASES, STR("p"), &n[500], 1, now, &alert, &wait), ERR_OK);
	assert_false(alert);
	budget_free(b);
}

/* Every message: zeroes pack and unpack to themselves; cut anywhere they are refused. */
static void
test_messages_round_trip(void **state)
{
	size_t seen = 0;

	(void)state;
	for (uint32_t type = 0; type < KEYD_REQUESTS; type++) {
		const struct keyd_message *m = keyd_message_of(type);

		if (m == NULL)
			continue;
		seen++;
		for (int side = 0; side < 2; side++) {
			const struct wire_msg *w = side == 0 ? m->request : m->answer;
			struct arena *a = arena_new(1 << 20);
			char *zero = arena_alloc(a, w->size), *got = arena_alloc(a, w->size);
			struct cursor c;
			struct buf b;

			buf_init(&b, 65536);
			assert_true(w->size <= KEYD_STRUCT_MAX);
			assert_int_equal(wire_pack(w, zero, &b), ERR_OK);
			c = (struct cursor){.rest = buf_view(&b)};
			assert_int_equal(wire_unpack(a, w, &c, got), ERR_OK);
			assert_true(cursor_done(&c));
			for (size_t cut = 0; cut < b.n; cut++) {
				c = (struct cursor){.rest = {b.p, cut}};
				assert_int_equal(wire_unpack(a, w, &c, got), ERR_SYNTAX);
			}
			buf_clear(&b);
			arena_free(a);
		}
	}
	assert_int_equal(seen, KEYD_REQUESTS - 1);
}

static void
test_bounds_hold_on_both_sides(void **state)
{
	const struct wire_msg *w = keyd_message_of(KEYD_AUTHENTICATE)->request;
	char text[KEYD_CREDENTIAL_MAX + 1] = {0};
	struct keyd_authenticate q = {{text, sizeof text}}, got;
	struct arena *a = arena_new(65536);
	struct cursor c;
	struct buf b;

	(void)state;
	buf_init(&b, 1024);
	assert_int_equal(wire_pack(w, &q, &b), ERR_TOO_LARGE);
	buf_reset(&b);
	buf_block(&b, q.credential);
	c = (struct cursor){.rest = buf_view(&b)};
	assert_int_equal(wire_unpack(a, w, &c, &got), ERR_SYNTAX);
	buf_clear(&b);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_totp_vectors),
	        cmocka_unit_test(test_throttle_waits_longer),
	        cmocka_unit_test(test_throttle_overall),
	        cmocka_unit_test(test_budget_counts_cases_once),
	        cmocka_unit_test(test_messages_round_trip),
	        cmocka_unit_test(test_bounds_hold_on_both_sides),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
