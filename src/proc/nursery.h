/* The nursery: forks a worker for each hostile picture. A single thread that holds nothing and
 * parses nothing itself; after a worker died by a signal it ends too and is started anew, since
 * forks share their memory layout. */
#ifndef VDPD_PROC_NURSERY_H
#define VDPD_PROC_NURSERY_H

#include "proc/server.h"

enum nursery_request { NURSERY_IMAGE };

/* Has the picture (PNG or JPEG) that is read from IN_FD, from where it stands to its end, drawn
 * anew as a PNG without metadata into OUT_FD, whose mode and position the caller chose (a memfd,
 * say). NURSERY is role_pool(r, SLOT_TO_NURSERY). ERR_INVALID if it is no such picture, or harmful
 * to the worker; ERR_TOO_LARGE over the limits of proc/image.h or of time; ERR_PEER, ERR_BUSY,
 * ERR_IO. After an error what OUT_FD holds is of no use. */
enum err nursery_image(
        struct channel_pool *nursery, int in_fd, int out_fd, int timeout_ms) MUST_CHECK;

/* ---- The nursery itself ---- */

struct nursery {
	unsigned worker_time_s; /* until a worker is ended */
	bool spent;             /* a worker died by a signal: answer what was begun, then end */
};

extern const struct request_type nursery_requests[];
extern const size_t nursery_requests_n;

#endif
