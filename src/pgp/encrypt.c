/* Encryption, to keys that were judged, and signed. */
#include "pgp/ring.h"

static enum err
add_recipient(struct pgp *p, rnp_op_encrypt_t op, const char *fingerprint)
{
	rnp_key_handle_t key = NULL, part;
	enum pgp_usable why;
	enum err e = ring_find(p, fingerprint, &key);

	if (e != ERR_OK)
		return e;
	/* RNP would choose for itself; the part that was judged is the part that is used. */
	part = ring_encryption_part(p, key, &why);
	if (part == NULL)
		e = ERR_STATE;
	else if (rnp_op_encrypt_add_recipient(op, part) != RNP_SUCCESS)
		e = ERR_IO;
	rnp_key_handle_destroy(part);
	rnp_key_handle_destroy(key);
	return e;
}

static enum err
add_signature(struct pgp *p, rnp_op_encrypt_t op, const char *signer)
{
	rnp_key_handle_t key = NULL;
	enum err e = ring_find(p, signer, &key);

	if (e != ERR_OK)
		return e;
	if (rnp_op_encrypt_add_signature(op, key, NULL) != RNP_SUCCESS ||
	        rnp_op_encrypt_set_hash(op, "SHA512") != RNP_SUCCESS)
		e = ERR_IO;
	rnp_key_handle_destroy(key);
	return e;
}

static enum err
prepare(struct pgp *p, rnp_op_encrypt_t op, const char *const *recipients, size_t n,
        const char *signer)
{
	enum err e = n > 0 ? ERR_OK : ERR_STATE;

	for (size_t i = 0; e == ERR_OK && i < n; i++)
		e = add_recipient(p, op, recipients[i]);
	if (e == ERR_OK && signer != NULL)
		e = add_signature(p, op, signer);
	/* No compression: its length would tell of the content. MDC, which everybody reads. */
	if (e == ERR_OK &&
	        (rnp_op_encrypt_set_armor(op, true) != RNP_SUCCESS ||
	                rnp_op_encrypt_set_cipher(op, "AES256") != RNP_SUCCESS ||
	                rnp_op_encrypt_set_compression(op, "Uncompressed", 0) != RNP_SUCCESS ||
	                rnp_op_encrypt_set_aead(op, "None") != RNP_SUCCESS))
		e = ERR_IO;
	return e;
}

enum err
pgp_encrypt(struct pgp *p, struct str data, const char *const *recipients, size_t n,
        const char *signer, struct buf *out)
{
	rnp_input_t in = ring_input(data);
	rnp_output_t to = ring_output(out);
	rnp_op_encrypt_t op = NULL;
	enum err e = ERR_IO;

	ring_writing(p);
	if (in != NULL && to != NULL && rnp_op_encrypt_create(&op, p->ffi, in, to) == RNP_SUCCESS) {
		e = prepare(p, op, recipients, n, signer);
		if (e == ERR_OK && rnp_op_encrypt_execute(op) != RNP_SUCCESS)
			e = out->full ? ERR_TOO_LARGE : ERR_IO;
	}
	rnp_op_encrypt_destroy(op);
	rnp_output_destroy(to);
	rnp_input_destroy(in);
	if (e != ERR_OK)
		buf_reset(out);
	return e;
}
