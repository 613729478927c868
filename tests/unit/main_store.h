/* The main database in a new directory, for tests that work on cases. */
#ifndef VDPD_TESTS_MAIN_STORE_H
#define VDPD_TESTS_MAIN_STORE_H

#include "store/migrate.h"
#include "store/statements.h"
#include "store/tx.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct main_store {
	char dir[64];
	struct db *db;
};

static inline int
main_store_remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static inline void
main_store_open(struct main_store *s)
{
	struct diag d = {0};

	snprintf(s->dir, sizeof s->dir, "/tmp/vdpd-unit-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	assert_int_equal(migrate_run(s->dir, &store_set, &d), ERR_OK);
	assert_int_equal(db_open(s->dir, &store_set, 0, &d, &s->db), ERR_OK);
}

static inline void
main_store_close(struct main_store *s)
{
	db_close(s->db);
	nftw(s->dir, main_store_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

#endif
