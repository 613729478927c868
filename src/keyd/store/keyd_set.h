/* keys/keyd.db as a set of statements and migrations. Each file of this room ends with its table of
 * statements, declared here and listed in keyd_set.c. */
#ifndef VDPD_KEYD_STORE_KEYD_SET_H
#define VDPD_KEYD_STORE_KEYD_SET_H

#include "store/db.h"

extern const struct db_set keyd_set;

extern const struct stmt *const person_stmts[];
extern const struct stmt *const enrolment_stmts[];
extern const struct stmt *const session_stmts[];
extern const struct stmt *const recovery_stmts[];
extern const struct stmt *const passkey_stmts[];
extern const struct stmt *const api_token_stmts[];
extern const struct stmt *const counter_stmts[];
extern const struct stmt *const log_stmts[];
extern const struct stmt *const pgp_stmts[];

#endif
