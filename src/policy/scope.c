/* Matching a target with the rules of the scope. */
#include "policy/scope.h"

#include "policy/pattern.h"

const char *
scope_verdict_name(enum scope_verdict v)
{
	return v == SCOPE_IN ? "in" : v == SCOPE_OUT ? "out" : "unknown";
}

/* ---- By name ------------------------------------------------------------------------------ */

static const struct policy_rule *
rule_of_component(const struct policy_rule *rules, size_t n, struct str id)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < rules[i].components_n; k++)
			if (str_eq(rules[i].components[k], id))
				return &rules[i];
	return NULL;
}

static bool
match_component(const struct policy *p, struct str target, struct scope_answer *out)
{
	const struct policy_component *c = policy_component(p, target);

	if (c == NULL)
		return false;
	*out = (struct scope_answer){.component = c};
	out->rule = rule_of_component(p->scope.out, p->scope.out_n, c->id);
	if (out->rule != NULL) {
		out->verdict = SCOPE_OUT;
		return true;
	}
	out->rule = rule_of_component(p->scope.in, p->scope.in_n, c->id);
	if (out->rule != NULL)
		out->verdict = SCOPE_IN;
	return true;
}

static bool
match_third_party(const struct policy_rule *rules, size_t n, enum scope_verdict verdict,
        struct str target, struct scope_answer *out)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < rules[i].third_parties_n; k++)
			if (str_eq_nocase(rules[i].third_parties[k].name, target)) {
				*out = (struct scope_answer){.verdict = verdict,
				        .rule = &rules[i],
				        .third_party = &rules[i].third_parties[k]};
				return true;
			}
	return false;
}

/* ---- By pattern --------------------------------------------------------------------------- */

/* True if an in-rule without paths has the host of T: where path rules without a host hold. */
static bool
host_is_in_scope(const struct patterns *all, const struct target *t)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct pattern *p = &all->p[i];

		if (!p->purl && !p->out && !p->any_host && p->any_path && pattern_fits_host(p, t))
			return true;
	}
	return false;
}

static bool
fits(const struct pattern *p, const struct target *t, bool host_in_scope)
{
	switch (t->kind) {
	case TARGET_PURL:
		return p->purl && pattern_fits_path(p, t->purl);
	case TARGET_PATH:
		/* Of the hosts in scope, whichever: an out-rule must hold on all of them. */
		return !p->purl && (p->any_host || !p->out) && pattern_fits_path(p, t->path);
	case TARGET_HOST:
		if (p->purl || !pattern_fits_path(p, t->path))
			return false;
		return p->any_host ? host_in_scope : pattern_fits_host(p, t);
	}
	return false;
}

static const struct pattern *
best(const struct patterns *all, const struct target *t, bool out)
{
	bool with_host = t->kind == TARGET_HOST;
	bool host_in_scope = with_host && host_is_in_scope(all, t);
	const struct pattern *found = NULL;

	for (size_t i = 0; i < all->n; i++) {
		const struct pattern *p = &all->p[i];

		if (p->out == out && fits(p, t, host_in_scope) &&
		        (found == NULL ||
		                pattern_weight(p, with_host) > pattern_weight(found, with_host)))
			found = p;
	}
	return found;
}

void
scope_match(struct arena *a, const struct policy *p, struct str target, struct scope_answer *out)
{
	const struct pattern *found;
	struct patterns all;
	struct target t;

	*out = (struct scope_answer){SCOPE_UNKNOWN};
	target = str_trim(target);
	if (match_component(p, target, out) ||
	        match_third_party(p->scope.out, p->scope.out_n, SCOPE_OUT, target, out) ||
	        match_third_party(p->scope.in, p->scope.in_n, SCOPE_IN, target, out))
		return;
	if (target_parse(a, target, &t) != ERR_OK)
		return;
	all = patterns_of(a, p, NULL);
	found = best(&all, &t, true);
	if (found == NULL)
		found = best(&all, &t, false);
	if (found == NULL)
		return;
	*out = (struct scope_answer){
	        .verdict = found->out ? SCOPE_OUT : SCOPE_IN,
	        .rule = found->rule,
	        .third_party = found->third_party,
	};
	if (found->rule->components_n == 1)
		out->component = policy_component(p, found->rule->components[0]);
}
