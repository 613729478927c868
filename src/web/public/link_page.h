/* The link that a reporter was mailed. */
#ifndef VDPD_WEB_PUBLIC_LINK_PAGE_H
#define VDPD_WEB_PUBLIC_LINK_PAGE_H

#include "web/request.h"

/* GET and POST /case/link; `code`: the case's number and the link's code, as a receipt is written.
 */
void link_page_get(struct request *req);
void link_page_post(struct request *req);

/* POST /case/lost; `case`: its number. Has a link mailed to the address of the case. */
void lost_page_post(struct request *req);

#endif
