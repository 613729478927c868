/* Signatures, made: detached and clear. */
#include "pgp/ring.h"

typedef rnp_result_t sign_create(rnp_op_sign_t *, rnp_ffi_t, rnp_input_t, rnp_output_t);

static enum err
sign(struct pgp *p, sign_create *create, struct str data, const char *signer, struct buf *out)
{
	rnp_key_handle_t key = NULL;
	rnp_input_t in = ring_input(data);
	rnp_output_t to = ring_output(out);
	rnp_op_sign_t op = NULL;
	enum err e = ring_find(p, signer, &key);

	ring_writing(p);
	if (e == ERR_OK) {
		e = ERR_IO;
		if (in != NULL && to != NULL && create(&op, p->ffi, in, to) == RNP_SUCCESS &&
		        rnp_op_sign_add_signature(op, key, NULL) == RNP_SUCCESS &&
		        rnp_op_sign_set_hash(op, "SHA512") == RNP_SUCCESS &&
		        (create == rnp_op_sign_cleartext_create ||
		                rnp_op_sign_set_armor(op, true) == RNP_SUCCESS))
			e = rnp_op_sign_execute(op) == RNP_SUCCESS ? ERR_OK : ERR_IO;
		if (out->full)
			e = ERR_TOO_LARGE;
	}
	rnp_op_sign_destroy(op);
	rnp_output_destroy(to);
	rnp_input_destroy(in);
	rnp_key_handle_destroy(key);
	if (e != ERR_OK)
		buf_reset(out);
	return e;
}

enum err
pgp_sign_detached(struct pgp *p, struct str data, const char *signer, struct buf *out)
{
	return sign(p, rnp_op_sign_detached_create, data, signer, out);
}

/* What stays the same text in everybody's hands. */
static bool
plain(struct str text)
{
	if (text.n == 0 || text.p[text.n - 1] != '\n')
		return false;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '\0' || c == '\r')
			return false;
		if (c == '\n' && i > 0 && (text.p[i - 1] == ' ' || text.p[i - 1] == '\t'))
			return false;
	}
	return true;
}

/* RNP ends its own lines with CRLF and leaves ours; the signature covers either (RFC 4880 section
 * 7.1). */
static void
take_out_cr(struct buf *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++) {
		if (b->p[i] != '\r')
			b->p[n++] = b->p[i];
	}
	b->n = n;
}

enum err
pgp_sign_clear(struct pgp *p, struct str text, const char *signer, struct buf *out)
{
	enum err e = plain(text) ? sign(p, rnp_op_sign_cleartext_create, text, signer, out)
	                         : ERR_INVALID;

	if (e == ERR_OK)
		take_out_cr(out);
	return e;
}
