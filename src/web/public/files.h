/* Files of a case for its reporter: added and fetched over the API, fetched from the page. */
#ifndef VDPD_WEB_PUBLIC_FILES_H
#define VDPD_WEB_PUBLIC_FILES_H

#include "web/form.h"
#include "web/public/app.h"

handler_fn files_api_post; /* POST /api/v1/reports/{case}/attachments */
handler_fn files_api_get;  /* GET  /api/v1/reports/{case}/attachments/{id} */
handler_fn files_page_get; /* GET  /case/files/{id} */

#endif
