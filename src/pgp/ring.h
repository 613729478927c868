/* Inside src/pgp: RNP's objects and what each file needs of them. */
#ifndef VDPD_PGP_RING_H
#define VDPD_PGP_RING_H

#include "pgp/pgp.h"

#include <rnp/rnp.h>
#include <rnp/rnp_err.h>

struct pgp {
	rnp_ffi_t ffi;
	int64_t now;
};

/* RNP's present, for reading (others' clocks may be PGP_SKEW_S ahead of ours) or for writing. Every
 * function of pgp.h that calls RNP sets one of them first. */
enum { PGP_SKEW_S = 600 };
void ring_reading(struct pgp *p);
void ring_writing(struct pgp *p);

/* The primary key of FINGERPRINT; the caller's, by rnp_key_handle_destroy. ERR_NOT_FOUND. */
enum err ring_find(struct pgp *p, const char *fingerprint, rnp_key_handle_t *out) MUST_CHECK;

/* Copies RNP's string TEXT (may be NULL) into OUT (SIZE bytes), cut, and frees it. */
void ring_text(char *text, char *out, size_t size);

/* The part of KEY (a primary key) to encrypt to; the caller's. NULL with the reason in *why. */
rnp_key_handle_t ring_encryption_part(struct pgp *p, rnp_key_handle_t key, enum pgp_usable *why);

/* A reader of S, which must live as long; NULL if RNP has no memory. */
rnp_input_t ring_input(struct str s);

/* A writer that appends to B, and fails once B is full. */
rnp_output_t ring_output(struct buf *b);

/* The best of what OP, executed, says of its signatures; a zeroed struct where there are none. */
void ring_signatures(rnp_op_verify_t op, struct pgp_signature *best);

#endif
