/* The OpenAPI texts name exactly what the route tables answer under /api/, and are well-formed. */
#include "unit.h"

#include "api.h"
#include "web/public/app.h"
#include "web/routes.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char api[] = "/api/v1/";

static json_t *
text_load(const char *name)
{
	for (size_t i = 0; i < api_files_n; i++)
		if (strcmp(api_files[i].name, name) == 0)
			return json_loadb((const char *)api_files[i].bytes, api_files[i].n,
			        JSON_REJECT_DUPLICATES, NULL);
	return NULL;
}

/* Every row under /api/ stands in the text, with its method. */
static void
rows_are_told(const json_t *paths, const struct route *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char method[16];
		const json_t *path, *op;

		if (strncmp(rows[i].path, api, sizeof api - 1) != 0)
			continue;
		snprintf(method, sizeof method, "%s", method_name(rows[i].method));
		for (char *c = method; *c != '\0'; c++)
			*c = (char)(*c | 0x20);
		path = json_object_get(paths, rows[i].path);
		op = json_object_get(path, method);
		if (op == NULL)
			print_error("%s %s is not in the text\n", method, rows[i].path);
		assert_non_null(op);
		assert_non_null(json_object_get(op, "summary"));
		assert_non_null(json_object_get(op, "responses"));
	}
}

static bool
row_exists(const struct route *rows, size_t n, const char *path, const char *method)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(rows[i].path, path) == 0 &&
		        strcasecmp(method_name(rows[i].method), method) == 0)
			return true;
	return strcmp(path, "/api/v1/openapi.json") == 0;
}

/* And nothing else does. */
static void
text_is_true(json_t *paths, const struct route *rows, size_t n)
{
	const char *path, *method;
	json_t *ops, *op;

	json_object_foreach(paths, path, ops)
	{
		json_object_foreach(ops, method, op)
		{
			if (strcmp(method, "parameters") == 0)
				continue;
			if (!row_exists(rows, n, path, method))
				print_error("%s %s has no row\n", method, path);
			assert_true(row_exists(rows, n, path, method));
		}
	}
}

static void
test_public(void **state)
{
	json_t *doc = text_load("public.json"), *paths;

	(void)state;
	assert_non_null(doc);
	assert_string_equal(json_string_value(json_object_get(doc, "openapi")), "3.1.0");
	paths = json_object_get(doc, "paths");
	rows_are_told(paths, public_routes, public_routes_n);
	text_is_true(paths, public_routes, public_routes_n);
	json_decref(doc);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_public)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
