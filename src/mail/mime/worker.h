/* The MIME worker itself: what it may use, and what it answers. Linked only where messages are
 * taken apart (vdpd-mime, `vdpd mail inspect`). */
#ifndef VDPD_MAIL_MIME_WORKER_H
#define VDPD_MAIL_MIME_WORKER_H

#include "proc/nursery.h"
#include "seal/receipt.h"

struct mime_state {
	unsigned char signing[SIGNING_PUBLIC_BYTES]; /* keyd's, for MIME_SEAL */
	bool may_seal;                               /* SIGNING is set */
};

/* A worker of the kind, with STATE, which must outlive it. mail_parse_start comes before. */
struct worker_kind mime_worker_kind(struct mime_state *state);

#endif
