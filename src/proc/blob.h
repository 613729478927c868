/* Blobs: ciphertext in files of random names under data/blobs/. The supervisor creates, opens and
 * unlinks them, since no role can open a file after its start; a role sees descriptors and ids,
 * never a path. What each may ask stands in blob_server.c's table: public, desk and courier create
 * and open; courier, whose retention job looks for those that no row names, lists and unlinks.
 * Who gives an upload up sets its length to 0 (the descriptor allows it) and closes: the space is
 * free at once and the sweep finds the name. */
#ifndef VDPD_PROC_BLOB_H
#define VDPD_PROC_BLOB_H

#include "proc/channel.h"

enum { BLOB_ID_BYTES = 16, BLOB_LIST_MAX = 1024 };

struct blob_id {
	unsigned char b[BLOB_ID_BYTES];
};

struct blob_entry {
	struct blob_id id;
	int64_t changed_utc_s; /* last written to */
};

/* The last two: proc/outbox.h. */
enum blob_request { BLOB_CREATE, BLOB_OPEN, BLOB_UNLINK, BLOB_LIST, OUTBOX_CREATE, OUTBOX_PUBLISH };

/* S is role_pool(r, SLOT_TO_SUPERVISOR). Each waits 10 s at the most; besides: ERR_PEER, ERR_BUSY,
 * ERR_IO. */

/* A new, empty blob: its id and *FD, read and write. Its name is durable; its content is once the
 * caller has called fsync. ERR_FULL. */
enum err blob_create(struct channel_pool *s, struct blob_id *id, int *fd) MUST_CHECK;

/* *FD, read-only. ERR_NOT_FOUND. */
enum err blob_open(struct channel_pool *s, const struct blob_id *id, int *fd) MUST_CHECK;

/* ERR_NOT_FOUND if it is gone already. */
enum err blob_unlink(struct channel_pool *s, const struct blob_id *id) MUST_CHECK;

/* Up to BLOB_LIST_MAX blobs in order of their ids, those after AFTER whose first byte is AFTER's
 * too: all of one byte are read by passing on the last one got, from {byte, 0 …}. */
enum err blob_list(struct channel_pool *s, const struct blob_id *after,
        struct blob_entry out[BLOB_LIST_MAX], size_t *n) MUST_CHECK;

#endif
