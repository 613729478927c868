/* A ring of keys: made, filled, emptied. */
#include "pgp/ring.h"

#include <stdio.h>

/* RNP refuses no time but through a NULL ring. */
static void
present(struct pgp *p, int64_t at)
{
	if (rnp_set_timestamp(p->ffi, (uint64_t)at) != RNP_SUCCESS)
		abort();
}

void
ring_reading(struct pgp *p)
{
	present(p, p->now + PGP_SKEW_S);
}

void
ring_writing(struct pgp *p)
{
	present(p, p->now);
}

enum err
pgp_new(int64_t now, struct pgp **out)
{
	struct pgp *p = calloc(1, sizeof *p);

	if (p == NULL)
		abort();
	p->now = now;
	if (rnp_ffi_create(&p->ffi, RNP_KEYSTORE_GPG, RNP_KEYSTORE_GPG) != RNP_SUCCESS) {
		free(p);
		return ERR_UNSUPPORTED;
	}
	ring_reading(p);
	*out = p;
	return ERR_OK;
}

void
pgp_set_now(struct pgp *p, int64_t now)
{
	p->now = now;
}

void
pgp_free(struct pgp *p)
{
	if (p == NULL)
		return;
	rnp_ffi_destroy(p->ffi);
	free(p);
}

enum err
pgp_load(struct pgp *p, struct str keys, bool secret)
{
	uint32_t flags = RNP_LOAD_SAVE_PUBLIC_KEYS | RNP_LOAD_SAVE_PERMISSIVE;
	size_t before, after;
	rnp_input_t in;
	rnp_result_t r;

	ring_reading(p);
	if (keys.n > PGP_KEY_BYTES_MAX)
		return ERR_TOO_LARGE;
	if (rnp_get_public_key_count(p->ffi, &before) != RNP_SUCCESS)
		return ERR_IO;
	in = ring_input(keys);
	if (in == NULL)
		return ERR_SYNTAX;
	if (secret)
		flags |= RNP_LOAD_SAVE_SECRET_KEYS;
	r = rnp_import_keys(p->ffi, in, flags, NULL);
	rnp_input_destroy(in);
	if (rnp_get_public_key_count(p->ffi, &after) != RNP_SUCCESS)
		return ERR_IO;
	if (r != RNP_SUCCESS || after == 0)
		return ERR_SYNTAX;
	return ERR_OK;
}

enum err
ring_find(struct pgp *p, const char *fingerprint, rnp_key_handle_t *out)
{
	rnp_key_handle_t key = NULL;
	bool primary = false;

	if (rnp_locate_key(p->ffi, "fingerprint", fingerprint, &key) != RNP_SUCCESS || key == NULL)
		return ERR_NOT_FOUND;
	if (rnp_key_is_primary(key, &primary) != RNP_SUCCESS || !primary) {
		rnp_key_handle_destroy(key);
		return ERR_NOT_FOUND;
	}
	*out = key;
	return ERR_OK;
}

void
ring_text(char *text, char *out, size_t size)
{
	snprintf(out, size, "%s", text != NULL ? text : "");
	rnp_buffer_destroy(text);
}

rnp_input_t
ring_input(struct str s)
{
	rnp_input_t in = NULL;

	if (s.n == 0 || rnp_input_from_memory(&in, (const uint8_t *)s.p, s.n, false) != RNP_SUCCESS)
		return NULL;
	return in;
}

static bool
append(void *arg, const void *p, size_t n)
{
	struct buf *b = arg;

	buf_add(b, p, n);
	return !b->full;
}

rnp_output_t
ring_output(struct buf *b)
{
	rnp_output_t out = NULL;

	if (rnp_output_to_callback(&out, append, NULL, b) != RNP_SUCCESS)
		return NULL;
	return out;
}
