/* One-time enrolment links. */
#ifndef VDPD_KEYD_STORE_ENROLMENT_STORE_H
#define VDPD_KEYD_STORE_ENROLMENT_STORE_H

#include "keyd/store/credential_text.h"
#include "keyd/store/log_store.h"

enum { ENROLMENT_LIFE_S = 7 * 24 * 3600 };

struct enrolment {
	int64_t person_id; /* 0: somebody new */
	unsigned roles;
	struct str name, email; /* suggestions; for a person_id, what that person has */
	int64_t expires_at;
	int64_t used_at;
};

/* The open invitation behind HASH. ERR_AUTH if unknown, used or expired. */
enum err enrolment_get(struct arena *a, struct db *db,
        const unsigned char hash[CREDENTIAL_HASH_BYTES], int64_t now,
        struct enrolment *out) MUST_CHECK;

/* Inside tx_run. ERR_AUTH if it was used meanwhile. */
enum err enrolment_use(
        struct db *db, const unsigned char hash[CREDENTIAL_HASH_BYTES], int64_t now) MUST_CHECK;

/* Inside tx_run: all links that were not used yet serve no more; *N is how many. */
enum err enrolment_withdraw_all(struct db *db, int64_t *n) MUST_CHECK;

/* A whole transaction, logged as done by BY: a new link. Q's credential is not looked at.
 * ERR_INVALID with no or unknown roles; ERR_NOT_FOUND for an unknown person_id, ERR_STATE for a
 * disabled one. */
enum err enrolment_create(struct arena *a, struct db *db, const struct actor *by,
        const struct keyd_invite *q, int64_t now, struct keyd_invited *out) MUST_CHECK;

/* The links that still work, the newest first, at most KEYD_LIST_MAX. */
enum err enrolment_list(
        struct arena *a, struct db *db, int64_t now, struct keyd_invitations *out) MUST_CHECK;

/* A whole transaction, logged as done by BY: the open link of HASH works no more. ERR_NOT_FOUND. */
enum err enrolment_revoke(struct db *db, const struct actor *by,
        const unsigned char hash[CREDENTIAL_HASH_BYTES], int64_t now) MUST_CHECK;

#endif
