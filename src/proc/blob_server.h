/* The supervisor's answers to proc/blob.h and proc/outbox.h. */
#ifndef VDPD_PROC_BLOB_SERVER_H
#define VDPD_PROC_BLOB_SERVER_H

#include "proc/server.h"

/* The state of the handlers below. */
struct blob_server {
	int dir;    /* data/blobs/, for openat and fsync */
	int outbox; /* where the transport `dir` writes; -1 where it is another */
};

/* Rows of the table from another file. */
enum err outbox_create_one(void *state, struct request *r, struct cursor *in, struct buf *out);
enum err outbox_publish_one(void *state, struct request *r, struct cursor *in, struct buf *out);

extern const struct request_type blob_requests[];
extern const size_t blob_requests_n;

#endif
