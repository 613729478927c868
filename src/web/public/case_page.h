/* The reporter's page of a case, and what its forms do. */
#ifndef VDPD_WEB_PUBLIC_CASE_PAGE_H
#define VDPD_WEB_PUBLIC_CASE_PAGE_H

#include "web/form.h"
#include "web/public/app.h"

handler_fn case_page_get;
handler_fn case_page_open;
handler_fn case_page_message;
handler_fn case_page_credit;
handler_fn case_page_letter;
handler_fn case_page_disclosure;
handler_fn case_page_withdraw;
handler_fn case_page_leave;

#endif
