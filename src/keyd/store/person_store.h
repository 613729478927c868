/* People of the team, and what they sign in with. */
#ifndef VDPD_KEYD_STORE_PERSON_STORE_H
#define VDPD_KEYD_STORE_PERSON_STORE_H

#include "keyd/store/log_store.h"

enum {
	PASSWORD_HASH_MAX = 128,                  /* crypto_pwhash_STRBYTES */
	TOTP_SEALED_BYTES = KEYD_TOTP_BYTES + 40, /* seal/field.h */
};

/* What it takes to judge a sign-in. */
struct login {
	int64_t person_id;
	struct str name;
	unsigned roles;
	struct str password_hash;
	unsigned char totp_sealed[TOTP_SEALED_BYTES];
	int64_t totp_last_step;
};

/* The person who signs in as LOGIN, a name or an address in any letter case, or by id.
 * ERR_NOT_FOUND: nobody, or disabled. */
enum err login_find(struct arena *a, struct db *db, struct str login, struct login *out) MUST_CHECK;
enum err login_of(struct arena *a, struct db *db, int64_t person_id, struct login *out) MUST_CHECK;

/* ERR_NOT_FOUND if there is no such person. */
enum err person_get(
        struct arena *a, struct db *db, int64_t person_id, struct keyd_person *out) MUST_CHECK;
/* Everybody in order of name, the first KEYD_LIST_MAX; addresses are left out unless WITH_EMAIL. */
enum err person_list(
        struct arena *a, struct db *db, bool with_email, struct keyd_people *out) MUST_CHECK;
/* Who is not disabled and has one of ROLES; if PERSON_ID is not 0, that person alone whatever the
 * roles, with DISABLED_TOO even if disabled. */
enum err person_contacts(struct arena *a, struct db *db, int64_t person_id, unsigned roles,
        bool disabled_too, struct keyd_people *out) MUST_CHECK;

/* ERR_INVALID with *field if a name or address cannot be one. A name has 2 to KEYD_NAME_MAX bytes,
 * no '@' and no control character. */
enum err person_check(struct str name, struct str email, uint32_t *field) MUST_CHECK;

/* ---- Inside tx_run ---- */

/* ERR_CONFLICT if the name or the address is taken; *id is the new person's. */
enum err person_add(struct db *db, struct str name, struct str email, unsigned roles, int64_t now,
        int64_t *id) MUST_CHECK;
/* Whether NAME, or else EMAIL, is taken: a keyd_field, 0 if neither is. */
enum err person_taken(struct db *db, struct str name, struct str email, uint32_t *field) MUST_CHECK;
/* Sets or replaces the credential. */
enum err credential_set(struct db *db, int64_t person_id, struct str password_hash,
        const unsigned char totp_sealed[TOTP_SEALED_BYTES], int64_t totp_step,
        int64_t now) MUST_CHECK;
/* A code of STEP was used; ERR_AUTH if one of it or of a later step was before. A last step that
 * lies further ahead than TOTP_AHEAD is that of a clock that was set back since, and does not
 * count: nobody is locked out until that time comes again. */
enum { TOTP_AHEAD = 10 };
enum err totp_step_use(struct db *db, int64_t person_id, int64_t step) MUST_CHECK;

/* ---- Whole transactions, logged as done by BY ---- */

/* Sets roles and disabled. ERR_NOT_FOUND; ERR_INVALID for no or unknown roles; ERR_STATE where no
 * administrator would be left. */
enum err member_change(struct db *db, const struct actor *by, const struct keyd_member_change *q,
        int64_t now) MUST_CHECK;

/* Sets or ends an absence. ERR_NOT_FOUND; ERR_INVALID with *field, as struct keyd_absence says. */
enum err member_absence(struct db *db, const struct actor *by, const struct keyd_absence *q,
        int64_t now, uint32_t *field) MUST_CHECK;

/* Ends all sessions of PERSON_ID. ERR_NOT_FOUND. */
enum err member_sign_out(
        struct db *db, const struct actor *by, int64_t person_id, int64_t now) MUST_CHECK;

#endif
