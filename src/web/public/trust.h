/* The trust center: figures of promises kept, keys, what the policy says; and the keys over the
 * API. */
#ifndef VDPD_WEB_PUBLIC_TRUST_H
#define VDPD_WEB_PUBLIC_TRUST_H

#include "web/public/app.h"

/* What the pages show of promises: read together, kept for a while. */
struct figures {
	uint64_t kept, ended;
};

/* Renders /trust anew through DB, and gives the sums for the policy page; DB may be NULL: then
 * without figures. Store errors leave the old page. */
enum err trust_render(struct public_app *app, struct db *db, struct figures *out) MUST_CHECK;

/* GET /api/v1/keys: {signing: {algorithm, public_key, fingerprint}}. */
handler_fn keys_api_get;

#endif
