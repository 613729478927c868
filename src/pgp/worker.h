/* What an OpenPGP worker answers: pgp/ask.h. */
#ifndef VDPD_PGP_WORKER_H
#define VDPD_PGP_WORKER_H

#include "pgp/ask.h"

/* A worker's own, from its nursery by the fork. */
struct pgp_worker {
	struct pgp *ring;        /* NULL: the programme has no key */
	const char *fingerprint; /* of the key in use; NULL */
	struct worker *mime;     /* NULL: who asks does not decrypt */
	/* Memory files of the worker's own, made before its sandbox: plaintext, parts. No other
	 * process but the MIME worker ever has them. */
	int plain_fd, parts_fd;
	int random_fd; /* pgp_worker_random */
};

/* What workers with W are; its `before` and `begin` are the caller's, with what follows. W must
 * outlive it. */
struct worker_kind pgp_worker_kind(struct pgp_worker *w);

/* RNP's library opens /dev/urandom once, and keeps the number. Has it do so now, before a sandbox,
 * under a number that workers keep free. ERR_UNSUPPORTED where RNP cannot be used. */
enum err pgp_worker_random(struct pgp_worker *w) MUST_CHECK;
/* For `before`: *KEEP has what a worker needs, and the channel to a MIME worker that is in MIME, if
 * there is one. Takes that over. ERR_IO. */
enum err pgp_worker_keep(const struct pgp_worker *w, struct fds *mime, struct fds *keep) MUST_CHECK;
/* For `begin`: takes KEPT into use. Ends the process where it cannot. */
void pgp_worker_begin(struct pgp_worker *w, const struct fds *kept);

#endif
