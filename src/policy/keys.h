/* The table of every key of the policy file: what policy_parse reads by, and what the manual page
 * is written from. */
#ifndef VDPD_POLICY_KEYS_H
#define VDPD_POLICY_KEYS_H

#include "policy/policy.h"
#include "policy/yaml.h"

/* A promise as it stands in the file. */
struct promise_read {
	struct str label;
	int64_t within_s, every_s; /* one of them is given */
	bool given;
};

/* What the top map is read into: the policy, and what is made into it afterwards. */
struct policy_read {
	struct policy p;
	struct {
		struct promise_read acknowledge, triage, fix[4], update, cra_warning,
		        cra_notification, cra_final, disclosure;
	} promises;
};

extern const struct yaml_map policy_keys;
/* Likewise of vdpd.yaml (config.c). */
extern const struct yaml_map config_keys;

#endif
