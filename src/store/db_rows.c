/* Rows as structs, and statements that touch exactly one row: the same for every engine. */
#include "store/db_engine.h"

#include <stdlib.h>

static void
int_read(struct db_rows *rows, size_t i, const struct db_col *col, char *member)
{
	int64_t v = col->if_null;

	if (!col->null_ok || !db_row_null(rows, i))
		v = db_row_i64(rows, i);
	if (col->max != 0 && (v < 0 || (uint64_t)v >= col->max)) {
		db_row_bad(rows, i, "out of range");
		return;
	}
	switch (col->kind) {
	case DB_KIND_I32:
		if (v < INT32_MIN || v > INT32_MAX)
			db_row_bad(rows, i, "out of range");
		else
			*(int *)member = (int)v;
		break;
	case DB_KIND_U32:
		if (v < 0 || v > UINT32_MAX)
			db_row_bad(rows, i, "out of range");
		else
			*(unsigned *)member = (unsigned)v;
		break;
	case DB_KIND_BOOL:
		if (v != 0 && v != 1)
			db_row_bad(rows, i, "out of range");
		else
			*(bool *)member = v == 1;
		break;
	default:
		*(int64_t *)member = v;
		break;
	}
}

void
db_row_read(struct arena *a, struct db_rows *rows, const struct db_map *map, void *out)
{
	if (rows->columns != map->n)
		abort();
	memset(out, 0, map->size);
	for (size_t i = 0; i < map->n; i++) {
		const struct db_col *col = &map->cols[i];
		char *member = (char *)out + col->offset;
		bool null = col->null_ok && db_row_null(rows, i);

		switch (col->kind) {
		case DB_KIND_TEXT:
			if (!null)
				*(struct str *)member = db_row_text(a, rows, i, col->max);
			break;
		case DB_KIND_BLOB:
			if (!null)
				*(struct str *)member = db_row_blob(a, rows, i, col->max);
			break;
		case DB_KIND_FIXED:
			if (!null)
				db_row_fixed(rows, i, member, col->max);
			break;
		default:
			int_read(rows, i, col, member);
			break;
		}
	}
}

/* After the first row: there is no other, and reading it went well. */
static enum err
only_row(struct db_rows *rows, bool found)
{
	bool more = found && db_next(rows);
	enum err e = db_rows_end(rows);

	if (e != ERR_OK)
		return e;
	if (more)
		return ERR_STORE;
	return found ? ERR_OK : ERR_NOT_FOUND;
}

enum err
db_one(struct arena *a, struct db *db, const struct stmt *st, struct db_args args,
        const struct db_map *map, void *out)
{
	void *row = arena_alloc(a, map->size);
	struct db_rows rows;
	bool found;
	enum err e = db_query(db, st, args, &rows);

	if (e != ERR_OK)
		return e;
	found = db_next(&rows);
	if (found)
		db_row_read(a, &rows, map, row);
	e = only_row(&rows, found);
	if (e == ERR_OK)
		memcpy(out, row, map->size);
	return e;
}

enum err
db_one_i64(struct db *db, const struct stmt *st, struct db_args args, int64_t *out)
{
	struct db_rows rows;
	int64_t v = 0;
	bool found;
	enum err e = db_query(db, st, args, &rows);

	if (e != ERR_OK)
		return e;
	found = db_next(&rows);
	if (found)
		v = db_row_i64(&rows, 0);
	e = only_row(&rows, found);
	if (e == ERR_OK)
		*out = v;
	return e;
}

enum err
db_exec1(struct db *db, const struct stmt *st, struct db_args args)
{
	int64_t changed;
	enum err e = db_exec(db, st, args, &changed);

	if (e != ERR_OK)
		return e;
	if (changed == 1)
		return ERR_OK;
	return changed == 0 ? ERR_NOT_FOUND : ERR_STORE;
}
