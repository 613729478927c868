/* The pages that are the same for everybody: rendered when what they show changes, kept in memory.
 */
#ifndef VDPD_WEB_PUBLIC_PAGES_H
#define VDPD_WEB_PUBLIC_PAGES_H

#include "web/public/app.h"

handler_fn healthz_get;
handler_fn policy_version_get;

/* Renders all of them anew through DB, which is the caller's alone: after the policy has changed,
 * and now and then for the figures, whose cost grows with the number of cases. At the start DB is
 * NULL: no figures yet. What cannot be rendered is logged and stays as it was. */
void public_pages_render(struct public_app *app, struct db *db);

#endif
