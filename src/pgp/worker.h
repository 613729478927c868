/* What an OpenPGP worker answers: pgp/ask.h. */
#ifndef VDPD_PGP_WORKER_H
#define VDPD_PGP_WORKER_H

#include "pgp/ask.h"
#include "proc/server.h"

/* A worker's own, from its nursery by the fork. */
struct pgp_worker {
	struct pgp *ring;        /* NULL: the programme has no key */
	const char *fingerprint; /* of the key in use; NULL */
	struct worker *mime;     /* NULL: who asks does not decrypt */
	/* Memory files of the worker's own, made before its sandbox: plaintext, parts. No other
	 * process but the MIME worker ever has them. */
	int plain_fd, parts_fd;
};

extern const struct request_type pgp_worker_requests[];
extern const size_t pgp_worker_requests_n;

#endif
