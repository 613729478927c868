/* The reporter's API: a case by its receipt (Authorization: Receipt CODE). */
#ifndef VDPD_WEB_PUBLIC_CASE_API_H
#define VDPD_WEB_PUBLIC_CASE_API_H

#include "act/view.h"
#include "web/public/app.h"

handler_fn case_api_get;
handler_fn case_api_message;
handler_fn case_api_withdraw;
handler_fn case_api_credit;
handler_fn case_api_letter;
handler_fn case_api_disclosure;

/* Finds the case NUMBER ("" : none is named, the receipt must name it) by the receipt RECEIPT;
 * *keys opens what its reporter may see, for the caller to wipe. ERR_AUTH without a receipt,
 * ERR_NOT_FOUND for anything that does not fit: a case that is not there and a wrong code are told
 * alike. */
enum err receipt_open(const struct request *req, struct str number, struct str receipt,
        struct case_row *row, struct reporter_keys *keys) MUST_CHECK;

/* Answers with the case as its reporter may see it, read through DB. On error nothing was answered.
 */
enum err case_api_respond(struct request *req, struct db *db, int64_t case_id,
        const struct reporter_keys *keys, unsigned status) MUST_CHECK;

/* Makes the request for a choice of credit and passes it THEN. */
void case_credit(struct request *req, bool wanted, struct str name, struct str url,
        void (*then)(struct request *req, const struct act_request *q));

#endif
