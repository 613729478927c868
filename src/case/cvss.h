/* CVSS v3.0, v3.1 and v4.0: reading a vector, writing it in the order of its specification, and its
 * scores. Scores are whole tenths (98 = 9.8), so that they compare and print exactly.
 * FIRST: "CVSS v3.0 Specification", "CVSS v3.1 Specification", "CVSS v4.0 Specification". */
#ifndef VDPD_CASE_CVSS_H
#define VDPD_CASE_CVSS_H

#include "base/buf.h"
#include "policy/severity.h"

enum cvss_version { CVSS_3_0, CVSS_3_1, CVSS_4_0, CVSS_VERSION_COUNT };

enum { CVSS_METRICS_MAX = 32, CVSS_VECTOR_MAX = 512 };

/* A vector: for each metric of its version, in canonical order, which of its values was given
 * (from 1; 0 = not given). */
struct cvss {
	enum cvss_version version;
	unsigned char value[CVSS_METRICS_MAX];
};

/* Scores in tenths, 0–100. */
struct cvss_scores {
	int score; /* the one to show: with the threat and environmental metrics that were given */
	/* v3 only; each by its formula, also where none of its metrics was given. */
	int base, temporal, environmental;
	/* v4 only: the macro vector, EQ1 to EQ6, and the name of the score ("CVSS-BT"). */
	char macro_vector[7];
	const char *nomenclature;
};

/* Reads "CVSS:4.0/AV:N/…", its metrics in any order. ERR_INVALID fills D->what with
 * "METRIC: why" (printable ASCII): the unknown, repeated, missing or wrong metric, "CVSS" where
 * the prefix is wrong, "vector" where it is no vector at all. */
enum err cvss_parse(struct str s, struct cvss *out, struct diag *d) MUST_CHECK;

/* Appends V in the order of its specification, with the metrics that were given. */
void cvss_format(const struct cvss *v, struct buf *b);

/* The scores of a vector that cvss_parse gave. */
struct cvss_scores cvss_score(const struct cvss *v);

/* "3.0", "3.1", "4.0". */
const char *cvss_version_name(enum cvss_version v);
/* The qualitative rating of a score: "None", "Low", "Medium", "High", "Critical". */
const char *cvss_rating(int tenths);
/* The same as a severity; SEVERITY_NONE for 0.0. */
enum severity cvss_severity(int tenths);

#endif
