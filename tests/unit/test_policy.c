/* policy: the file of the first programme, and every kind of mistake with its place. */
#include "unit.h"

#include "policy/policy.h"
#include "policy/reply.h"

#include <stdio.h>
#include <stdlib.h>

static struct str
read_seed(struct arena *a)
{
	FILE *f = fopen("programmes/exact.works/policy.yaml", "r");
	char *p = arena_alloc(a, POLICY_FILE_MAX);
	size_t n;

	assert_non_null(f);
	n = fread(p, 1, POLICY_FILE_MAX, f);
	fclose(f);
	return (struct str){p, n};
}

static void
test_exact_works(void **state)
{
	struct arena *a = arena_new(POLICY_ARENA_BYTES);
	struct diags ds = {0};
	const struct policy *p = NULL;
	enum err e = policy_parse(a, "policy.yaml", read_seed(a), &ds, &p);

	(void)state;
	for (size_t i = 0; i < ds.n; i++) {
		char text[1024];

		diag_format(&ds.d[i], text, sizeof text);
		print_message("%s\n", text);
	}
	assert_int_equal(e, ERR_OK);
	assert_int_equal(p->promises.acknowledge_s, 48 * 3600);
	assert_int_equal(p->promises.triage_s, 604800);
	assert_int_equal(promises_fix_s(&p->promises, SEVERITY_CRITICAL), 30 * 86400);
	assert_int_equal(promises_fix_s(&p->promises, SEVERITY_HIGH), 0);
	assert_int_equal(p->promises.update_s, 14 * 86400);
	assert_int_equal(p->promises.cra_warning_s, 0);
	assert_int_equal(p->promises.disclosure_s, 0);
	assert_int_equal(p->timeline.n, 4);
	assert_true(str_eq(p->timeline.list[0].within, STR("48 hours")));
	assert_int_equal(p->scope.in_n, 6);
	assert_int_equal(p->scope.out_n, 6);
	assert_int_equal(p->safe_harbour.clauses_n, 4);
	assert_int_equal(p->report.parts_n, 6);
	assert_int_equal(p->guidelines.items_n, 5);
	assert_int_equal(strlen(p->sha256_hex), 64);
	assert_true(str_eq(p->contact.email, STR("security@exact.works")));
	arena_free(a);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_exact_works),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
