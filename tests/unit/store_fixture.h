/* A small database in a new directory, for the tests of the store. */
#ifndef VDPD_TESTS_STORE_FIXTURE_H
#define VDPD_TESTS_STORE_FIXTURE_H

#include "store/migrate.h"
#include "store/tx.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct note {
	int64_t id;
	struct str author; /* NULL in the table if absent */
	struct str body;
	unsigned char tag[4];
	unsigned kind;
	bool pinned;
};

static const struct stmt note_insert = {
        "note_insert",
        "INSERT INTO note (author, body, tag, kind, pinned) VALUES ($2, $1, $3, $4, $5) "
        "RETURNING id",
};
static const struct stmt note_get = {
        "note_get",
        "SELECT id, author, body, tag, kind, pinned FROM note WHERE id = $1",
};
static const struct stmt note_list = {
        "note_list",
        "SELECT id, author, body, tag, kind, pinned FROM note ORDER BY body, id",
};
static const struct stmt note_count = {"note_count", "SELECT count(*) FROM note"};
static const struct stmt note_pin = {
        "note_pin",
        "UPDATE note SET pinned = 1 WHERE kind = $1",
};
static const struct stmt note_pin_all = {"note_pin_all", "UPDATE note SET pinned = 1 - pinned"};
static const struct stmt *const note_stmts[] = {
        &note_insert, &note_get, &note_list, &note_count, &note_pin, &note_pin_all, NULL};
static const struct stmt *const *const note_tables[] = {migrate_stmts, note_stmts, NULL};

#define SQL_FILE(name, text)                                                                       \
	{                                                                                          \
		name, (const unsigned char *)"" text, sizeof(text) - 1, ""                         \
	}

static const struct embedded note_files[] = {
        SQL_FILE("0000_schema_migration.sql",
                "CREATE TABLE IF NOT EXISTS schema_migration (version BIGINT NOT NULL PRIMARY KEY,"
                "name TEXT NOT NULL, checksum BYTEA NOT NULL, applied_at BIGINT NOT NULL) "
                "@STRICT@;"),
        SQL_FILE("0001_note.sql",
                "CREATE TABLE note (id @PK@, author TEXT, body BYTEA NOT NULL UNIQUE,"
                "tag BYTEA NOT NULL, kind BIGINT NOT NULL CHECK (kind < 9),"
                "pinned BIGINT NOT NULL) @STRICT@;"
                "CREATE INDEX note_by_kind ON note (kind);"),
        SQL_FILE("keyd_0001_other.sql", "CREATE TABLE other (id @PK@) @STRICT@;"),
};
static const size_t note_files_n = 3;

static const struct db_set note_set = {
        .file = "note.db",
        .stmts = note_tables,
        .files = note_files,
        .files_n = &note_files_n,
        .prefix = "",
};

static inline char *
fixture_dir(void)
{
	char *dir = strdup("/tmp/vdpd-unit-XXXXXX");

	assert_non_null(mkdtemp(dir));
	return dir;
}

/* Removes the database called FILE and DIR, which holds nothing else. */
static inline void
fixture_remove(char *dir, const char *file)
{
	static const char *const ends[] = {
	        "", "-wal", "-shm", ".turn", ".undo", "-wal.undo", "-journal"};
	char path[200];

	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		snprintf(path, sizeof path, "%s/%s%s", dir, file, ends[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(dir), 0);
	free(dir);
}

static inline struct db *
fixture_open(const char *dir, unsigned flags)
{
	struct diag d = {0};
	struct db *db = NULL;
	enum err e = db_open(dir, &note_set, flags, &d, &db);

	if (e != ERR_OK)
		print_error("%s: %s\n", d.what, d.mend);
	assert_int_equal(e, ERR_OK);
	return db;
}

static inline void
fixture_migrate(const char *dir)
{
	struct diag d = {0};
	enum err e = migrate_run(dir, &note_set, &d);

	if (e != ERR_OK)
		print_error("%s: %s\n", d.what, d.mend);
	assert_int_equal(e, ERR_OK);
}

/* For tx_run: inserts a note with *(int64_t *)CTX as body. */
static inline enum err
fixture_insert(struct db *db, void *ctx)
{
	int64_t id;

	return db_one_i64(db, &note_insert,
	        DB_ARGS(db_bytes(ctx, sizeof(int64_t)), db_null(), db_bytes("tag.", 4), db_i64(1),
	                db_i64(0)),
	        &id);
}

static inline int64_t
fixture_count(struct db *db)
{
	int64_t n = -1;

	assert_int_equal(db_one_i64(db, &note_count, DB_NONE, &n), ERR_OK);
	return n;
}

#endif
