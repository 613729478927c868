/* Transactions: a transaction is one function. */
#ifndef VDPD_STORE_TX_H
#define VDPD_STORE_TX_H

#include "store/db.h"

/* What runs inside: anything but ERR_OK rolls back and is the result. It may run several times, so
 * it sets what CTX points at anew each time and does nothing outside the database. */
typedef enum err tx_fn(struct db *db, void *ctx);

/* Runs FN as the only writer and returns ERR_OK once it is durably committed. Runs it anew after a
 * lock or serialization conflict, a few times over at most a second, then ERR_BUSY. Aborts inside a
 * transaction. */
enum err tx_run(struct db *db, tx_fn *fn, void *ctx) MUST_CHECK;

/* Runs FN in a read transaction: all its statements see one state. Aborts inside a transaction, and
 * if FN writes. */
enum err tx_read(struct db *db, tx_fn *fn, void *ctx) MUST_CHECK;

/* Inside tx_run: runs FN so that its failure takes back what it did, and no more. Nests. No rows
 * may be in hand. */
enum err tx_savepoint(struct db *db, tx_fn *fn, void *ctx) MUST_CHECK;

#endif
