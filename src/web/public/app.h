/* What the process `public` holds, and what its pool threads hold each. */
#ifndef VDPD_WEB_PUBLIC_APP_H
#define VDPD_WEB_PUBLIC_APP_H

#include "act/instance.h"
#include "keyd/client/protocol.h"
#include "store/writer.h"
#include "web/pages.h"
#include "web/request.h"

struct shelf_cache;

struct public_app {
	struct instance in;
	struct pages *pages;
	struct shelf_cache *shelf; /* of advisories and what is made of them */
	struct limits *limits;
	struct writer *writer;
	/* What vdpd-pgp gave to be published, rendered: -1 before the first look. The key's facts
	 * are empty where there is none. Changed under the renderer's lock. */
	int64_t pgp_version;
	char pgp_fingerprint[KEYD_PGP_FINGERPRINT_MAX + 1];
	_Atomic bool pgp_key; /* /pgp-key.asc is there */
	struct key *form_key; /* of this process's life: form tokens, receipt cookies */
};

/* request.thread */
struct public_thread {
	struct db *db;
};

static inline struct public_app *
public_app(const struct request *req)
{
	return req->app;
}

static inline struct db *
public_db(const struct request *req)
{
	return ((struct public_thread *)req->thread)->db;
}

extern const struct route public_routes[];
extern const size_t public_routes_n;

#endif
