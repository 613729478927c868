/* How generated views print an expression, one function per place in HTML. Only the code that
 * tools/viewc writes calls these; which one it calls is decided by where the {{ expression }}
 * stands. A type that a place does not take is a compile error. */
#ifndef VDPD_WEB_VIEW_PUT_H
#define VDPD_WEB_VIEW_PUT_H

#include "web/view_types.h"

void put_str(struct buf *out, struct str s);
void put_z(struct buf *out, const char *z); /* NULL prints nothing */
void put_short(struct buf *out, struct text t);
void put_i64(struct buf *out, int64_t v);
void put_u64(struct buf *out, uint64_t v);
void put_safe(struct buf *out, struct safe_html html);

/* A whole URL, or the beginning of one: http, https, mailto or relative (RFC 3986); anything else,
 * and whatever holds a control character or a space, prints "#". */
void put_url_str(struct buf *out, struct str s);
void put_url_z(struct buf *out, const char *z);

/* A piece of a URL's path, query or fragment, percent-encoded but for unreserved characters
 * (RFC 3986 section 2.3) and '@'. "." and "..", which would climb, print "-". */
void put_part_str(struct buf *out, struct str s);
void put_part_z(struct buf *out, const char *z);
void put_part_short(struct buf *out, struct text t);

/* The data of a path element: numbers and letters only. */
void put_svg(struct buf *out, struct svg_path path);

#define PUT_NUMBERS                                                                                \
	int : put_i64,                                                                             \
	      long : put_i64,                                                                      \
	             long long : put_i64,                                                          \
	                         unsigned : put_u64,                                               \
	                                    unsigned long : put_u64,                               \
	                                                    unsigned long long : put_u64

/* clang-format off */
#define put_text(out, x) \
	_Generic((x), struct str: put_str, char *: put_z, const char *: put_z, struct text: put_short, \
		struct safe_html: put_safe, PUT_NUMBERS)((out), (x))
#define put_attr(out, x) \
	_Generic((x), struct str: put_str, char *: put_z, const char *: put_z, struct text: put_short, \
		PUT_NUMBERS)((out), (x))
#define put_url(out, x) \
	_Generic((x), struct str: put_url_str, char *: put_url_z, const char *: put_url_z)((out), (x))
#define put_url_part(out, x) \
	_Generic((x), struct str: put_part_str, char *: put_part_z, const char *: put_part_z, \
		struct text: put_part_short, PUT_NUMBERS)((out), (x))
#define put_svg_path(out, x) _Generic((x), struct svg_path: put_svg)((out), (x))
/* clang-format on */

#endif
