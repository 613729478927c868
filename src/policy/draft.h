/* A policy of the operator's own from ten answers: for `vdpd init` without --policy. Pure: who
 * asks, and reads the answers, is elsewhere. The text is that of texts/policy.yaml. */
#ifndef VDPD_POLICY_DRAFT_H
#define VDPD_POLICY_DRAFT_H

#include "policy/config.h"
#include "policy/policy.h"

/* In the order in which they are asked. */
enum draft_question {
	DRAFT_NAME,       /* of the organisation */
	DRAFT_PREFIX,     /* of case numbers */
	DRAFT_EMAIL,      /* for reports */
	DRAFT_PUBLIC_URL, /* for vdpd.yaml: not in the policy */
	DRAFT_HOSTS,      /* in scope, with commas */
	DRAFT_PARTS,      /* of the product, with commas */
	DRAFT_OUT,        /* of scope, with commas; "-" for nothing */
	DRAFT_TIMES,      /* first answer, verdict, news */
	DRAFT_FIXES,      /* critical, high, medium, low; "-" for none */
	DRAFT_THANKS,     /* of credit, letter, reward; "-" for none */
	DRAFT_COUNT
};

enum { DRAFT_ANSWER_MAX = 1000 }; /* bytes of an answer */

/* The answers so far, without white space around them; .p NULL: not asked yet, so that what
 * draft_default says holds. */
struct draft {
	struct str answers[DRAFT_COUNT];
	struct str desk_url; /* for vdpd.yaml */
	int64_t now_utc_s;   /* the month stands in the policy */
};

/* The question itself, and a line or two on what it is for. Static. */
const char *draft_asks(enum draft_question q);
const char *draft_hint(enum draft_question q);

/* What an empty answer means, from the answers before; "" where there must be one. In A. */
struct str draft_default(struct arena *a, const struct draft *d, enum draft_question q);

/* The policy, with what it is read as, and the configuration, from the answers so far: in A, which
 * an answer fills by at most DRAFT_ARENA_BYTES. ERR_INVALID with WHY, the policy's and the
 * configuration's own checkers' first mistake, which is the last answer's if the ones before have
 * passed. */
struct draft_made {
	struct str policy_text, config_text;
	const struct policy *policy;
	const struct config *config;
};
enum { DRAFT_ARENA_BYTES = POLICY_ARENA_BYTES + CONFIG_ARENA_BYTES };
enum err draft_make(struct arena *a, const struct draft *d, struct draft_made *out,
        struct diag *why) MUST_CHECK;

#endif
