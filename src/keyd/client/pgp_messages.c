/* The members of the messages about OpenPGP keys. */
#include "keyd/client/protocol.h"

#define FIELDS(name) static const struct wire_field name##_fields[]
#define MSG(name)    const struct wire_msg name##_wire = WIRE_MSG(struct name, name##_fields)

static const struct wire_field key_fields[] = {
        WIRE_I64(struct keyd_pgp_key, key_id),
        WIRE_STR(struct keyd_pgp_key, fingerprint, KEYD_PGP_FINGERPRINT_MAX),
        WIRE_STR(struct keyd_pgp_key, user_id, KEYD_PGP_USER_ID_MAX),
        WIRE_I64(struct keyd_pgp_key, created_at),
        WIRE_I64(struct keyd_pgp_key, expires_at),
        WIRE_I64(struct keyd_pgp_key, superseded_at),
};
static const struct wire_msg key_wire = WIRE_MSG(struct keyd_pgp_key, key_fields);

FIELDS(keyd_pgp_state) = {
        WIRE_I64(struct keyd_pgp_state, version),
        WIRE_U32(struct keyd_pgp_state, wanted),
        WIRE_I64(struct keyd_pgp_state, made_at),
        WIRE_BYTES(struct keyd_pgp_state, policy_sha256),
        WIRE_LIST(struct keyd_pgp_state, items, n, KEYD_PGP_KEYS_MAX, key_wire),
};
MSG(keyd_pgp_state);

FIELDS(keyd_pgp_published) = {
        WIRE_I64(struct keyd_pgp_published, version),
        WIRE_STR(struct keyd_pgp_published, armored, KEYD_PGP_BYTES_MAX),
        WIRE_STR(struct keyd_pgp_published, transferable, KEYD_PGP_BYTES_MAX),
        WIRE_STR(struct keyd_pgp_published, security_txt, KEYD_PGP_TEXT_MAX),
        WIRE_BYTES(struct keyd_pgp_published, policy_sha256),
        WIRE_I64(struct keyd_pgp_published, made_at),
};
MSG(keyd_pgp_published);

FIELDS(keyd_pgp_want) = {
        WIRE_STR(struct keyd_pgp_want, credential, KEYD_CREDENTIAL_MAX),
        WIRE_U32(struct keyd_pgp_want, wish),
};
MSG(keyd_pgp_want);

FIELDS(keyd_pgp_secret_ask) = {WIRE_I64(struct keyd_pgp_secret_ask, after_id)};
MSG(keyd_pgp_secret_ask);

FIELDS(keyd_pgp_secret) = {
        WIRE_I64(struct keyd_pgp_secret, key_id),
        WIRE_I64(struct keyd_pgp_secret, superseded_at),
        WIRE_STR(struct keyd_pgp_secret, fingerprint, KEYD_PGP_FINGERPRINT_MAX),
        WIRE_STR(struct keyd_pgp_secret, secret, KEYD_PGP_BYTES_MAX),
};
MSG(keyd_pgp_secret);

FIELDS(keyd_pgp_put) = {
        WIRE_U32(struct keyd_pgp_put, fulfils),
        WIRE_STR(struct keyd_pgp_put, fingerprint, KEYD_PGP_FINGERPRINT_MAX),
        WIRE_STR(struct keyd_pgp_put, user_id, KEYD_PGP_USER_ID_MAX),
        WIRE_STR(struct keyd_pgp_put, secret, KEYD_PGP_BYTES_MAX),
        WIRE_I64(struct keyd_pgp_put, created_at),
        WIRE_I64(struct keyd_pgp_put, expires_at),
};
MSG(keyd_pgp_put);

FIELDS(keyd_pgp_publish) = {
        WIRE_STR(struct keyd_pgp_publish, armored, KEYD_PGP_BYTES_MAX),
        WIRE_STR(struct keyd_pgp_publish, transferable, KEYD_PGP_BYTES_MAX),
        WIRE_STR(struct keyd_pgp_publish, security_txt, KEYD_PGP_TEXT_MAX),
        WIRE_BYTES(struct keyd_pgp_publish, policy_sha256),
        WIRE_I64(struct keyd_pgp_publish, made_at),
};
MSG(keyd_pgp_publish);
