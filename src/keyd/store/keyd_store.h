/* keys/: the private keys, keyd's database and the log's reserve, as files. Usable without the
 * process keyd: `init`, `token create` and `member` do, while nothing runs. */
#ifndef VDPD_KEYD_STORE_KEYD_STORE_H
#define VDPD_KEYD_STORE_KEYD_STORE_H

#include "base/secret.h"
#include "keyd/client/public_keys.h"
#include "keyd/store/log_store.h"

/* Makes DIR (0700; it may exist, without keys) with storage.key, signing.key, keyd.key, server.key,
 * public.keys, keyd.db and keyd.reserve (0600), and the first enrolment link, for an administrator
 * and coordinator. ERR_CONFLICT if there are keys already; ERR_IO, ERR_FULL, ERR_STORE. D is filled
 * with each. Texts in A. */
enum err keyd_store_create(struct arena *a, const char *dir, int64_t now,
        struct keyd_invited *first, struct diag *d) MUST_CHECK;

struct keyd_store {
	struct db *db;
	struct log_reserve *reserve;
};

/* Opens DIR (a path, also /proc/self/fd/N), bringing the database to this program's version and
 * moving what waits in the reserve to it (while the disk is full it stays). One process at a time:
 * another's is waited for a few seconds, then ERR_BUSY. ERR_STORE, ERR_IO, ERR_FORGED. D is filled
 * with each. */
enum err keyd_store_open(const char *dir, struct keyd_store *out, struct diag *d) MUST_CHECK;
void keyd_store_close(struct keyd_store *s);

/* Who does what a command does while nothing runs. */
extern const struct actor keyd_operator;

/* All private keys, in guarded memory. */
struct secrets {
	struct key storage_secret; /* of public_keys.storage: what is sealed now */
	/* While the storage key is changed, the one before, which still opens what was not sealed
	 * anew yet. */
	bool changing;
	struct key before_secret;
	unsigned char before_public[32];
	unsigned char signing_secret[64];
	struct key own; /* seals what is secret in keyd.db */
	struct public_keys public_keys;
};

/* From now on SECRET is the storage key, and the one of now that before it; twice the same does
 * nothing. ERR_INVALID if it is no key; ERR_STATE in the middle of another change. */
enum err secrets_change(struct secrets *s, const struct key *secret) MUST_CHECK;
/* The change is at its end: the key before is wiped. */
void secrets_changed(struct secrets *s);

/* Reads the key files of DIR. ERR_INVALID with D if one is missing, damaged, or not that which
 * public.keys names. Freed by secrets_free. */
enum err secrets_read(const char *dir, struct secrets **out, struct diag *d) MUST_CHECK;
void secrets_free(struct secrets *s); /* NULL allowed */

#endif
