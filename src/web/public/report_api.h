/* New reports over the API, and what the form shares with it. */
#ifndef VDPD_WEB_PUBLIC_REPORT_API_H
#define VDPD_WEB_PUBLIC_REPORT_API_H

#include "web/api/intake_json.h"
#include "web/api/jobs.h"
#include "web/public/app.h"

handler_fn report_api_post;

/* Sends the report of J, begun and filled in: as a new case, or, where the same request has come
 * before, with that case's answer. *pinned becomes the policy of an earlier case. */
void report_send(struct intake_job *j, const struct policy **pinned);

#endif
