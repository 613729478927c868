/* The keys of one case. From the random team key T come the reporter key R, from R the title key,
 * and from T an X25519 pair for those who may only add. Who holds R reads what both sides may read;
 * who holds T reads all. */
#ifndef VDPD_SEAL_CASE_KEYS_H
#define VDPD_SEAL_CASE_KEYS_H

#include "seal/field.h"

enum {
	STORAGE_PUBLIC_BYTES = 32,
	REPORTER_WRAP_BYTES = KEY_BYTES + FIELD_OVERHEAD,
};

/* What a receipt opens. */
struct reporter_keys {
	struct key reporter;
	struct key title;
};

/* What the team opens. */
struct team_keys {
	struct key team;
	struct reporter_keys shared;
	unsigned char pair_public[PAIR_PUBLIC_BYTES];
	struct key pair_secret;
};

/* Keys of a new case, or all keys from T. Wipe with team_keys_wipe. */
void team_keys_new(struct team_keys *k);
void team_keys_from(const struct key *team, struct team_keys *k);
void team_keys_wipe(struct team_keys *k);

/* All keys that follow from R. Wipe with reporter_keys_wipe. */
void reporter_keys_from(const struct key *reporter, struct reporter_keys *k);
void reporter_keys_wipe(struct reporter_keys *k);

/* R under the key that a receipt code gives (seal/receipt.h). */
void reporter_wrap(const struct key *code_key, const struct key *reporter,
        const unsigned char case_uid[CASE_UID_BYTES], unsigned char out[REPORTER_WRAP_BYTES]);
enum err reporter_unwrap(const struct key *code_key, struct str wrap,
        const unsigned char case_uid[CASE_UID_BYTES], struct key *reporter) MUST_CHECK;

#endif
