/* The reporter of a case, who is known by the receipt: over the API in the header Authorization, on
 * pages in a sealed cookie. Opening the case, adding files, acting on it: what all their handlers
 * share. */
#ifndef VDPD_WEB_PUBLIC_REPORTER_H
#define VDPD_WEB_PUBLIC_REPORTER_H

#include "act/view.h"
#include "web/api/jobs.h"
#include "web/form.h"
#include "web/public/app.h"

/* Finds the case NUMBER ("" : none is named, the receipt must name it) by the receipt RECEIPT;
 * *keys opens what its reporter may see, for the caller to wipe. ERR_AUTH without a receipt,
 * ERR_NOT_FOUND for anything that does not fit: a case that is not there and a wrong code are told
 * alike. ERR_GONE, with *row, if the case was erased. */
enum err receipt_open(const struct request *req, struct str number, struct str receipt,
        struct case_row *row, struct reporter_keys *keys) MUST_CHECK;

/* The same for the case and the receipt that the request itself brings. */
enum err reporter_open(
        const struct request *req, struct case_row *row, struct reporter_keys *keys) MUST_CHECK;

/* Answers that the case of ROW was erased, and when: to who has its receipt. */
void reporter_gone(struct request *req, const struct case_row *row);

/* The job of the request, with its case opened: made when its first file arrives, or by the
 * handler. */
enum err reporter_job(struct request *req, struct act_job **out) MUST_CHECK;

/* Lets the reporter do Q, whose texts are in the request's arena: ANSWER is called after the
 * commit. Q has passed act_check. */
void reporter_job_start(struct request *req, struct act_job *j, const struct act_request *q,
        void (*answer)(struct act_job *j, enum err e));

/* Files that are added to the case. */
extern const struct upload reporter_upload;

#endif
