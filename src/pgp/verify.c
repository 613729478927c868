/* Signatures, read: detached, clear, and inside messages. */
#include "pgp/ring.h"

/* Which of two signatures is told: the higher. */
static const unsigned ranks[PGP_SIGNED_COUNT] = {
        [PGP_SIGNED_UNKNOWN_KEY] = 1,
        [PGP_SIGNED_EXPIRED] = 2,
        [PGP_SIGNED_BAD] = 3,
        [PGP_SIGNED_GOOD] = 4,
};

enum { SIGNATURES_MAX = 32 };

static enum pgp_signed
state_of(rnp_result_t r)
{
	switch (r) {
	case RNP_SUCCESS:
		return PGP_SIGNED_GOOD;
	case RNP_ERROR_KEY_NOT_FOUND:
		return PGP_SIGNED_UNKNOWN_KEY;
	case RNP_ERROR_SIGNATURE_EXPIRED:
		return PGP_SIGNED_EXPIRED;
	default:
		return PGP_SIGNED_BAD;
	}
}

/* The primary key's fingerprint of the part KEY; "" if it cannot be told. */
static void
primary_of(rnp_key_handle_t key, char out[PGP_FINGERPRINT_MAX])
{
	char *text = NULL;
	bool primary = false;
	rnp_result_t r;

	if (rnp_key_is_primary(key, &primary) != RNP_SUCCESS)
		primary = false;
	r = primary ? rnp_key_get_fprint(key, &text) : rnp_key_get_primary_fprint(key, &text);
	ring_text(r == RNP_SUCCESS ? text : NULL, out, PGP_FINGERPRINT_MAX);
}

static void
signer_of(rnp_op_verify_signature_t s, char out[PGP_FINGERPRINT_MAX])
{
	rnp_signature_handle_t handle = NULL;
	rnp_key_handle_t key = NULL;
	char *text = NULL;

	if (rnp_op_verify_signature_get_key(s, &key) == RNP_SUCCESS && key != NULL) {
		primary_of(key, out);
		rnp_key_handle_destroy(key);
		return;
	}
	if (rnp_op_verify_signature_get_handle(s, &handle) != RNP_SUCCESS)
		return;
	if (rnp_signature_get_key_fprint(handle, &text) != RNP_SUCCESS || text == NULL) {
		text = NULL;
		if (rnp_signature_get_keyid(handle, &text) != RNP_SUCCESS)
			text = NULL;
	}
	ring_text(text, out, PGP_FINGERPRINT_MAX);
	rnp_signature_handle_destroy(handle);
}

void
ring_signatures(rnp_op_verify_t op, struct pgp_signature *best)
{
	size_t n = 0;

	*best = (struct pgp_signature){0};
	if (rnp_op_verify_get_signature_count(op, &n) != RNP_SUCCESS)
		return;
	for (size_t i = 0; i < n && i < SIGNATURES_MAX; i++) {
		struct pgp_signature one = {0};
		rnp_op_verify_signature_t s = NULL;
		uint32_t made = 0;

		if (rnp_op_verify_get_signature_at(op, i, &s) != RNP_SUCCESS)
			continue;
		one.state = state_of(rnp_op_verify_signature_get_status(s));
		if (ranks[one.state] <= ranks[best->state])
			continue;
		signer_of(s, one.fingerprint);
		if (rnp_op_verify_signature_get_times(s, &made, NULL) == RNP_SUCCESS)
			one.made_at = made;
		*best = one;
	}
}

/* What a reading of signatures that was executed with R gives. */
static enum err
result(rnp_op_verify_t op, rnp_result_t r, struct pgp_signature *sig)
{
	struct pgp_signature best;

	ring_signatures(op, &best);
	/* Only a signature that was looked at counts, and a good one only if all went well: the
	 * text may have ended before its end otherwise. */
	if (best.state == PGP_SIGNED_NONE || (best.state == PGP_SIGNED_GOOD && r != RNP_SUCCESS))
		return ERR_SYNTAX;
	*sig = best;
	return ERR_OK;
}

enum err
pgp_verify_detached(struct pgp *p, struct str data, struct str signature, struct pgp_signature *sig)
{
	rnp_input_t in = NULL, from = ring_input(signature);
	rnp_op_verify_t op = NULL;
	enum err e = ERR_SYNTAX;

	ring_reading(p);
	/* An empty body can be signed too. */
	if (from != NULL && rnp_input_from_memory(&in, (const uint8_t *)(data.n > 0 ? data.p : ""),
	                            data.n, false) == RNP_SUCCESS) {
		if (rnp_op_verify_detached_create(&op, p->ffi, in, from) == RNP_SUCCESS)
			e = result(op, rnp_op_verify_execute(op), sig);
		rnp_op_verify_destroy(op);
	}
	rnp_input_destroy(in);
	rnp_input_destroy(from);
	return e;
}

/* True where nothing was decrypted. */
static bool
in_the_clear(rnp_op_verify_t op)
{
	char *text = NULL;
	char mode[16];

	if (rnp_op_verify_get_protection_info(op, &text, NULL, NULL) != RNP_SUCCESS)
		return false;
	ring_text(text, mode, sizeof mode);
	return str_eq(str_of(mode), STR("none"));
}

enum err
pgp_verify_inline(struct pgp *p, struct str message, struct buf *text, struct pgp_signature *sig)
{
	rnp_input_t in = ring_input(message);
	rnp_output_t to = ring_output(text);
	rnp_op_verify_t op = NULL;
	enum err e = ERR_SYNTAX;

	ring_reading(p);
	if (in != NULL && to != NULL && rnp_op_verify_create(&op, p->ffi, in, to) == RNP_SUCCESS) {
		rnp_result_t r = rnp_op_verify_execute(op);

		if (text->full)
			e = ERR_TOO_LARGE;
		else if (in_the_clear(op))
			e = result(op, r, sig);
	}
	rnp_op_verify_destroy(op);
	rnp_output_destroy(to);
	rnp_input_destroy(in);
	if (e != ERR_OK)
		buf_reset(text);
	return e;
}
