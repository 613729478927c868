/* A new report over an API: what both origins do alike. */
#ifndef VDPD_WEB_API_INTAKE_JSON_H
#define VDPD_WEB_API_INTAKE_JSON_H

#include "act/instance.h"
#include "act/intake.h"
#include "web/api/report_json.h"

/* What of IN follows from the report R: programme, policy in force, component, title, contact …
 * Channel, body, hash, files and Idempotency-Key are the caller's. */
void report_fill_intake(
        struct intake *in, struct instance *instance, struct arena *a, const struct report *r);

/* Is KEY 1 to 255 printable ASCII characters? */
bool idempotency_key_ok(struct str key);

/* The 201 answer: {case, receipt, received_at, missing, promises, policy, signed_receipt}. POLICY
 * is the version that the case is pinned to. */
void report_answer_json(struct json_writer *w, const struct intake *in, const struct policy *policy,
        const struct report *report);

#endif
