/* Public pages that are the same for everybody: rendered when they change, kept in memory with
 * their ETag and compressed forms, and sent by the server before any other work is done. */
#ifndef VDPD_WEB_PAGES_H
#define VDPD_WEB_PAGES_H

#include "base/buf.h"

struct pages;

struct pages *pages_new(void);
/* Only after the servers that use P have stopped. NULL allowed. */
void pages_free(struct pages *p);

/* PATH ("/policy") is answered with BODY from now on, whatever it was before; what is being sent
 * goes out as it was. TYPE: its media type; CACHE: its Cache-Control (NULL: "public, max-age=60").
 * All are copied, BODY is emptied. Safe from any thread. ERR_TOO_LARGE: BODY was full. */
enum err pages_put(struct pages *p, struct str path, const char *type, const char *cache,
        struct buf *body) MUST_CHECK;

/* PATH is not a page any more; nothing happens if it was none. */
void pages_remove(struct pages *p, struct str path);

/* Is PATH a page now? A page needs no row in the route table; one may have rows for other methods.
 */
bool pages_has(struct pages *p, const char *path);

#endif
