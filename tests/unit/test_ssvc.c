/* case: every row of every SSVC table against SSVC's own JSON (VDPD_DATA, else ../shared/data,
 * where it is present); what is known by heart; and weaknesses found by word. */
#include "unit.h"

#include "case/cwe.h"
#include "case/ssvc.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static const struct {
	const char *table;
	const char *given[8];
	const char *outcome; /* the key; NULL: refused */
	const char *why;
} cases[] = {
        {"cisa-coordinator", {"E=A", "A=Y", "TI=T", "MWI=H"}, "AC", NULL},
        {"cisa-coordinator", {"MWI=h", "ti=total", "automatable=YES", "ssvc:E:1.1.0=Active"}, "AC",
                NULL},
        {"DT_CO", {"E=N", "A=N", "TI=P", "Mission and Well-Being Impact=Low"}, "T", NULL},
        {"cisa_coordinator_2_0_3.json", {"E=N", "A=N", "TI=P", "MWI=L"}, "T", NULL},
        {"CISA Coordinator", {"E=N", "A=N", "TI=P", "MWI=L"}, "T", NULL},
        {"bod-26-04", {"PE=Y", "KEV=Y", "A=Y", "TI=T"}, "3DF", NULL},
        {"human-impact", {"SI=C", "MI=MF"}, "VH", NULL},
        {"cisa-coordinator", {"E=A", "A=Y", "TI=T"}, NULL,
                "MWI (Mission and Well-Being Impact) is missing"},
        {"cisa-coordinator", {"E=Z", "A=Y", "TI=T", "MWI=H"}, NULL,
                "E (Exploitation) cannot be \"Z\""},
        {"cisa-coordinator", {"E=", "A=Y", "TI=T", "MWI=H"}, NULL, "cannot be \"\""},
        {"cisa-coordinator", {"E=A", "E=A", "A=Y", "TI=T", "MWI=H"}, NULL, "given twice"},
        {"cisa-coordinator", {"EXP=S", "A=Y"}, NULL, "has no point"},
        {"cisa-coordinator", {"E"}, NULL, "has no ="},
        {"cisa-coordinator", {"=A"}, NULL, "has no point"},
        {"nonsense", {"E=A"}, NULL, NULL},
        {"", {NULL}, NULL, NULL},
        {"_2_0_3", {NULL}, NULL, NULL},
};

static void
test_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ssvc_answers s;
		const struct ssvc_value *outcome;
		struct diag d = {.what = ""};
		enum err e = ERR_OK;

		ssvc_begin(&s, ssvc_table(str_of(cases[i].table)));
		if (s.table == NULL) {
			assert_null(cases[i].outcome);
			assert_null(cases[i].why);
			continue;
		}
		for (size_t k = 0; k < 8 && cases[i].given[k] != NULL && e == ERR_OK; k++)
			e = ssvc_answer(&s, str_of(cases[i].given[k]), &d);
		if (e == ERR_OK)
			e = ssvc_outcome(&s, &outcome, &d);
		if (cases[i].outcome == NULL) {
			assert_int_equal(e, ERR_INVALID);
			if (!str_contains(str_of(d.what), str_of(cases[i].why)))
				fail_msg("%s: %s", cases[i].why, d.what);
		} else {
			assert_int_equal(e, ERR_OK);
			assert_string_equal(outcome->key, cases[i].outcome);
		}
	}
}

/* The rows of one file. Each is asked for once by keys, once by names. */
static size_t
check_rows(const struct ssvc_table *t, const json_t *file)
{
	const char *outcome_id = json_string_value(json_object_get(file, "outcome"));
	const json_t *mapping = json_object_get(file, "mapping"), *row;
	size_t n;

	assert_string_equal(t->outcome.id, outcome_id);
	assert_string_equal(t->version, json_string_value(json_object_get(file, "version")));
	assert_string_equal(t->key, json_string_value(json_object_get(file, "key")));
	assert_int_equal(strlen(t->results), json_array_size(mapping));
	json_array_foreach(mapping, n, row)
	{
		struct ssvc_answers s;
		const struct ssvc_value *outcome;
		const char *id;
		json_t *value;

		ssvc_begin(&s, t);
		json_object_foreach((json_t *)row, id, value)
		{
			char given[128];

			if (strcmp(id, outcome_id) == 0)
				continue;
			snprintf(given, sizeof given, "%s=%s", id, json_string_value(value));
			assert_int_equal(ssvc_answer(&s, str_of(given), NULL), ERR_OK);
		}
		assert_int_equal(ssvc_outcome(&s, &outcome, NULL), ERR_OK);
		assert_string_equal(
		        outcome->key, json_string_value(json_object_get(row, outcome_id)));
	}
	return n;
}

static void
check_names(const struct ssvc_point *p, const json_t *points)
{
	const json_t *values = json_object_get(json_object_get(points, p->id), "values"), *v;
	size_t i;

	assert_int_equal(json_array_size(values), p->values_n);
	json_array_foreach(values, i, v)
	{
		assert_string_equal(p->values[i].key, json_string_value(json_object_get(v, "key")));
		assert_string_equal(
		        p->values[i].name, json_string_value(json_object_get(v, "name")));
	}
}

static void
test_every_row(void **state)
{
	static const char *const files[] = {"cisa_coordinator_2_0_3", "cisa_bod_26_04_1_0_0",
	        "supplier_patch_development_priority_1_0_0",
	        "deployer_patch_application_priority_1_0_0", "coordinator_triage_1_0_0",
	        "coordinator_publish_decision_table_1_0_0", "human_impact_1_0_0",
	        "public_safety_impact_1_0_0"};
	const char *folder = getenv("VDPD_DATA");
	size_t rows = 0;

	(void)state;
	assert_int_equal(ssvc_tables_n, sizeof files / sizeof files[0]);
	for (size_t i = 0; i < ssvc_tables_n; i++) {
		char path[512];
		const json_t *points;
		const struct ssvc_table *t = ssvc_table(str_of(files[i]));
		json_t *file;

		assert_non_null(t);
		snprintf(path, sizeof path, "%s/ssvc/%s.json",
		        folder != NULL ? folder : "../shared/data", files[i]);
		file = json_load_file(path, 0, NULL);
		if (file == NULL) {
			print_message("%s is not there: set VDPD_DATA to compare with it\n", path);
			return;
		}
		points = json_object_get(file, "decision_points");
		for (unsigned k = 0; k < t->points_n; k++)
			check_names(&t->points[k], points);
		check_names(&t->outcome, points);
		rows += check_rows(t, file);
		json_decref(file);
	}
	assert_int_equal(rows, 16 + 36 + 27 + 192 + 72 + 16 + 4 + 36);
}

static void
test_weaknesses(void **state)
{
	struct cwe found[10];

	(void)state;
	assert_int_equal(cwe_search(STR("CWE-79"), found, 10), 1);
	assert_int_equal(found[0].id, 79);
	assert_int_equal(cwe_search(STR("79"), found, 0), 0);
	assert_true(cwe_search(STR("cross-site scripting"), found, 10) >= 1);
	assert_true(cwe_search(STR("  SQL   inj "), found, 10) >= 1);
	assert_int_equal(found[1].id, 89);
	assert_int_equal(cwe_search(STR("xyzzy"), found, 10), 0);
	assert_int_equal(cwe_search(STR(""), found, 10), 0);
	assert_int_equal(cwe_search(STR("a"), found, 10), 10);
	assert_int_equal(cwe_search(STR("njection"), found, 10), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_answers),
	        cmocka_unit_test(test_every_row),
	        cmocka_unit_test(test_weaknesses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
