/* Sessions of people, and of the operator at the command line. */
#ifndef VDPD_KEYD_STORE_SESSION_STORE_H
#define VDPD_KEYD_STORE_SESSION_STORE_H

#include "keyd/store/credential_text.h"
#include "keyd/store/log_store.h"

enum {
	SESSION_IDLE_S = 8 * 3600,
	SESSION_LIFE_S = 24 * 3600,
	SESSION_OPERATOR_S = 60,
	SESSION_SEEN_EVERY_S = 300, /* how often a use is written down */
	SESSION_AHEAD_S = 3600,     /* a clock set back further than this ends sessions */
};

#define OPERATOR_NAME "operator (command line)"

/* Whose session HASH is. *touch: its use should be written down (session_touch). ERR_AUTH if
 * unknown, over, or its person disabled. */
enum err session_get(struct arena *a, struct db *db,
        const unsigned char hash[CREDENTIAL_HASH_BYTES], int64_t now, struct keyd_identity *out,
        bool *touch) MUST_CHECK;
enum err session_touch(
        struct db *db, const unsigned char hash[CREDENTIAL_HASH_BYTES], int64_t now) MUST_CHECK;

/* Inside tx_run: a session of PERSON_ID (0: the operator), and sessions that are over go. */
enum err session_add(struct db *db, const unsigned char hash[CREDENTIAL_HASH_BYTES],
        int64_t person_id, int64_t now, int64_t expires_at) MUST_CHECK;
/* Inside tx_run: ends all sessions of PERSON_ID. */
enum err session_end_all(struct db *db, int64_t person_id) MUST_CHECK;

/* What is not over, the last used first, at most KEYD_LIST_MAX; of PERSON_ID, or with 0 of all
 * people. HASH is the session that asks. */
enum err session_list(struct arena *a, struct db *db, int64_t person_id,
        const unsigned char hash[CREDENTIAL_HASH_BYTES], int64_t now,
        struct keyd_sessions *out) MUST_CHECK;

/* Inside tx_run: the same, but for the session of HASH. */
enum err session_end_others(struct db *db, int64_t person_id,
        const unsigned char hash[CREDENTIAL_HASH_BYTES]) MUST_CHECK;

/* Inside tx_run: ends all sessions of all people; *N is how many. */
enum err session_end_everyone(struct db *db, int64_t *n) MUST_CHECK;

/* A whole transaction: ends one session; ERR_OK also if there is none. */
enum err session_end(struct db *db, const unsigned char hash[CREDENTIAL_HASH_BYTES]) MUST_CHECK;

#endif
