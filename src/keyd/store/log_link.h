/* The links of keyd's log, shared by its table (log_store.c) and its reserve (log_reserve.c). */
#ifndef VDPD_KEYD_STORE_LOG_LINK_H
#define VDPD_KEYD_STORE_LOG_LINK_H

#include "keyd/store/log_store.h"

enum { CHANNEL_ARENA_MAX = 65536, LOG_ENTRY_PACKED_MAX = 4096 };

/* True if every text of E is within the protocol's bounds. */
bool log_entry_fits(const struct keyd_log_entry *e);
/* E's fields, its id among them, one after the other. */
void log_entry_pack(const struct keyd_log_entry *e, struct buf *b);
/* OUT = the hash of E behind an entry whose hash is PREVIOUS (zeroes for the first). */
void log_link(const unsigned char previous[LOG_HASH_BYTES], const struct keyd_log_entry *e,
        unsigned char out[LOG_HASH_BYTES]);
/* Inside tx_run: the row as it is. */
enum err log_insert(
        struct db *db, const struct keyd_log_entry *e, const unsigned char *hash) MUST_CHECK;

#endif
