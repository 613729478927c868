/* All rows of a query as an array. */
#ifndef VDPD_STORE_COLLECT_H
#define VDPD_STORE_COLLECT_H

#include "store/db.h"

/* Runs ST and reads its rows by MAP into an array in A; *OUT points to *N structs of
 * MAP's size, and is NULL where there is none. ERR_TOO_LARGE if there are more than MAX: who wants
 * the first MAX alone says LIMIT in ST. */
enum err db_collect(struct arena *a, struct db *db, const struct stmt *st, struct db_args args,
        const struct db_map *map, size_t max, void *out, size_t *n) MUST_CHECK;

#endif
