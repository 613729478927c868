/* Keys of our own: made, extended, revoked. */
#include "pgp/ring.h"

enum { EXPIRY_MAX_S = UINT32_MAX };

static enum err
primary(struct pgp *p, const char *user_id, uint32_t valid_s, rnp_key_handle_t *key)
{
	static const char *const usages[] = {"sign", "certify"};
	rnp_op_generate_t op = NULL;
	bool ok = rnp_op_generate_create(&op, p->ffi, "EDDSA") == RNP_SUCCESS &&
	          rnp_op_generate_set_userid(op, user_id) == RNP_SUCCESS &&
	          rnp_op_generate_set_hash(op, "SHA512") == RNP_SUCCESS &&
	          rnp_op_generate_set_expiration(op, valid_s) == RNP_SUCCESS;

	for (size_t i = 0; ok && i < sizeof usages / sizeof usages[0]; i++)
		ok = rnp_op_generate_add_usage(op, usages[i]) == RNP_SUCCESS;
	ok = ok && rnp_op_generate_execute(op) == RNP_SUCCESS &&
	     rnp_op_generate_get_key(op, key) == RNP_SUCCESS;
	rnp_op_generate_destroy(op);
	return ok ? ERR_OK : ERR_IO;
}

static enum err
encryption_part(struct pgp *p, rnp_key_handle_t key, uint32_t valid_s)
{
	rnp_op_generate_t op = NULL;
	bool ok = rnp_op_generate_subkey_create(&op, p->ffi, key, "ECDH") == RNP_SUCCESS &&
	          rnp_op_generate_set_curve(op, "Curve25519") == RNP_SUCCESS &&
	          rnp_op_generate_set_hash(op, "SHA512") == RNP_SUCCESS &&
	          rnp_op_generate_set_expiration(op, valid_s) == RNP_SUCCESS &&
	          rnp_op_generate_add_usage(op, "encrypt") == RNP_SUCCESS &&
	          rnp_op_generate_execute(op) == RNP_SUCCESS;

	rnp_op_generate_destroy(op);
	return ok ? ERR_OK : ERR_IO;
}

static bool
user_id_plain(struct str s)
{
	if (s.n == 0 || s.n > PGP_USER_ID_BYTES || !str_utf8_valid(s, NULL))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 127)
			return false;
	}
	return true;
}

enum err
pgp_generate(
        struct pgp *p, struct str user_id, uint32_t valid_s, char fingerprint[PGP_FINGERPRINT_MAX])
{
	char text[PGP_USER_ID_BYTES + 1] = {0};
	rnp_key_handle_t key = NULL;
	char *name = NULL;
	enum err e;

	if (!user_id_plain(user_id))
		return ERR_INVALID;
	ring_writing(p);
	memcpy(text, user_id.p, user_id.n);
	e = primary(p, text, valid_s, &key);
	if (e == ERR_OK)
		e = encryption_part(p, key, valid_s);
	if (e == ERR_OK && rnp_key_get_fprint(key, &name) != RNP_SUCCESS)
		e = ERR_IO;
	if (e == ERR_OK)
		ring_text(name, fingerprint, PGP_FINGERPRINT_MAX);
	rnp_key_handle_destroy(key);
	return e;
}

/* RNP counts from the creation of KEY. */
static enum err
expire(rnp_key_handle_t key, int64_t expires_at)
{
	uint32_t created = 0;

	if (rnp_key_get_creation(key, &created) != RNP_SUCCESS)
		return ERR_IO;
	if (expires_at <= created || expires_at - created > EXPIRY_MAX_S)
		return ERR_INVALID;
	return rnp_key_set_expiration(key, (uint32_t)(expires_at - created)) == RNP_SUCCESS
	               ? ERR_OK
	               : ERR_IO;
}

enum err
pgp_extend(struct pgp *p, const char *fingerprint, int64_t expires_at)
{
	rnp_key_handle_t key = NULL, part;
	size_t n = 0;
	enum err e = ring_find(p, fingerprint, &key);

	if (e != ERR_OK)
		return e;
	ring_writing(p);
	e = expire(key, expires_at);
	if (e == ERR_OK && rnp_key_get_subkey_count(key, &n) != RNP_SUCCESS)
		e = ERR_IO;
	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		if (rnp_key_get_subkey_at(key, i, &part) != RNP_SUCCESS) {
			e = ERR_IO;
			break;
		}
		e = expire(part, expires_at);
		rnp_key_handle_destroy(part);
	}
	rnp_key_handle_destroy(key);
	return e;
}

enum err
pgp_revoke(struct pgp *p, const char *fingerprint, bool superseded)
{
	rnp_key_handle_t key = NULL;
	enum err e = ring_find(p, fingerprint, &key);

	if (e != ERR_OK)
		return e;
	ring_writing(p);
	if (rnp_key_revoke(key, 0, "SHA512", superseded ? "superseded" : "compromised",
	            superseded ? "replaced by a newer key" : NULL) != RNP_SUCCESS)
		e = ERR_IO;
	rnp_key_handle_destroy(key);
	return e;
}
