/* Capsules: notes sealed to keyd for what must happen without anybody signed in. What a capsule is
 * for, which case it belongs to and from when it may be opened are bound into it; keyd opens it for
 * nothing else. */
#ifndef VDPD_SEAL_CAPSULE_H
#define VDPD_SEAL_CAPSULE_H

#include "seal/case_keys.h"

enum capsule_purpose {
	CAPSULE_CONTACT =
	        1, /* the reporter's address and accepted key: usable with fixed templates only */
	CAPSULE_MAIL = 2, /* the text of a mail to the reporter; about 0: the Message-ID that the
	                   * case came by */
};

enum { CAPSULE_CONTENT_MAX = 16 * 1024 };

struct capsule_bond {
	enum capsule_purpose purpose;
	const unsigned char *case_uid; /* CASE_UID_BYTES */
	int64_t not_before_utc_s;
};

/* CONTENT (at most CAPSULE_CONTENT_MAX bytes) sealed to the storage key under BOND, in A. */
struct str capsule_seal(struct arena *a, const unsigned char storage_public[STORAGE_PUBLIC_BYTES],
        const struct capsule_bond *bond, struct str content);
/* ERR_FORGED where the key or the bond is another. Whether the time has come is keyd's to judge. */
enum err capsule_open(struct arena *a, const unsigned char storage_public[STORAGE_PUBLIC_BYTES],
        const struct key *storage_secret, const struct capsule_bond *bond, struct str sealed,
        struct str *content) MUST_CHECK;

/* The content of a contact capsule. */
struct contact {
	struct str email;
	struct str name;
	struct str pgp_key; /* as given; "" if none */
};
struct str contact_pack(struct arena *a, const struct contact *c);
enum err contact_unpack(struct str packed, struct contact *c) MUST_CHECK;

/* A keyed hash of an address (ASCII letters made small), to know it again without keeping it. */
void contact_hash(const struct key *server_key, struct str email, unsigned char out[32]);

#endif
