/* Is it in scope? Answers for a URL, a host, a path, a component or a purl. */
#ifndef VDPD_POLICY_SCOPE_H
#define VDPD_POLICY_SCOPE_H

#include "policy/policy.h"

enum scope_verdict { SCOPE_UNKNOWN, SCOPE_IN, SCOPE_OUT };

struct scope_answer {
	enum scope_verdict verdict;
	const struct policy_rule *rule;               /* NULL if unknown */
	const struct policy_component *component;     /* that it belongs to; NULL if not known */
	const struct policy_third_party *third_party; /* whose it is; NULL if nobody else's */
};

/* Answers for TARGET, which is anything that somebody wrote. An out-rule beats every in-rule; of
 * several in-rules (or out-rules) the narrowest is named, then the first. What cannot be read
 * without doubt is unknown. OUT points into P; A holds what is needed on the way (8 MiB hold it for
 * any policy). */
void scope_match(
        struct arena *a, const struct policy *p, struct str target, struct scope_answer *out);

/* "in", "out", "unknown". Static. */
const char *scope_verdict_name(enum scope_verdict v);

#endif
