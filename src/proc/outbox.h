/* The outbox: one file a message, in the directory that the configuration names. As with blobs the
 * supervisor makes the files, so that the courier never opens one: it is given a descriptor, writes
 * and syncs, and has the file published under its name. */
#ifndef VDPD_PROC_OUTBOX_H
#define VDPD_PROC_OUTBOX_H

#include "proc/channel.h"

enum { OUTBOX_NAME_MAX = 64 };

/* S is role_pool(r, SLOT_TO_SUPERVISOR). NAME: letters, digits, '-', at most OUTBOX_NAME_MAX. Each
 * waits 10 s at the most; besides: ERR_PEER, ERR_BUSY, ERR_IO, ERR_DENIED, ERR_INVALID for another
 * name, ERR_STATE where the transport is not `dir`. */

/* An empty file for the message NAME, not seen by who reads the outbox: *FD, for writing. What an
 * earlier try has left is gone. ERR_FULL. */
enum err outbox_create(struct channel_pool *s, struct str name, int *fd) MUST_CHECK;

/* Makes what was written and synced since then the file NAME.eml, durably, in the place of one that
 * had that name. ERR_NOT_FOUND if none was created. */
enum err outbox_publish(struct channel_pool *s, struct str name) MUST_CHECK;

#endif
