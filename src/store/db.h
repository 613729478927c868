/* The database, whichever engine is under it. One connection serves one thread. Statements are
 * constants, named and collected in tables (store/statements.h), so that all of them can be
 * prepared at the start and in tests; values are only ever bound.
 *
 * SQL that both engines take:
 *  - parameters are $1, $2 … without a gap; one may stand in several places;
 *  - parameters are BIGINT, TEXT or BYTEA. PostgreSQL takes the type from the place where one
 * stands first; where that is no column of such a type, write CAST($1 AS BIGINT) there: in `$1 IS
 * NULL`,
 *    `$1 = 0` (that would be a 32-bit integer), in a bare SELECT list, in arithmetic;
 *  - columns of a result too: CAST(sum(x) AS BIGINT), no comparison as a value;
 *  - RETURNING and ON CONFLICT … DO are there; no INSERT OR, no rowid, no AUTOINCREMENT, no
 *    booleans (BIGINT 0 or 1), no double quotes but round names, no implicit casts;
 *  - ORDER BY names every column that the order depends on; NULLs are avoided in keys;
 *  - a row lock is not needed: who writes is alone (SQLite), or is serializable and retried.
 *
 * Errors: ERR_FULL no room on disk; ERR_BUSY locked by somebody else for long, or a conflict that a
 * retry mends; ERR_CONFLICT a UNIQUE, primary or foreign key; ERR_INVALID a CHECK or NOT NULL;
 * ERR_STORE anything else, among them a damaged file. db_why tells more.
 * After a statement fails inside a transaction or savepoint, all that follow in it fail with the
 * same error until it is rolled back, on both engines. */
#ifndef VDPD_STORE_DB_H
#define VDPD_STORE_DB_H

#include "base/embed.h"
#include "base/str.h"

struct db;

/* ---- Statements ---- */

struct stmt {
	const char *name; /* unique in the program, fit for PREPARE: "case_insert" */
	const char *sql;  /* one statement, no semicolon */
};

/* A database: its file, its statements, its migrations. store/statements.h has the main one. */
struct db_set {
	const char *file;                       /* name in the directory: "vdpd.db" */
	const struct stmt *const *const *stmts; /* NULL-terminated tables, NULL-terminated */
	const struct embedded *files;           /* migrations, in order of name */
	const size_t *files_n;
	const char *prefix; /* of the names of this set's files before the number: "" or "keyd_" */
};

/* ---- Opening ---- */

enum {
	DB_LAZY = 1,    /* prepare a statement when it is first used: for the second and later
	                   connections of a process */
	DB_MIGRATE = 2, /* for store/migrate.c: create the file, look at no statement or version */
	DB_OLDER = 4    /* with DB_LAZY, to read only: one that an earlier version left is as good.
	                   Statements then name only what every released version has */
};

/* Opens SET's database in the directory DIR (a path, also /proc/self/fd/N). All files are opened,
 * locked once and synced once here, so that a process that may not open files any more can use the
 * connection. ERR_STORE with D filled (what to do) if the file is damaged, absent, not at this
 * program's version, or a statement does not fit it. */
enum err db_open(const char *dir, const struct db_set *set, unsigned flags, struct diag *d,
        struct db **out) MUST_CHECK;

/* Not inside a transaction. NULL allowed. Unlinks nothing. */
void db_close(struct db *db);

/* What the last failing call said, for the log: never a value. Lives until the next call. */
const char *db_why(const struct db *db);

/* SQLite: moves committed pages from the WAL into the database without waiting for anybody; no
 * other connection waits for it. Call it from a thread that nobody waits for. */
enum err db_checkpoint(struct db *db) MUST_CHECK;
/* SQLite: the same, and then makes the WAL a file of no bytes, so that nothing of what was
 * overwritten is left in it. ERR_BUSY while somebody reads what is only there, as a
 * backup does; who writes waits for a moment meanwhile. */
enum err db_empty_wal(struct db *db) MUST_CHECK;
/* Pages in the WAL after this connection's last commit. */
size_t db_backlog(const struct db *db);

/* ---- Values ---- */

enum db_type { DB_NULL, DB_I64, DB_TEXT, DB_BLOB };

struct db_val {
	enum db_type type;
	int64_t i;
	struct str s;
};

struct db_args {
	const struct db_val *v; /* $1 first */
	size_t n;
};

