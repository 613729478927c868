/* The main database as a set of statements and migrations. */
#include "store/statements.h"

#include "sql.h"
#include "store/migrate.h"

static const struct stmt *const *const tables[] = {
        migrate_stmts,
        NULL,
};

const struct db_set store_set = {
        .file = "vdpd.db",
        .stmts = tables,
        .files = sql_files,
        .files_n = &sql_files_n,
        .prefix = "",
};
