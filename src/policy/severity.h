/* How bad a weakness is, in the four words of the policy (and of CVSS, less its "None"). */
#ifndef VDPD_POLICY_SEVERITY_H
#define VDPD_POLICY_SEVERITY_H

#include "base/str.h"

enum severity {
	SEVERITY_NONE = 0, /* not assessed */
	SEVERITY_CRITICAL,
	SEVERITY_HIGH,
	SEVERITY_MEDIUM,
	SEVERITY_LOW,
	SEVERITY_COUNT
};

/* "critical" | "high" | "medium" | "low" in any letter case; else ERR_INVALID (also for ""). */
enum err severity_parse(struct str s, enum severity *out) MUST_CHECK;

/* "critical" … "low", as they stand in JSON and the database; "" for SEVERITY_NONE. Static. */
const char *severity_name(enum severity s);
/* "Critical" … "Low", for people; "Not assessed" for SEVERITY_NONE. Static. */
const char *severity_label(enum severity s);

#endif
