/* The texts that the policy offers to begin an answer with, and their {placeholders}. */
#ifndef VDPD_POLICY_REPLY_H
#define VDPD_POLICY_REPLY_H

#include "policy/policy.h"

/* What can be filled in. An empty value leaves a sensible word or nothing. */
struct reply_facts {
	struct str case_no;    /* {case} */
	struct str name;       /* {name}: of the reporter; "there" if empty */
	struct str severity;   /* {severity} */
	struct str component;  /* {component} */
	struct str of;         /* {of}: the case that it duplicates, where it may be told */
	struct str policy_url; /* {policy_url} */
	struct str case_url;   /* {case_url}: the reporter's page */
};

/* The reply offered for ACTION of the contract ("acknowledge", "close" …); for "close" by REASON
 * ("duplicate" …), else REASON is not looked at. Empty if the policy has none. */
struct str policy_reply(const struct policy *p, struct str action, struct str reason);

/* TEXT with its placeholders filled from FACTS and P ({team}, {programme}), in A. Braces that hold
 * no known word stay as they are. */
struct str reply_fill(
        struct arena *a, const struct policy *p, struct str text, const struct reply_facts *facts);

/* The first placeholder-like word in TEXT ("{nmae}") that reply_fill does not know; empty if
 * none. */
struct str reply_unknown(struct str text);

#endif
