/* Inside cvss*.c only: which metric stands where in struct cvss, and its value as a letter. */
#ifndef VDPD_CASE_CVSS_METRIC_H
#define VDPD_CASE_CVSS_METRIC_H

#include "case/cvss.h"

/* Indices into cvss.value for v3.0 and v3.1, in canonical order. */
enum {
	M3_AV,
	M3_AC,
	M3_PR,
	M3_UI,
	M3_S,
	M3_C,
	M3_I,
	M3_A,
	M3_E,
	M3_RL,
	M3_RC,
	M3_CR,
	M3_IR,
	M3_AR,
	M3_MAV,
	M3_MAC,
	M3_MPR,
	M3_MUI,
	M3_MS,
	M3_MC,
	M3_MI,
	M3_MA,
	M3_COUNT
};

/* The same for v4.0. */
enum {
	M4_AV,
	M4_AC,
	M4_AT,
	M4_PR,
	M4_UI,
	M4_VC,
	M4_VI,
	M4_VA,
	M4_SC,
	M4_SI,
	M4_SA,
	M4_E,
	M4_CR,
	M4_IR,
	M4_AR,
	M4_MAV,
	M4_MAC,
	M4_MAT,
	M4_MPR,
	M4_MUI,
	M4_MVC,
	M4_MVI,
	M4_MVA,
	M4_MSC,
	M4_MSI,
	M4_MSA,
	M4_S,
	M4_AU,
	M4_R,
	M4_V,
	M4_RE,
	M4_U,
	M4_COUNT
};

/* The first letter of the value of metric M in V; 'X' if it was not given, or not defined. */
char cvss_letter(const struct cvss *v, int m);

/* True if one of the metrics FIRST … LAST has a value other than X. */
bool cvss_defined(const struct cvss *v, int first, int last);

/* The scores of a complete vector of version 3.0 or 3.1, and of 4.0. */
void cvss3_score(const struct cvss *v, struct cvss_scores *out);
void cvss4_score(const struct cvss *v, struct cvss_scores *out);

#endif
