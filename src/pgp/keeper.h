/* The programme's own OpenPGP keys in the process that uses them: fetched from keyd, made, extended
 * before they run out, replaced, and published with a signed security.txt. Nothing here reads what
 * came from outside; workers get the ring by being forked. */
#ifndef VDPD_PGP_KEEPER_H
#define VDPD_PGP_KEEPER_H

#include "keyd/client/keyd_client.h"
#include "pgp/pgp.h"

enum {
	KEEPER_VALID_S = 730 * 86400,        /* a key lasts two years */
	KEEPER_EXTEND_BEFORE_S = 90 * 86400, /* and is extended so long before its end */
};

/* What its process knows and the keys do not. */
struct keeper_texts {
	struct str user_id;              /* "exact.works security <security@exact.works>" */
	unsigned char policy_sha256[32]; /* of the policy that security.txt is made from */
	/* Appends the security.txt of today, naming the key. */
	void (*security_txt)(void *arg, int64_t now, struct buf *out);
	void *arg;
};

struct keeper;

/* KEYD is not owned and must outlive it; so must what TEXTS points at. */
struct keeper *keeper_new(const struct keyd_client *keyd);
void keeper_free(struct keeper *k); /* NULL allowed; wipes */

/* Brings the keys up to date with keyd's. ERR_OK also where there are none. Errors of keyd's. */
enum err keeper_refresh(struct keeper *k, int64_t now) MUST_CHECK;

/* Does what is due: what is wanted at keyd, extension, publication. Cheap where nothing is. */
enum err keeper_tend(struct keeper *k, const struct keeper_texts *texts, int64_t now) MUST_CHECK;

/* The ring with all secret keys, and the key in use; NULL where there is none. */
struct pgp *keeper_ring(struct keeper *k);
const char *keeper_fingerprint(const struct keeper *k);

#endif
