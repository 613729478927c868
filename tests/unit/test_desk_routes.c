/* The desk's routes: who may what as a golden file (VDPD_GOLDEN=write makes it anew), and the
 * OpenAPI text against the table. */
#include "unit.h"

#include "api.h"
#include "web/desk/desk.h"

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static const char golden[] = "tests/golden/desk-routes.txt";
static const unsigned roles[] = {
        STAFF_ADMINISTRATOR, STAFF_COORDINATOR, STAFF_ANALYST, STAFF_AUDITOR, 0};
enum { ROLES = sizeof roles / sizeof roles[0] };

static void
table_text(struct buf *b)
{
	buf_fmt(b, "%-6s %-40s", "", "");
	for (size_t r = 0; r < ROLES; r++)
		buf_fmt(b, " %-13s", roles[r] != 0 ? staff_role_name(roles[r]) : "nobody");
	buf_z(b, "\n");
	for (size_t i = 0; i < desk_routes.n; i++) {
		const struct route *row = &desk_routes.rows[i];

		buf_fmt(b, "%-6s %-40s", method_name(row->method), row->path);
		for (size_t r = 0; r < ROLES; r++)
			buf_fmt(b, " %-13s", desk_route_allows(row, roles[r]) ? "may" : "-");
		buf_z(b, "\n");
	}
}

static void
test_golden(void **state)
{
	static char kept[64 * 1024];
	struct buf b;
	FILE *f;
	size_t n;

	(void)state;
	buf_init(&b, sizeof kept);
	table_text(&b);
	if (getenv("VDPD_GOLDEN") != NULL) {
		f = fopen(golden, "w");
		assert_non_null(f);
		assert_int_equal(fwrite(b.p, 1, b.n, f), b.n);
		fclose(f);
	}
	f = fopen(golden, "r");
	assert_non_null(f);
	n = fread(kept, 1, sizeof kept, f);
	fclose(f);
	assert_int_equal(n, b.n);
	assert_memory_equal(kept, b.p, n);
	buf_clear(&b);
}

static void
test_table(void **state)
{
	struct diag d = {0};

	(void)state;
	assert_int_equal(routes_check(desk_routes, &d), ERR_OK);
	for (size_t i = 0; i < desk_routes.n; i++) {
		const struct route *row = &desk_routes.rows[i];

		/* A row that forgot its permission, its words or its rate is a mistake. */
		assert_int_not_equal(row->permission, ROUTE_DENIED);
		assert_non_null(row->summary);
		assert_int_not_equal(row->rate, RATE_NONE);
		assert_true(row->body == BODY_NONE || row->body_max > 0);
		/* The API answers nobody without a token. */
		if (str_starts(str_of(row->path), STR("/api/")))
			assert_int_not_equal(row->permission, ROUTE_PUBLIC);
		assert_true(row->permission == ROUTE_PUBLIC || !desk_route_allows(row, 0));
	}
}

static json_t *
openapi(void)
{
	for (size_t i = 0; i < api_files_n; i++)
		if (str_eq(str_of(api_files[i].name), STR("desk.json")))
			return json_loadb(
			        (const char *)api_files[i].bytes, api_files[i].n, 0, NULL);
	return NULL;
}

static json_t *
operation(json_t *doc, const struct route *row)
{
	char method[8] = {0};

	for (size_t i = 0; method_name(row->method)[i] != '\0'; i++)
		method[i] = (char)tolower((unsigned char)method_name(row->method)[i]);
	return json_object_get(json_object_get(json_object_get(doc, "paths"), row->path), method);
}

static void
test_openapi(void **state)
{
	json_t *doc = openapi(), *path, *op;
	const char *where, *method;
	size_t told = 0, rows = 0;

	(void)state;
	assert_non_null(doc);
	for (size_t i = 0; i < desk_routes.n; i++) {
		const struct route *row = &desk_routes.rows[i];
		json_t *found;

		if (!str_starts(str_of(row->path), STR("/api/")))
			continue;
		rows++;
		found = operation(doc, row);
		if (found == NULL)
			fail_msg("api/desk.json lacks %s %s", method_name(row->method), row->path);
		assert_string_equal(
		        json_string_value(json_object_get(found, "summary")), row->summary);
		assert_true((json_object_get(found, "requestBody") != NULL) ==
		            (row->body != BODY_NONE));
	}
	json_object_foreach(json_object_get(doc, "paths"), where, path)
	{
		json_object_foreach(path, method, op)
		{
			told += strcmp(method, "parameters") != 0;
		}
	}
	assert_int_equal(told, rows);
	json_decref(doc);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_table),
	        cmocka_unit_test(test_golden),
	        cmocka_unit_test(test_openapi),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
