/* The rules of a scope taken apart into single patterns: what targets are compared with, and what
 * `policy check` compares with each other. */
#ifndef VDPD_POLICY_PATTERN_H
#define VDPD_POLICY_PATTERN_H

#include "policy/policy.h"
#include "policy/target.h"
#include "policy/yaml.h"

enum { PATTERNS_MAX = 2000 };

/* One host with one path, or a purl. */
struct pattern {
	const struct policy_rule *rule;
	const struct policy_third_party *third_party; /* whose host it is; NULL if not of one */
	const void *member; /* of the policy's struct, where the pattern stands: for mistakes */
	bool out;           /* of an out-rule */
	bool purl;          /* `path` is a canonical purl, there is no host */
	bool any_host;      /* the rule has paths only */
	bool below_host;    /* "*.host" */
	bool apex;          /* … and host itself */
	struct str host;
	uint16_t port;   /* 0 = any */
	bool any_path;   /* the rule has hosts only */
	bool below_path; /* "path/ *": path itself and all below */
	struct str path;
};

struct patterns {
	struct pattern *p;
	size_t n;
};

/* All patterns of P, in the order of the file, the in-rules first. Where DOC is not NULL, those
 * that cannot be read are added to its mistakes; they are left out. */
struct patterns patterns_of(struct arena *a, const struct policy *p, const struct yaml_doc *doc);

/* True if PATTERN's host fits the host and port of T; true also if it names none. */
bool pattern_fits_host(const struct pattern *p, const struct target *t);
/* True if PATTERN's path fits PATH, likewise. */
bool pattern_fits_path(const struct pattern *p, struct str path);
/* True if everything that B fits, A fits too. */
bool pattern_covers(const struct pattern *a, const struct pattern *b);
/* True if both fit the same. */
bool pattern_same(const struct pattern *a, const struct pattern *b);
/* The greater, the narrower: of two patterns that fit, the one with more of the path, then more of
 * the host, tells more. Without WITH_HOST only the path counts. */
size_t pattern_weight(const struct pattern *p, bool with_host);

#endif
