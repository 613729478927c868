/* A receipt kept by the browser while its reporter is on the page of the case: sealed with a key of
 * the server, valid for some hours, gone with "Leave this page". Nothing is kept here. */
#ifndef VDPD_WEB_PUBLIC_RECEIPT_COOKIE_H
#define VDPD_WEB_PUBLIC_RECEIPT_COOKIE_H

#include "web/public/app.h"

/* After a respond_*: gives the browser RECEIPT ("EXW-2026-0001-…"). */
void receipt_cookie_set(struct request *req, struct str receipt);
void receipt_cookie_drop(struct request *req);
/* The receipt of the request; .p NULL where there is none, or it is too old. */
struct str receipt_cookie_get(const struct request *req);

#endif
