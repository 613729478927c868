/* Text as a slice: a pointer and a length, never NUL-terminated by promise. Slices own nothing. */
#ifndef VDPD_BASE_STR_H
#define VDPD_BASE_STR_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
	const char *p;
	size_t n; /* bytes */
};

/* A slice of a string literal. */
#define STR(literal) ((struct str){"" literal, sizeof(literal) - 1})
/* For printf: "%.*s", STR_ARG(s). */
#define STR_ARG(s) (int)(s).n, (s).p

/* The slice of the NUL-terminated Z, which may be NULL (an empty slice). */
static inline struct str
str_of(const char *z)
{
	return (struct str){z, z != NULL ? strlen(z) : 0};
}

static inline struct str
str_bytes(const void *p, size_t n)
{
	return (struct str){p, n};
}

bool str_eq(struct str a, struct str b);
bool str_eq_nocase(struct str a, struct str b); /* ASCII letters only */
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
/* Orders as memcmp does, the shorter first where one begins the other. */
int str_cmp(struct str a, struct str b);

/* From byte FROM (capped at the end), at most N bytes. */
struct str str_sub(struct str s, size_t from, size_t n);
/* Without leading and trailing ASCII white space. */
struct str str_trim(struct str s);
/* Index of the first C at or after FROM, or SIZE_MAX. */
size_t str_find(struct str s, char c, size_t from);
/* True if NEEDLE stands somewhere in S; an empty needle does. */
bool str_contains(struct str s, struct str needle);

/* Takes the part before the first SEP off the front of *REST into *PART; false once all is taken.
 * "a,,b" gives "a", "", "b"; an empty *REST gives nothing. */
bool str_cut(struct str *rest, char sep, struct str *part);

/* A copy in A; str_z adds a NUL and gives the pointer (the slice must hold no NUL to be read so).
 */
struct str str_dup(struct arena *a, struct str s);
char *str_z(struct arena *a, struct str s);
/* ASCII letters made small, in A. */
struct str str_lower(struct arena *a, struct str s);
/* printf into A. */
struct str str_fmt(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Decimal digits only, without sign or space, up to MAX. */
enum err str_u64(struct str s, uint64_t max, uint64_t *out) MUST_CHECK;

/* True if S is well-formed UTF-8 (RFC 3629: no overlong form, no surrogate, up to U+10FFFF) and
 * holds no NUL. Otherwise *bad_at (may be NULL) is the offset of the first bad byte. */
bool str_utf8_valid(struct str s, size_t *bad_at);
/* Number of code points of a valid S. */
size_t str_utf8_len(struct str s);

#endif
