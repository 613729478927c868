/* case: CVSS vectors. What is known by heart stands here; the vectors of the data folder
 * (VDPD_DATA, else ../shared/data) are read where it is present. */
#include "unit.h"

#include "case/cvss.h"
#include "case/cvss_words.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define V31 "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
#define V40 "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"

static void
test_scores(void **state)
{
	static const struct {
		const char *vector;
		int score;
		const char *rating, *canonical; /* canonical: NULL for the same */
	} cases[] = {
	        {V31, 98, "Critical", NULL},
	        {"CVSS:3.1/A:H/I:H/C:H/S:U/UI:N/PR:N/AC:L/AV:N", 98, "Critical", V31},
	        {V31 "/E:X/MAV:X", 98, "Critical", NULL},
	        {V31 "/E:U/RL:O/RC:U", 78, "High", NULL},
	        {V31 "/RC:U/RL:O/E:U", 78, "High", V31 "/E:U/RL:O/RC:U"},
	        {V31 "/MC:N/MI:N/MA:N", 0, "None", NULL},
	        {"CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 100, "Critical", NULL},
	        {"CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:L", 16, "Low", NULL},
	        {"CVSS:3.1/AV:L/AC:H/PR:N/UI:N/S:C/C:H/I:H/A:L", 81, "High", NULL},
	        {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0, "None", NULL},
	        {V40, 93, "Critical", NULL},
	        {V40 "/E:U", 81, "High", NULL},
	        {V40 "/U:Amber/S:P", 93, "Critical", V40 "/S:P/U:Amber"},
	        {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/MSI:S", 100,
	                "Critical", NULL},
	        {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N/CR:H", 0, "None",
	                NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct cvss v;
		struct buf b;

		assert_int_equal(cvss_parse(str_of(cases[i].vector), &v, NULL), ERR_OK);
		if (cvss_score(&v).score != cases[i].score)
			fail_msg("%s: %d, not %d", cases[i].vector, cvss_score(&v).score,
			        cases[i].score);
		assert_string_equal(cvss_rating(cases[i].score), cases[i].rating);
		buf_init(&b, CVSS_VECTOR_MAX);
		cvss_format(&v, &b);
		buf_char(&b, '\0');
		assert_string_equal(
		        b.p, cases[i].canonical != NULL ? cases[i].canonical : cases[i].vector);
		buf_clear(&b);
	}
}

static void
test_invalid(void **state)
{
	static const struct {
		const char *vector, *what;
	} cases[] = {
	        {"", "vector: empty"},
	        {"AV:N/AC:L", "CVSS: must begin with CVSS:3.0/, CVSS:3.1/ or CVSS:4.0/"},
	        {"cvss:3.1/AV:N", "CVSS: must begin with CVSS:3.0/, CVSS:3.1/ or CVSS:4.0/"},
	        {"CVSS:2.0/AV:N", "CVSS: version \"2.0\" is not 3.0, 3.1 or 4.0"},
	        {"CVSS:3.1", "CVSS: version \"3.1\" is not 3.0, 3.1 or 4.0"},
	        {"CVSS:3.1/", "AV: missing: one of N A L P"},
	        {"CVSS:3.1//AV:N", "vector: nothing between or after slashes"},
	        {V31 "/", "vector: nothing between or after slashes"},
	        {V31 "/AV:N", "AV: given twice"},
	        {V31 "/E:X/E:X", "E: given twice"},
	        {V31 "/AT:N", "AT: not a metric of CVSS v3.1"},
	        {V31 "/av:N", "av: not a metric of CVSS v3.1"},
	        {V31 "/E", "E: has no value: one of X H F P U"},
	        {V31 "/E:", "E: has no value: one of X H F P U"},
	        {V31 "/E:h", "E: \"h\" is not one of X H F P U"},
	        {V31 "/:N", ": not a metric of CVSS v3.1"},
	        {V31 "/\x01\xFF:N", "??: not a metric of CVSS v3.1"},
	        {V31 "/ABCDEFGHIJKLMNOPQRSTUVW:N",
	                "ABCDEFGHIJKLMNOP...: not a metric of CVSS v3.1"},
	        {V40 "/U:Gre", "U: \"Gre\" is not one of X Clear Green Amber Red"},
	        {V40 "/SI:S", "SI: given twice"},
	        {"CVSS:4.0/SI:S", "SI: \"S\" is not one of H L N"},
	        {"CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H", "A: missing: one of H L N"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct cvss v;
		struct diag d = {0};

		assert_int_equal(cvss_parse(str_of(cases[i].vector), &v, &d), ERR_INVALID);
		assert_string_equal(d.what, cases[i].what);
	}
}

/* "9.8" at *P in tenths; moves *P past it. */
static int
read_tenths(char **p)
{
	double d;

	*p += strcspn(*p, "0123456789");
	d = strtod(*p, p);
	return (int)(d * 10 + 0.5);
}

static void
check_line(char *line)
{
	char *dash = strstr(line, " - "), *p;
	struct cvss v;
	struct cvss_scores s;

	assert_non_null(dash);
	p = dash + 3;
	assert_int_equal(cvss_parse(str_bytes(line, (size_t)(dash - line)), &v, NULL), ERR_OK);
	s = cvss_score(&v);
	if (v.version == CVSS_4_0) {
		assert_int_equal(s.score, read_tenths(&p));
		return;
	}
	assert_int_equal(s.base, read_tenths(&p));
	assert_int_equal(s.temporal, read_tenths(&p));
	assert_int_equal(s.environmental, read_tenths(&p));
}

static void
test_data(void **state)
{
	static const char *const files[] = {"vectors_simple3", "vectors_simple31",
	        "vectors_simple4", "vectors_security4", "vectors_supplemental4", "vectors_threat4"};
	const char *folder = getenv("VDPD_DATA");
	char path[4096], line[1024];

	(void)state;
	if (folder == NULL)
		folder = "../shared/data";
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		FILE *f;
		int n = 0;

		snprintf(path, sizeof path, "%s/cvss/%s", folder, files[i]);
		f = fopen(path, "r");
		if (f == NULL) {
			print_message("%s is absent: its vectors were not compared\n", path);
			continue;
		}
		for (; fgets(line, sizeof line, f) != NULL; n++)
			check_line(line);
		assert_true(n > 0);
		fclose(f);
	}
}

/* The scores of all 104,976 base vectors of v4.0, a byte each in canonical order (the last metric
 * turning fastest), as one hash: of a list in which an independent calculator, ae-cvss-calculator
 * 1.0.13, agreed with every line. */
static void
test_all_base_vectors(void **state)
{
	static const char *const names[] = {
	        "AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA"};
	static const char *const values[] = {
	        "NALP", "LH", "NP", "NLH", "NPA", "HLN", "HLN", "HLN", "HLN", "HLN", "HLN"};
	enum { METRICS = 11, VECTORS = 104976 };
	static unsigned char scores[VECTORS];
	unsigned char hash[8];
	char hex[17];

	(void)state;
	for (int i = 0; i < VECTORS; i++) {
		char text[CVSS_VECTOR_MAX], letters[METRICS];
		size_t n = 0;
		int left = i;
		struct cvss v;

		for (int m = METRICS - 1; m >= 0; m--) {
			int choices = (int)strlen(values[m]);

			letters[m] = values[m][left % choices];
			left /= choices;
		}
		n += (size_t)snprintf(text, sizeof text, "CVSS:4.0");
		for (int m = 0; m < METRICS; m++)
			n += (size_t)snprintf(
			        text + n, sizeof text - n, "/%s:%c", names[m], letters[m]);
		assert_int_equal(cvss_parse(str_bytes(text, n), &v, NULL), ERR_OK);
		scores[i] = (unsigned char)cvss_score(&v).score;
	}
	crypto_shorthash(hash, scores, sizeof scores, (const unsigned char *)"cvss base vector");
	snprintf(hex, sizeof hex, "%02x%02x%02x%02x%02x%02x%02x%02x", hash[0], hash[1], hash[2],
	        hash[3], hash[4], hash[5], hash[6], hash[7]);
	assert_string_equal(hex, "335272da209e3dfe");
}

/* The calculator's words stand beside the values that the reader knows, in its order: a vector of
 * the K-th value of each metric is read, and written as it was. */
static void
test_words(void **state)
{
	(void)state;
	for (int version = 0; version < CVSS_VERSION_COUNT; version++)
		for (size_t k = 0; k < CVSS_VALUES_MAX; k++) {
			struct buf given, written;
			struct cvss v;

			buf_init(&given, CVSS_VECTOR_MAX);
			buf_init(&written, CVSS_VECTOR_MAX);
			buf_fmt(&given, "CVSS:%s", cvss_version_name((enum cvss_version)version));
			for (size_t i = 0; i < cvss_metrics_n((enum cvss_version)version); i++) {
				struct cvss_metric m = cvss_metric((enum cvss_version)version, i);
				size_t at = k % m.values_n;

				assert_true(m.values_n >= 2 && m.words[at].n > 0);
				assert_true((m.group == CVSS_BASE) != str_eq(m.keys[0], STR("X")));
				buf_fmt(&given, "/%s:%.*s", m.key, STR_ARG(m.keys[at]));
			}
			assert_int_equal(cvss_parse(buf_view(&given), &v, NULL), ERR_OK);
			cvss_format(&v, &written);
			assert_true(str_eq(buf_view(&given), buf_view(&written)));
			buf_clear(&given);
			buf_clear(&written);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_words),
	        cmocka_unit_test(test_scores),
	        cmocka_unit_test(test_invalid),
	        cmocka_unit_test(test_data),
	        cmocka_unit_test(test_all_base_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
