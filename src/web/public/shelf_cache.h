/* What was rendered from the published advisories, kept in memory until something is published:
 * whatever is asked for again is sent by web/pages.h without a look at the database. Bounded; the
 * oldest goes first. */
#ifndef VDPD_WEB_PUBLIC_SHELF_CACHE_H
#define VDPD_WEB_PUBLIC_SHELF_CACHE_H

#include "store/db.h"
#include "web/pages.h"
#include "web/request.h"

struct shelf_cache;

/* An empty one that puts into PAGES; lives as long as the process. */
struct shelf_cache *shelf_cache_new(struct pages *pages);

/* Looks whether something was published since the last look, and if so forgets all. About once a
 * second, by one thread. */
void shelf_cache_look(struct shelf_cache *c, struct db *db, int64_t programme_id);
/* Forgets all: the policy has changed. */
void shelf_cache_forget(struct shelf_cache *c);

/* Which publication is the last, as far as is known: read it before the database is read. */
int64_t shelf_cache_change(struct shelf_cache *c);

/* Answers REQ with BODY, and keeps it under the request's path, unless something was published
 * since CHANGE. TYPE is static. Takes BODY's content. */
void shelf_answer(struct request *req, struct shelf_cache *c, int64_t change, const char *type,
        struct buf *body);

#endif
