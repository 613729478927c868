/* The programme's OpenPGP keys, kept; what is wanted of vdpd-pgp; what it gave to be published. */
#ifndef VDPD_KEYD_STORE_PGP_STORE_H
#define VDPD_KEYD_STORE_PGP_STORE_H

#include "base/secret.h"
#include "keyd/store/log_store.h"

/* Texts and lists in A. ERR_STORE. */
enum err pgp_state_get(struct arena *a, struct db *db, struct keyd_pgp_state *out) MUST_CHECK;
/* ERR_NOT_FOUND before anything was published. */
enum err pgp_published_get(
        struct arena *a, struct db *db, struct keyd_pgp_published *out) MUST_CHECK;

/* The key after AFTER_ID, opened with OWN. ERR_NOT_FOUND, ERR_FORGED. */
enum err pgp_secret_get(struct arena *a, struct db *db, const struct key *own, int64_t after_id,
        struct keyd_pgp_secret *out) MUST_CHECK;

/* ---- Whole transactions, logged ---- */

/* As struct keyd_pgp_want says. */
enum err pgp_want(struct arena *a, struct db *db, const struct actor *by, uint32_t wish,
        int64_t now) MUST_CHECK;
/* As struct keyd_pgp_put says; sealed with OWN. ERR_INVALID for a fingerprint that is none. */
enum err pgp_put(struct arena *a, struct db *db, const struct key *own,
        const struct keyd_pgp_put *q, int64_t now) MUST_CHECK;
/* As struct keyd_pgp_publish says; not logged. */
enum err pgp_publish(struct db *db, const struct keyd_pgp_publish *q) MUST_CHECK;

#endif
