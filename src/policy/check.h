/* What must hold between the keys of a policy, once each is right by itself. */
#ifndef VDPD_POLICY_CHECK_H
#define VDPD_POLICY_CHECK_H

#include "policy/policy.h"
#include "policy/yaml.h"

/* Adds a mistake for: an id or a pattern there twice, a pattern that cannot be read, a component
 * that is not defined, an in-rule wholly covered by an out-rule, a question without text, an
 * unknown {placeholder} in a reply. P may be partly filled. */
void policy_check(struct arena *a, const struct yaml_doc *doc, const struct policy *p);

#endif
