/* What may be asked of keyd about the programme's OpenPGP keys. keyd keeps them and reads none of
 * their bytes: they are made, extended and revoked by the process vdpd-pgp, which is told here what
 * is wanted, fetches the secret halves and brings back what it made. Part of protocol.h. */
#ifndef VDPD_KEYD_CLIENT_PGP_MESSAGES_H
#define VDPD_KEYD_CLIENT_PGP_MESSAGES_H

#include "keyd/client/wire.h"

enum {
	KEYD_PGP_BYTES_MAX = 16 * 1024, /* a secret key; all public ones together */
	KEYD_PGP_TEXT_MAX = 8 * 1024,   /* security.txt with its signature */
	KEYD_PGP_FINGERPRINT_MAX = 64,
	KEYD_PGP_USER_ID_MAX = 255,
	KEYD_PGP_KEYS_MAX = 16,
};

/* What is wanted of vdpd-pgp. */
enum keyd_pgp_wish {
	KEYD_PGP_WISH_NONE,
	KEYD_PGP_WISH_CREATE,  /* the first key */
	KEYD_PGP_WISH_EXTEND,  /* let the key run out later, now */
	KEYD_PGP_WISH_ROLL,    /* a new key; the old one is superseded by it */
	KEYD_PGP_WISH_REPLACE, /* a new key; the old one was compromised */
	KEYD_PGP_WISHES
};

struct keyd_pgp_key {
	int64_t key_id;
	struct str fingerprint; /* capital hex */
	struct str user_id;
	int64_t created_at, expires_at;
	int64_t superseded_at; /* 0: the key in use */
};

/* Everybody's: nothing in it is secret. The key in use comes first, then the newest. */
struct keyd_pgp_state {
	int64_t version; /* another one: something changed */
	uint32_t wanted; /* enum keyd_pgp_wish */
	int64_t made_at; /* of what is published; 0: nothing yet */
	unsigned char policy_sha256[32];
	const struct keyd_pgp_key *items;
	size_t n;
};

/* What anybody may fetch. ERR_NOT_FOUND before there is a key. */
struct keyd_pgp_published {
	int64_t version;
	struct str armored;              /* the key in use, then those it replaced, revoked */
	struct str transferable;         /* the same, binary (RFC 4880 section 11.1) */
	struct str security_txt;         /* clear-signed (RFC 9116 section 2.3) */
	unsigned char policy_sha256[32]; /* of the policy that it was made from */
	int64_t made_at;
};

/* ERR_CONFLICT: create where there is a key; ERR_NOT_FOUND: the others where there is none;
 * ERR_STATE: KEYD_PGP_KEYS_MAX keys. ERR_INVALID: no wish. A later wish replaces an earlier one. */
struct keyd_pgp_want {
	struct str credential;
	uint32_t wish; /* enum keyd_pgp_wish */
};

/* vdpd-pgp alone: the key after AFTER_ID (0: from the first). ERR_NOT_FOUND: there is none. */
struct keyd_pgp_secret_ask {
	int64_t after_id;
};
struct keyd_pgp_secret {
	int64_t key_id, superseded_at;
	struct str fingerprint;
	struct str secret; /* transferable secret key, binary; the caller wipes it */
};

/* vdpd-pgp alone: keeps a key. A fingerprint that is known gets these bytes in place of its old
 * ones; a new one becomes the key in use and supersedes all others. FULFILS, if it is what is
 * wanted, is no longer. */
struct keyd_pgp_put {
	uint32_t fulfils; /* enum keyd_pgp_wish */
	struct str fingerprint, user_id, secret;
	int64_t created_at, expires_at;
};
/* vdpd-pgp alone: what is to be published from now on. */
struct keyd_pgp_publish {
	struct str armored, transferable, security_txt;
	unsigned char policy_sha256[32];
	int64_t made_at;
};

/* The tables of their members; pgp_messages.c. */
extern const struct wire_msg keyd_pgp_state_wire, keyd_pgp_published_wire, keyd_pgp_want_wire,
        keyd_pgp_secret_ask_wire, keyd_pgp_secret_wire, keyd_pgp_put_wire, keyd_pgp_publish_wire;

#endif
