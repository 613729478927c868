/* Is a database's file sound? For `vdpd doctor`; nothing else looks at a file as a whole. */
#ifndef VDPD_STORE_INTEGRITY_H
#define VDPD_STORE_INTEGRITY_H

#include "store/db.h"

/* Reads all of SET's database in DIR: its pages, its indexes against its tables, its foreign keys.
 * Others may write meanwhile. ERR_STORE with D if anything is wrong; ERR_NOT_FOUND if there is no
 * such file. */
enum err db_integrity(const char *dir, const struct db_set *set, struct diag *d) MUST_CHECK;

#endif
