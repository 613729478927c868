/* A new file whose bytes are worth something only once they are synced: the ciphertext of a blob.
 * In a test build with VDPD_FAULT=1 the bytes stay in memory until durable_sync, so that killing
 * the process loses what a power cut would lose. */
#ifndef VDPD_BASE_DURABLE_H
#define VDPD_BASE_DURABLE_H

#include "base/str.h"

struct durable;

/* Takes over FD, open for writing, at its end. The directory entry is its creator's to sync. */
struct durable *durable_new(int fd);
/* Closes the descriptor; what was not synced may be lost. NULL allowed. */
void durable_free(struct durable *d);

/* The same, and the file is empty: its room on disk is free at once. */
void durable_discard(struct durable *d);

/* Appends all of S. ERR_FULL without room, ERR_IO; then the file is not to be used. */
enum err durable_write(struct durable *d, struct str s) MUST_CHECK;
/* ERR_OK once everything appended so far would outlive a power cut. */
enum err durable_sync(struct durable *d) MUST_CHECK;

#endif
