/* keyd's database as a set. */
#include "keyd/store/keyd_set.h"

#include "sql.h"
#include "store/migrate.h"

static const struct stmt *const *const tables[] = {
        migrate_stmts,
        person_stmts,
        enrolment_stmts,
        session_stmts,
        recovery_stmts,
        passkey_stmts,
        api_token_stmts,
        counter_stmts,
        log_stmts,
        pgp_stmts,
        NULL,
};

const struct db_set keyd_set = {
        .file = "keyd.db",
        .stmts = tables,
        .files = sql_files,
        .files_n = &sql_files_n,
        .prefix = "keyd_",
};
