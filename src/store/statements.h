/* Where every statement of the main database is collected. A *_store.c ends with its table,
 *   const struct stmt *const note_store_stmts[] = {&note_insert, &note_list, NULL};
 * declared here and listed in statements.c. keyd/store has the same for its own database. */
#ifndef VDPD_STORE_STATEMENTS_H
#define VDPD_STORE_STATEMENTS_H

#include "store/db.h"

extern const struct db_set store_set; /* data/vdpd.db */

#endif
