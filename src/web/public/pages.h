/* The pages that are the same for everybody: rendered when what they show changes, kept in memory.
 */
#ifndef VDPD_WEB_PUBLIC_PAGES_H
#define VDPD_WEB_PUBLIC_PAGES_H

#include "web/public/app.h"

handler_fn healthz_get;

/* Renders all of them anew: at the start, and after the policy has changed. */
void public_pages_render(struct public_app *app);

#endif
