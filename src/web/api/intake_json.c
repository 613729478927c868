/* A new report over an API: what both origins do alike. */
#include "web/api/intake_json.h"

#include "web/api/case_json.h"

/* The promises of the case at the instant it was received, whatever happened since: a repeated
 * request gets the same answer. */
static void
first_clocks(struct arena *a, const struct policy *p, const struct case_row *row,
        struct clock_entry **clocks, size_t *n)
{
	struct event received = {
	        .at_utc_s = row->received_at, .kind = EVENT_RECEIVED, .question = row->question};

	clocks_compute(a, &p->promises, &received, 1, row->received_at, clocks, n);
}

void
report_answer_json(struct json_writer *w, const struct intake *in, const struct policy *policy,
        const struct report *report)
{
	struct receipt_facts facts = act_facts(in->a, in->programme, &in->row);
	const struct policy_part **missing;
	struct clock_entry *clocks;
	size_t n;

	jw_object(w, NULL);
	jw_str(w, "case", in->case_number);
	jw_str(w, "receipt", receipt_text(in->a, in->case_number, &in->code));
	jw_time(w, "received_at", in->row.received_at);
	report_missing(in->a, report, policy, in->files_n > 0, &missing, &n);
	jw_array(w, "missing");
	for (size_t i = 0; i < n; i++)
		jw_str(w, NULL, missing[i]->id);
	jw_end(w);
	first_clocks(in->a, policy, &in->row, &clocks, &n);
	promises_json(w, "promises", clocks, n);
	jw_str(w, "policy", str_of(policy->sha256_hex));
	signed_receipt_json(w, "signed_receipt", in->a, &facts, in->row.signature);
	jw_end(w);
}

bool
idempotency_key_ok(struct str key)
{
	if (key.n == 0 || key.n > IDEMPOTENCY_KEY_MAX)
		return false;
	for (size_t i = 0; i < key.n; i++)
		if (key.p[i] < 0x20 || key.p[i] > 0x7e)
			return false;
	return true;
}

void
report_fill_intake(
        struct intake *in, struct instance *instance, struct arena *a, const struct report *r)
{
	const struct policy_component *component;

	in->a = a;
	in->programme = &instance->programme;
	in->policy = instance_policy(instance);
	in->intake_key = instance->intake_key;
	in->question = str_eq(r->kind, STR("question"));
	in->incident = report_is_privacy_incident(r);
	if (severity_parse(r->severity, &in->severity) != ERR_OK)
		in->severity = SEVERITY_NONE;
	component = policy_component(in->policy, r->component);
	in->component = component != NULL ? component->id : STR("");
	in->title = report_title(a, r);
	in->credit = r->credit.wanted;
	in->contact = (struct contact){r->reporter.email, r->reporter.name, r->reporter.pgp_key};
}
