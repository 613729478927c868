/* The supervisor's answers to proc/blob.h. */
#ifndef VDPD_PROC_BLOB_SERVER_H
#define VDPD_PROC_BLOB_SERVER_H

#include "proc/server.h"

/* The state of the handlers below. */
struct blob_server {
	int dir; /* data/blobs/, for openat and fsync */
};

extern const struct request_type blob_requests[];
extern const size_t blob_requests_n;

#endif
