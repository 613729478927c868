/* Text that is about to be read by jansson, made short. It takes a byte at a time, some 12 ns each,
 * and a report is one long text: pieces of strings that stand for themselves (RFC 8259 section 7:
 * no quote, no backslash, no control character) are taken out, a mark is left in their place, and
 * the strings are put together again after it. What is JSON and what is not, jansson alone says:
 * a piece that is taken out could make no difference to it. */
#ifndef VDPD_WEB_JSON_FOLD_H
#define VDPD_WEB_JSON_FOLD_H

#include "base/arena.h"
#include "base/str.h"

struct json_piece {
	struct str of; /* the body */
	size_t at;     /* its mark's place in the folded text */
};

struct json_folded {
	struct str body;
	struct str text;           /* for jansson, with JSON_ALLOW_NUL: a mark begins with \u0000 */
	struct json_piece *pieces; /* in their order */
	size_t n;
};

enum json_fold_fault {
	JSON_FOLD_WELL,
	JSON_FOLD_DEEP, /* deeper than `depth_max` */
	JSON_FOLD_NUL,  /* a \u0000 of the sender's own */
};

/* BODY is valid UTF-8 and outlives *out, whose parts are in A. Otherwise *bad is where the fault
 * is. */
enum json_fold_fault json_fold(
        struct arena *a, struct str body, unsigned depth_max, struct json_folded *out, size_t *bad);

/* A string as jansson read it from the folded text, whole again; a copy in A, ended by NUL. */
struct str json_unfold(struct arena *a, const struct json_folded *f, struct str s);

/* Where in the body is what stands at AT in the folded text? */
size_t json_unfold_at(const struct json_folded *f, size_t at);

#endif
