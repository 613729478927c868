/* Memory of one request, job or command: allocated piece by piece, wiped and given back at once.
 * Sizes are checked where bytes enter the program; an arena that would pass its cap is therefore a
 * broken invariant and aborts, so that no caller has an allocation error to forget. */
#ifndef VDPD_BASE_ARENA_H
#define VDPD_BASE_ARENA_H

#include <stddef.h>

struct arena;

/* A new arena that will hold at most MAX_BYTES. The caller frees it. Aborts without memory. */
struct arena *arena_new(size_t max_bytes);

/* Wipes everything that A gave out and frees it. A may be NULL. */
void arena_free(struct arena *a);

/* SIZE zeroed bytes, aligned for any type, that live as long as A. Never NULL. */
void *arena_alloc(struct arena *a, size_t size) __attribute__((returns_nonnull, malloc));

/* N zeroed elements of SIZE bytes; aborts where the product overflows. */
void *arena_array(struct arena *a, size_t n, size_t size) __attribute__((returns_nonnull, malloc));

/* One zeroed object of TYPE, or an array of N of them. */
#define ARENA_NEW(a, type)      ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, n, type) ((type *)arena_array((a), (n), sizeof(type)))

#endif
