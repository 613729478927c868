/* The team has assessed the weakness: how bad, of which kind, where. */
#include "act/actions.h"

#include "case/cvss.h"
#include "case/cwe.h"

/* The vector in its canonical order, in A. */
static enum err
vector_read(struct act *act, struct str given, struct str *out)
{
	struct cvss v;
	struct buf b;
	enum err e = cvss_parse(given, &v, act->why);

	if (e != ERR_OK) {
		if (act->why != NULL)
			snprintf(act->why->pointer, sizeof act->why->pointer, "/cvss");
		return e;
	}
	buf_init(&b, CVSS_VECTOR_MAX);
	cvss_format(&v, &b);
	*out = str_dup(act->a, buf_view(&b));
	buf_clear(&b);
	return ERR_OK;
}

static enum err
component_read(struct act *act, struct str given, struct str *out)
{
	const struct policy_component *c;
	const struct policy *policy;
	enum err e =
	        policies_get(act->programme->policies, act->db, act->row.policy_sha256, &policy);

	if (e != ERR_OK)
		return e;
	c = policy_component(policy, given);
	if (c == NULL) {
		if (act->why != NULL)
			snprintf(act->why->pointer, sizeof act->why->pointer, "/component");
		return diag_set(act->why, ERR_INVALID, "take one of the policy's components",
		        "the policy has no such component");
	}
	*out = c->id;
	return ERR_OK;
}

/* By the score, as the policy that the case is pinned to maps it. */
static enum err
severity_of(struct act *act, struct clear *c)
{
	const struct policy *policy;
	struct cvss v;
	enum err e =
	        policies_get(act->programme->policies, act->db, act->row.policy_sha256, &policy);

	if (e == ERR_OK)
		e = cvss_parse(c->cvss, &v, NULL);
	if (e != ERR_OK)
		return e;
	c->severity = policy_severity(policy, cvss_score(&v).score,
	        c->component.n > 0 ? c->component : act->row.component);
	if (c->severity != SEVERITY_NONE)
		return ERR_OK;
	if (act->why != NULL)
		snprintf(act->why->pointer, sizeof act->why->pointer, "/severity");
	return diag_set(act->why, ERR_INVALID, "give the severity",
	        "the score is 0.0, which is no severity");
}

enum err
act_triage(struct act *act, const struct act_request *q)
{
	struct clear c = {.severity = q->severity, .cwe = q->cwe};
	enum err e = ERR_OK;

	if (q->cwe != 0 && cwe_name(q->cwe) == NULL) {
		if (act->why != NULL)
			snprintf(act->why->pointer, sizeof act->why->pointer, "/cwe");
		return diag_set(act->why, ERR_INVALID, NULL, "there is no weakness CWE-%lld",
		        (long long)q->cwe);
	}
	if (q->cvss.n > 0)
		e = vector_read(act, q->cvss, &c.cvss);
	if (e == ERR_OK && q->component.n > 0)
		e = component_read(act, q->component, &c.component);
	if (e == ERR_OK && c.severity == SEVERITY_NONE)
		e = severity_of(act, &c);
	/* The reason is the team's alone. */
	if (e == ERR_OK)
		e = act_append(
		        act, EVENT_TRIAGED, &c, q->note.n > 0 ? SEALED_TEAM : SEALED_NONE, q->note);
	if (e != ERR_OK)
		return e;
	act->row.cvss = c.cvss.n > 0 ? c.cvss : act->row.cvss;
	act->row.cwe = c.cwe != 0 ? c.cwe : act->row.cwe;
	act->row.component = c.component.n > 0 ? c.component : act->row.component;
	/* On triage alone a text is a message event of its own, after it. */
	if (q->text.n > 0)
		return act_tell(act, EVENT_MESSAGE, &(struct clear){.to = PARTY_REPORTER}, q->text);
	return act_notice_reporter(act, STR(""));
}