static inline struct db_val
db_i64(int64_t v)
{
	return (struct db_val){.type = DB_I64, .i = v};
}

/* UTF-8 without NUL: a NUL is ERR_INVALID. */
static inline struct db_val
db_text(struct str s)
{
	return (struct db_val){.type = DB_TEXT, .s = s};
}

static inline struct db_val
db_blob(struct str s)
{
	return (struct db_val){.type = DB_BLOB, .s = s};
}

static inline struct db_val
db_bytes(const void *p, size_t n)
{
	return (struct db_val){.type = DB_BLOB, .s = {p, n}};
}

static inline struct db_val
db_null(void)
{
	return (struct db_val){.type = DB_NULL};
}

/* NULL where S.p is NULL. */
static inline struct db_val
db_text_or_null(struct str s)
{
	return (struct db_val){.type = s.p != NULL ? DB_TEXT : DB_NULL, .s = s};
}

static inline struct db_val
db_blob_or_null(struct str s)
{
	return (struct db_val){.type = s.p != NULL ? DB_BLOB : DB_NULL, .s = s};
}

/* DB_ARGS(db_i64(id), db_text(name)) for $1, $2; DB_NONE for a statement without parameters. The
 * bytes that the values point at must live until the call returns, or until db_rows_end. */
#define DB_ARGS(...)                                                                               \
	((struct db_args){(const struct db_val[]){__VA_ARGS__},                                    \
	        sizeof((const struct db_val[]){__VA_ARGS__}) / sizeof(struct db_val)})
#define DB_NONE ((struct db_args){NULL, 0})

/* ---- Writing: only inside tx_run (store/tx.h), which aborts the program otherwise ---- */

/* Runs ST to its end; *changed (may be NULL) is the number of rows inserted, updated or deleted. */
enum err db_exec(
        struct db *db, const struct stmt *st, struct db_args args, int64_t *changed) MUST_CHECK;

/* The same, but exactly one row must change: ERR_NOT_FOUND if none does, ERR_STORE if more do. */
enum err db_exec1(struct db *db, const struct stmt *st, struct db_args args) MUST_CHECK;

/* ---- Reading ---- */

/* Rows in hand; the caller holds it, the fields are the engine's. */
struct db_rows {
	struct db *db;
	void *handle;
	size_t columns;
	bool running;
	enum err err;
};

/* Starts ST. Then `while (db_next(&rows)) …`, and db_rows_end, always. A statement is not started
 * again before it has ended (the program aborts). */
enum err db_query(
        struct db *db, const struct stmt *st, struct db_args args, struct db_rows *rows) MUST_CHECK;
/* The next row; false at the end and after an error. */
bool db_next(struct db_rows *rows);
/* Ends the reading, at any point: the first error of the reads or of the row readers below. */
enum err db_rows_end(struct db_rows *rows) MUST_CHECK;

/* Column COL (from 0) of the row in hand. A value of another type, longer than MAX bytes or NULL
 * where that is not allowed gives 0 or an empty slice and makes db_next stop and db_rows_end say
 * ERR_STORE. Bytes are copied to A; a slice's p is NULL only for NULL. */
bool db_row_null(struct db_rows *rows, size_t col);
int64_t db_row_i64(struct db_rows *rows, size_t col);
struct str db_row_text(struct arena *a, struct db_rows *rows, size_t col, size_t max);
struct str db_row_blob(struct arena *a, struct db_rows *rows, size_t col, size_t max);
/* Exactly N bytes. */
void db_row_fixed(struct db_rows *rows, size_t col, void *out, size_t n);

/* A row as a struct: one entry a column, in the order of the SELECT. The macros check the type of
 * the member at compile time:
 *   static const struct db_col note_cols[] = {
 *           DB_COL_INT(struct note, id), DB_COL_BLOB(struct note, body, NOTE_MAX)};
 *   static const struct db_map note_map = DB_MAP(struct note, note_cols); */
enum db_kind {
	DB_KIND_I64,
	DB_KIND_I32,
	DB_KIND_U32,
	DB_KIND_BOOL,
	DB_KIND_TEXT,
	DB_KIND_BLOB,
	DB_KIND_FIXED
};

struct db_col {
	enum db_kind kind;
	bool null_ok;
	size_t offset;
	size_t max;      /* bytes; for integers 0, or the first value that is too large */
	int64_t if_null; /* for integers */
};

