/* The main database as a set of statements and migrations. */
#include "store/statements.h"

#include "sql.h"
#include "store/advisory_store.h"
#include "store/case_store.h"
#include "store/event_store.h"
#include "store/file_store.h"
#include "store/job_store.h"
#include "store/mail_store.h"
#include "store/migrate.h"
#include "store/notice_store.h"
#include "store/outcome_store.h"
#include "store/overview_store.h"
#include "store/policy_store.h"
#include "store/queue_store.h"
#include "store/retention_store.h"
#include "store/wrap_store.h"

static const struct stmt *const *const tables[] = {
        migrate_stmts,
        policy_store_stmts,
        case_store_stmts,
        event_store_stmts,
        file_store_stmts,
        queue_store_stmts,
        notice_store_stmts,
        outcome_store_stmts,
        overview_store_stmts,
        job_store_stmts,
        wrap_store_stmts,
        retention_store_stmts,
        mail_store_stmts,
        advisory_store_stmts,
        NULL,
};

const struct db_set store_set = {
        .file = "vdpd.db",
        .stmts = tables,
        .files = sql_files,
        .files_n = &sql_files_n,
        .prefix = "",
};
