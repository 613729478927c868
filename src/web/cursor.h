/* Cursors of lists: where the next page begins, as text that a client gives back unread. Signed, so
 * that nobody can ask for a place in the order that no page of this list showed. */
#ifndef VDPD_WEB_CURSOR_H
#define VDPD_WEB_CURSOR_H

#include "base/secret.h"

enum { PAGE_VALUES_MAX = 4 };

/* The sort key of the last row shown. */
struct page_cursor {
	int64_t v[PAGE_VALUES_MAX];
	unsigned n;
};

/* C as text in A: letters, digits, '-' and '_'. LIST names the list and its filters ("cases
 * state=new"): the text is worth nothing for another one. */
struct str page_cursor_text(
        struct arena *a, const struct key *key, struct str list, const struct page_cursor *c);

/* Reads TEXT. ERR_INVALID if it was not made by page_cursor_text for this LIST and KEY. */
enum err page_cursor_read(struct arena *a, const struct key *key, struct str list, struct str text,
        struct page_cursor *out) MUST_CHECK;

#endif
