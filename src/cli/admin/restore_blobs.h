/* The blobs that a restored database names, and which of them have been found. Apart from the rest
 * of a restore, since here alone databases are opened. */
#ifndef VDPD_CLI_ADMIN_RESTORE_BLOBS_H
#define VDPD_CLI_ADMIN_RESTORE_BLOBS_H

#include "base/str.h"

enum { RESTORE_ID_BYTES = 16, RESTORE_HASH_BYTES = 32 };

struct restore_blobs;

/* Brings both databases in ROOT (a path that ends in a slash) to this program's version, and reads
 * what data/vdpd.db names. Errors with D. */
enum err restore_blobs_new(const char *root, struct restore_blobs **out, struct diag *d) MUST_CHECK;
void restore_blobs_free(struct restore_blobs *b); /* NULL allowed */

/* True if the blob is named and was not found yet. */
bool restore_blobs_wants(const struct restore_blobs *b, const unsigned char id[RESTORE_ID_BYTES]);
/* It was found, with HASH of its bytes. */
void restore_blobs_seen(struct restore_blobs *b, const unsigned char id[RESTORE_ID_BYTES],
        const unsigned char hash[RESTORE_HASH_BYTES]);
/* It was not there any more when the backup was made. */
void restore_blobs_gone(struct restore_blobs *b, const unsigned char id[RESTORE_ID_BYTES]);

/* How many are named; of these were neither found nor gone; were gone; have another hash than
 * their row says. */
size_t restore_blobs_count(const struct restore_blobs *b);
size_t restore_blobs_missing(const struct restore_blobs *b);
size_t restore_blobs_known_gone(const struct restore_blobs *b);
size_t restore_blobs_damaged(const struct restore_blobs *b);

#endif
