/* Arena: a list of blocks, the newest first; each allocation is cut from the newest. */
#include "base/arena.h"

#include <sodium.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 16 * 1024 };

struct block {
	struct block *older;
	size_t size; /* of data */
	size_t used;
	alignas(max_align_t) unsigned char data[];
};

struct arena {
	struct block *newest;
	size_t total; /* bytes in all blocks */
	size_t max;
};

static void
die(const char *why)
{
	fprintf(stderr, "level=fatal what=arena why=%s\n", why);
	abort();
}

struct arena *
arena_new(size_t max_bytes)
{
	struct arena *a = calloc(1, sizeof *a);

	if (a == NULL)
		die("memory");
	a->max = max_bytes;
	return a;
}

void
arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	for (struct block *b = a->newest, *older; b != NULL; b = older) {
		older = b->older;
		sodium_memzero(b->data, b->used);
		free(b);
	}
	free(a);
}

static struct block *
block_add(struct arena *a, size_t at_least)
{
	size_t size = at_least > BLOCK_BYTES ? at_least : BLOCK_BYTES;
	size_t whole;
	struct block *b;

	if (size > a->max - a->total || __builtin_add_overflow(size, sizeof *b, &whole)) {
		if (at_least > a->max - a->total)
			die("cap");
		size = at_least;
		whole = size + sizeof *b;
	}
	b = calloc(1, whole);
	if (b == NULL)
		die("memory");
	b->size = size;
	a->total += size;
	/* A block of one large piece goes behind the newest, whose rest stays in use. */
	if (at_least > BLOCK_BYTES && a->newest != NULL) {
		b->older = a->newest->older;
		a->newest->older = b;
	} else {
		b->older = a->newest;
		a->newest = b;
	}
	return b;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	const size_t align = alignof(max_align_t);
	size_t need;
	struct block *b = a->newest;
	void *p;

	if (__builtin_add_overflow(size, align - 1, &need))
		die("size");
	need &= ~(align - 1);
	if (b == NULL || need > b->size - b->used)
		b = block_add(a, need);
	p = b->data + b->used;
	b->used += need;
	return p;
}

void *
arena_array(struct arena *a, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		die("size");
	return arena_alloc(a, bytes);
}
