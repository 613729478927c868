/* API tokens: for scripts and other systems, with roles of their own. */
#ifndef VDPD_KEYD_STORE_API_TOKEN_STORE_H
#define VDPD_KEYD_STORE_API_TOKEN_STORE_H

#include "keyd/store/credential_text.h"
#include "keyd/store/log_store.h"

enum { TOKEN_LIFE_S = 365 * 24 * 3600 };

/* Whose token HASH is. ERR_AUTH if unknown, expired or revoked. */
enum err token_get(struct arena *a, struct db *db, const unsigned char hash[CREDENTIAL_HASH_BYTES],
        int64_t now, struct keyd_identity *out) MUST_CHECK;

/* The newest KEYD_LIST_MAX. */
enum err token_list(struct arena *a, struct db *db, struct keyd_tokens *out) MUST_CHECK;

/* Whole transactions, logged as done by BY. ERR_INVALID with *field: no name, no or unknown roles,
 * expiry not in the future; expires_at 0 is in TOKEN_LIFE_S. */
enum err token_create(struct arena *a, struct db *db, const struct actor *by,
        const struct keyd_token_create *q, int64_t now, struct keyd_token_created *out,
        uint32_t *field) MUST_CHECK;
/* ERR_NOT_FOUND if there is none, or it is revoked already. */
enum err token_revoke(
        struct db *db, const struct actor *by, int64_t token_id, int64_t now) MUST_CHECK;

#endif
