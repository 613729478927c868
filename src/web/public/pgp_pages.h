/* The programme's OpenPGP key for everybody: /pgp-key.asc, the Web Key Directory, and security.txt
 * signed with it. */
#ifndef VDPD_WEB_PUBLIC_PGP_PAGES_H
#define VDPD_WEB_PUBLIC_PGP_PAGES_H

#include "web/public/app.h"

/* Asks keyd whether something else is published now, and renders it. True if the pages that speak
 * of the key are to be rendered anew. Under the renderer's lock. */
bool pgp_pages_refresh(struct public_app *app);

/* Renders security.txt (RFC 9116), at the well-known path and at the root: signed where what was
 * signed is of today's policy. */
void security_txt_render(struct public_app *app);

#endif
