/* A copy of a whole database as one transaction sees it, while others write on. For backups. */
#ifndef VDPD_STORE_COPY_H
#define VDPD_STORE_COPY_H

#include "store/db.h"

/* Outside of a transaction, while nobody writes: moves the WAL into the file. *WHOLE: all of it, so
 * that the file by itself is the database. It stays so, and as it is, for as long as a read
 * transaction lasts that is pinned before anybody writes again. */
enum err db_settle(struct db *db, bool *whole) MUST_CHECK;

/* Inside such a transaction: PATH, the database's file, for reading *BYTES from its start. To be
 * closed after DB is: the kernel drops DB's locks with any descriptor of the file. ERR_IO,
 * ERR_STORE. */
enum err db_file(struct db *db, const char *path, int *fd, uint64_t *bytes) MUST_CHECK;

/* Inside tx_read: what the transaction sees is the state of now, though it has read nothing yet. */
enum err db_pin(struct db *db) MUST_CHECK;

/* Inside tx_read: copies all pages, as the transaction sees them, to a new file in the directory
 * DIR that has no name any more when this returns: it is gone when *FD is closed, also by a crash.
 * *FD stands at its start, *BYTES is its size. ERR_FULL, ERR_IO, ERR_STORE with D. */
enum err db_copy(
        struct db *db, const char *dir, int *fd, uint64_t *bytes, struct diag *d) MUST_CHECK;

/* Inside tx_read: the same as the file DIR/NAME (0600), there whole and for good or not at all; one
 * of that name is replaced. ERR_FULL, ERR_IO, ERR_STORE with D. */
enum err db_keep(struct db *db, const char *dir, const char *name, struct diag *d) MUST_CHECK;

#endif
