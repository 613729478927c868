/* New reports over the API. */
#ifndef VDPD_WEB_PUBLIC_REPORT_API_H
#define VDPD_WEB_PUBLIC_REPORT_API_H

#include "web/api/intake_json.h"
#include "web/public/app.h"

handler_fn report_api_post;

#endif
