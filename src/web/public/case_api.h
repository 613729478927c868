/* The reporter's API: a case by its receipt (Authorization: Receipt CODE). */
#ifndef VDPD_WEB_PUBLIC_CASE_API_H
#define VDPD_WEB_PUBLIC_CASE_API_H

#include "web/public/reporter.h"

handler_fn case_api_get;
handler_fn case_api_message;
handler_fn case_api_withdraw;
handler_fn case_api_credit;
handler_fn case_api_letter;
handler_fn case_api_disclosure;

/* Answers with the case as its reporter may see it, read through DB. On error nothing was answered.
 */
enum err case_api_respond(struct request *req, struct db *db, int64_t case_id,
        const struct reporter_keys *keys, unsigned status) MUST_CHECK;

/* Makes the request for a choice of credit and passes it THEN. */
void case_credit(struct request *req, bool wanted, struct str name, struct str url,
        void (*then)(struct request *req, const struct act_request *q));

#endif
