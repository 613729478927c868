/* What the process `public` holds, and what its pool threads hold each. */
#ifndef VDPD_WEB_PUBLIC_APP_H
#define VDPD_WEB_PUBLIC_APP_H

#include "act/instance.h"
#include "store/writer.h"
#include "web/pages.h"
#include "web/request.h"

struct public_app {
	struct instance in;
	struct pages *pages;
	struct limits *limits;
	struct writer *writer;
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
