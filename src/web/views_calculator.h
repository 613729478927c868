/* view_desk_calculator at /calculator?version=&METRIC=…&vector=&case=, and view_desk_cwe at
 * /cwe?q=&case=. Both lead back to a case's form where one is named. */
#ifndef VDPD_WEB_VIEWS_CALCULATOR_H
#define VDPD_WEB_VIEWS_CALCULATOR_H

#include "case/cvss_words.h"
#include "case/cwe.h"
#include "web/views_desk.h"

struct view_metric {
	struct cvss_metric m;
	struct str chosen; /* a value's key; "" if none is */
};
struct view_metric_group {
	const char *name;
	bool base; /* others are folded away */
	bool open; /* something of it is chosen */
	const struct view_metric *metrics;
	size_t n;
};
struct view_calculator {
	struct view_desk page;
	struct str case_number; /* "" = none */
	struct str cwe;         /* chosen before, for the way back */
	struct str version;     /* "4.0" */
	struct view_metric_group groups[CVSS_GROUP_COUNT];
	size_t groups_n;
	struct str vector; /* canonical; "" until it is complete */
	struct str score;  /* "9.3 Critical"; "" likewise */
	struct str word;   /* what it means by the policy: "critical"; "" for none */
	struct str wrong;  /* what is missing, or wrong with the vector that was given */
};
struct view_cwe {
	struct view_desk page;
	struct str case_number; /* "" = none */
	struct str q;
	struct str cvss, severity; /* chosen before, for the way back */
	const struct cwe *found;
	size_t n;
};

#endif