struct db_map {
	const struct db_col *cols;
	size_t n;
	size_t size; /* of the struct */
};

#define DB_MEMBER(type, member) (((type *)0)->member)
#define DB_INT_KIND(type, member)                                                                  \
	_Generic(DB_MEMBER(type, member), int64_t                                                  \
	         : DB_KIND_I64, int                                                                \
	         : DB_KIND_I32, unsigned                                                           \
	         : DB_KIND_U32, bool                                                               \
	         : DB_KIND_BOOL)
#define DB_STR_AT(type, member)                                                                    \
	(offsetof(type, member) + _Generic(DB_MEMBER(type, member), struct str : (size_t)0))

/* int64_t, int, unsigned (an enum is one) or bool. */
#define DB_COL_INT(type, member)                                                                   \
	{                                                                                          \
		.kind = DB_INT_KIND(type, member), .offset = offsetof(type, member)                \
	}
/* The same, and NULL reads as VALUE. */
#define DB_COL_INT_OR(type, member, value)                                                         \
	{                                                                                          \
		.kind = DB_INT_KIND(type, member), .offset = offsetof(type, member),               \
		.null_ok = true, .if_null = (value)                                                \
	}
/* An enum with COUNT values from 0. */
#define DB_COL_ENUM(type, member, count)                                                           \
	{                                                                                          \
		.kind = DB_INT_KIND(type, member), .offset = offsetof(type, member),               \
		.max = (count)                                                                     \
	}
/* struct str of at most MAX_BYTES; the second form also takes NULL, as p == NULL. */
#define DB_COL_TEXT(type, member, max_bytes)                                                       \
	{                                                                                          \
		.kind = DB_KIND_TEXT, .offset = DB_STR_AT(type, member), .max = (max_bytes)        \
	}
#define DB_COL_TEXT_NULL(type, member, max_bytes)                                                  \
	{                                                                                          \
		.kind = DB_KIND_TEXT, .offset = DB_STR_AT(type, member), .max = (max_bytes),       \
		.null_ok = true                                                                    \
	}
#define DB_COL_BLOB(type, member, max_bytes)                                                       \
	{                                                                                          \
		.kind = DB_KIND_BLOB, .offset = DB_STR_AT(type, member), .max = (max_bytes)        \
	}
#define DB_COL_BLOB_NULL(type, member, max_bytes)                                                  \
	{                                                                                          \
		.kind = DB_KIND_BLOB, .offset = DB_STR_AT(type, member), .max = (max_bytes),       \
		.null_ok = true                                                                    \
	}
/* An array of unsigned char, filled exactly; the second form also takes NULL, as zeroes. */
#define DB_FIXED_AT(type, member)                                                                  \
	(offsetof(type, member) +                                                                  \
	        _Generic(&DB_MEMBER(type, member)[0], unsigned char *: (size_t)0))
#define DB_COL_FIXED(type, member)                                                                 \
	{                                                                                          \
		.kind = DB_KIND_FIXED, .offset = DB_FIXED_AT(type, member),                        \
		.max = sizeof(DB_MEMBER(type, member))                                             \
	}
#define DB_COL_FIXED_NULL(type, member)                                                            \
	{                                                                                          \
		.kind = DB_KIND_FIXED, .offset = DB_FIXED_AT(type, member),                        \
		.max = sizeof(DB_MEMBER(type, member)), .null_ok = true                            \
	}

#define DB_MAP(type, columns)                                                                      \
	{                                                                                          \
		.cols = (columns), .n = sizeof(columns) / sizeof((columns)[0]),                    \
		.size = sizeof(type)                                                               \
	}

/* The row in hand into *OUT (a struct of MAP's type), zeroed first. Aborts if the number of columns
 * is not MAP's. */
void db_row_read(struct arena *a, struct db_rows *rows, const struct db_map *map, void *out);

/* The one row of ST into *OUT, which is set on success only. Runs ST to its end, so INSERT …
 * RETURNING works too. ERR_NOT_FOUND without a row, ERR_STORE with several. */
enum err db_one(struct arena *a, struct db *db, const struct stmt *st, struct db_args args,
        const struct db_map *map, void *out) MUST_CHECK;
/* The same for one integer column. */
enum err db_one_i64(
        struct db *db, const struct stmt *st, struct db_args args, int64_t *out) MUST_CHECK;

#endif
