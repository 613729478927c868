/* What the metrics of a CVSS vector and their values are called, for people: what a calculator
 * shows. */
#ifndef VDPD_CASE_CVSS_WORDS_H
#define VDPD_CASE_CVSS_WORDS_H

#include "case/cvss.h"

enum { CVSS_VALUES_MAX = 5 };

enum cvss_group { CVSS_BASE, CVSS_THREAT, CVSS_ENVIRONMENTAL, CVSS_SUPPLEMENTAL, CVSS_GROUP_COUNT };

struct cvss_metric {
	const char *key;  /* "AV" */
	const char *name; /* "Attack vector" */
	enum cvss_group group;
	size_t values_n;
	struct str keys[CVSS_VALUES_MAX];  /* "N"; "X" comes first where the metric is optional */
	struct str words[CVSS_VALUES_MAX]; /* "Network" */
};

/* How many metrics V has, in the order of its specification; the one at I. Static texts. */
size_t cvss_metrics_n(enum cvss_version v);
struct cvss_metric cvss_metric(enum cvss_version v, size_t i);
/* "Base", "Threat" (v4) or "Temporal" (v3) …; static. */
const char *cvss_group_name(enum cvss_version v, enum cvss_group g);

#endif
