/* New reports over the API, and what the form shares with it. */
#ifndef VDPD_WEB_PUBLIC_REPORT_API_H
#define VDPD_WEB_PUBLIC_REPORT_API_H

#include "act/intake.h"
#include "web/api/report_json.h"
#include "web/public/app.h"

handler_fn report_api_post;

/* What of IN follows from the report R: programme, policy in force, component, title, contact …
 * Channel, body, hash, files and Idempotency-Key are the caller's. */
void report_fill_intake(
        struct intake *in, struct instance *instance, struct arena *a, const struct report *r);

/* The 201 answer: {case, receipt, received_at, missing, promises, policy, signed_receipt}. */
void report_answer_json(struct json_writer *w, const struct intake *in, const struct policy *policy,
        const struct report *report);

#endif
