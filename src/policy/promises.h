/* The promises of a policy that run on clocks. All in seconds, absolute (7 d = 604,800 s);
 * 0 = the policy does not promise it, and that clock is never shown. */
#ifndef VDPD_POLICY_PROMISES_H
#define VDPD_POLICY_PROMISES_H

#include "policy/severity.h"

struct promises {
	int64_t acknowledge_s;
	int64_t triage_s;
	int64_t fix_s[4]; /* critical, high, medium, low: read it through promises_fix_s */
	int64_t update_s; /* every so long while the case is being worked on */
	int64_t cra_warning_s;
	int64_t cra_notification_s;
	int64_t cra_final_s;
	int64_t disclosure_s; /* an answer to the wish to publish */
	int64_t warn_percent; /* of each gone by, when the team is warned; 0: 75 */
};

/* The promise to fix a weakness of severity S; 0 where there is none, or S is not assessed. */
static inline int64_t
promises_fix_s(const struct promises *p, enum severity s)
{
	return s > SEVERITY_NONE && s < SEVERITY_COUNT ? p->fix_s[s - SEVERITY_CRITICAL] : 0;
}

#endif
