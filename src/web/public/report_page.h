/* The report form, its check step, and the receipt. */
#ifndef VDPD_WEB_PUBLIC_REPORT_PAGE_H
#define VDPD_WEB_PUBLIC_REPORT_PAGE_H

#include "web/form.h"
#include "web/public/app.h"

handler_fn report_page_get;
handler_fn report_page_post;
handler_fn receipt_page_post; /* downloads of what was signed and of what it covers */

extern const struct upload report_upload;

#endif
