/* All rows of a query as an array: read into a chain of pieces that double, then laid out in one.
 */
#include "store/collect.h"

struct piece {
	struct piece *next;
	size_t n, cap;
	char *rows;
};

static struct piece *
piece_new(struct arena *a, size_t cap, size_t size)
{
	struct piece *p = ARENA_NEW(a, struct piece);

	p->cap = cap;
	p->rows = arena_array(a, cap, size);
	return p;
}

enum err
db_collect(struct arena *a, struct db *db, const struct stmt *st, struct db_args args,
        const struct db_map *map, size_t max, void *out, size_t *n)
{
	struct db_rows rows;
	struct piece *first = NULL, *last = NULL;
	size_t count = 0;
	char *flat = NULL;
	enum err e = db_query(db, st, args, &rows);
	bool over = false;

	if (e != ERR_OK)
		return e;
	while (db_next(&rows)) {
		if (count == max) {
			over = true;
			break;
		}
		if (last == NULL) {
			first = last = piece_new(a, 16, map->size);
		} else if (last->n == last->cap) {
			last->next = piece_new(a, last->cap * 2, map->size);
			last = last->next;
		}
		db_row_read(a, &rows, map, last->rows + last->n * map->size);
		last->n++;
		count++;
	}
	e = db_rows_end(&rows);
	if (e == ERR_OK && over)
		e = ERR_TOO_LARGE;
	if (e != ERR_OK)
		return e;
	if (first != NULL && first->next == NULL) {
		flat = first->rows;
	} else if (first != NULL) {
		size_t at = 0;

		flat = arena_array(a, count, map->size);
		for (struct piece *p = first; p != NULL; p = p->next) {
			memcpy(flat + at, p->rows, p->n * map->size);
			at += p->n * map->size;
		}
	}
	*(void **)out = flat;
	*n = count;
	return ERR_OK;
}
