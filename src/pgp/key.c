/* Keys, read and judged: whether one can be encrypted to, or why not. */
#include "pgp/ring.h"

#include <stdio.h>

enum {
	BITS_MIN = 2048,
	PARTS_MAX = 64, /* subkeys of a key that are looked at */
	UIDS_READ = 64,
};

static bool
flag(rnp_result_t (*ask)(rnp_key_handle_t, bool *), rnp_key_handle_t key)
{
	bool yes = false;

	return ask(key, &yes) == RNP_SUCCESS && yes;
}

static void
algorithm(rnp_key_handle_t key, char out[PGP_ALGORITHM_MAX])
{
	char name[PGP_ALGORITHM_MAX], curve[PGP_ALGORITHM_MAX];
	char *text = NULL;
	uint32_t bits = 0;

	if (rnp_key_get_alg(key, &text) != RNP_SUCCESS)
		text = NULL;
	ring_text(text, name, sizeof name);
	text = NULL;
	if (rnp_key_get_curve(key, &text) == RNP_SUCCESS) {
		ring_text(text, curve, sizeof curve);
		snprintf(out, PGP_ALGORITHM_MAX, "%.31s", curve);
	} else {
		if (rnp_key_get_bits(key, &bits) != RNP_SUCCESS)
			bits = 0;
		snprintf(out, PGP_ALGORITHM_MAX, "%.20s %u", name, (unsigned)bits);
	}
}

/* Curves have few bits and are strong: only the old kinds are judged by their number. */
static bool
weak(rnp_key_handle_t key)
{
	char *text = NULL;
	uint32_t bits = 0;
	bool curve = rnp_key_get_curve(key, &text) == RNP_SUCCESS;

	rnp_buffer_destroy(text);
	return !curve && (rnp_key_get_bits(key, &bits) != RNP_SUCCESS || bits < BITS_MIN);
}

static bool
for_encryption(rnp_key_handle_t part)
{
	bool yes = false;

	return rnp_key_allows_usage(part, "encrypt", &yes) == RNP_SUCCESS && yes;
}

static enum pgp_usable
judge(rnp_key_handle_t part)
{
	if (flag(rnp_key_is_revoked, part))
		return PGP_KEY_REVOKED;
	if (flag(rnp_key_is_expired, part))
		return PGP_KEY_EXPIRED;
	if (!flag(rnp_key_is_valid, part))
		return PGP_KEY_INVALID;
	return weak(part) ? PGP_KEY_WEAK : PGP_USABLE;
}

static uint32_t
created(rnp_key_handle_t key)
{
	uint32_t at = 0;

	return rnp_key_get_creation(key, &at) == RNP_SUCCESS ? at : 0;
}

/* Keeps PART as *best if it is usable and newer; otherwise it goes. */
static void
consider(rnp_key_handle_t part, rnp_key_handle_t *best, enum pgp_usable *why)
{
	enum pgp_usable u;

	if (!for_encryption(part)) {
		rnp_key_handle_destroy(part);
		return;
	}
	u = judge(part);
	if (u != PGP_USABLE) {
		if (*best == NULL)
			*why = u;
		rnp_key_handle_destroy(part);
	} else if (*best == NULL || created(part) > created(*best)) {
		rnp_key_handle_destroy(*best);
		*best = part;
		*why = PGP_USABLE;
	} else {
		rnp_key_handle_destroy(part);
	}
}

/* Another handle of KEY. */
static rnp_key_handle_t
again(struct pgp *p, rnp_key_handle_t key)
{
	rnp_key_handle_t other = NULL;
	char *text = NULL;

	if (rnp_key_get_fprint(key, &text) != RNP_SUCCESS ||
	        rnp_locate_key(p->ffi, "fingerprint", text, &other) != RNP_SUCCESS)
		other = NULL;
	rnp_buffer_destroy(text);
	return other;
}

rnp_key_handle_t
ring_encryption_part(struct pgp *p, rnp_key_handle_t key, enum pgp_usable *why)
{
	rnp_key_handle_t best = NULL, part = NULL;
	size_t n = 0;

	/* What binds a part is the primary key's signature: without a sound one nothing counts. */
	*why = judge(key);
	if (*why != PGP_USABLE)
		return NULL;
	*why = PGP_KEY_NO_ENCRYPTION;
	if (rnp_key_get_subkey_count(key, &n) != RNP_SUCCESS)
		n = 0;
	for (size_t i = 0; i < n && i < PARTS_MAX; i++) {
		if (rnp_key_get_subkey_at(key, i, &part) == RNP_SUCCESS)
			consider(part, &best, why);
	}
	if (best == NULL && for_encryption(key)) {
		best = again(p, key);
		if (best != NULL)
			*why = PGP_USABLE;
	}
	return best;
}

static void
user_ids(struct arena *a, rnp_key_handle_t key, struct pgp_key *out)
{
	size_t n = 0;

	if (rnp_key_get_uid_count(key, &n) != RNP_SUCCESS)
		n = 0;
	for (size_t i = 0; i < n && i < UIDS_READ && out->user_ids_n < PGP_USER_IDS_MAX; i++) {
		rnp_uid_handle_t uid = NULL;
		uint32_t type = 0;
		bool valid = false;
		void *data = NULL;
		size_t size = 0;

		if (rnp_key_get_uid_handle_at(key, i, &uid) != RNP_SUCCESS)
			continue;
		if (rnp_uid_get_type(uid, &type) == RNP_SUCCESS && type == RNP_USER_ID &&
		        rnp_uid_is_valid(uid, &valid) == RNP_SUCCESS && valid &&
		        rnp_uid_get_data(uid, &data, &size) == RNP_SUCCESS) {
			struct str text = str_bytes(data, size);

			if (size <= PGP_USER_ID_BYTES && str_utf8_valid(text, NULL))
				out->user_ids[out->user_ids_n++] = str_dup(a, text);
			rnp_buffer_destroy(data);
		}
		rnp_uid_handle_destroy(uid);
	}
}

static enum err
read_key(struct arena *a, struct pgp *p, rnp_key_handle_t key, struct pgp_key *out)
{
	rnp_key_handle_t part;
	uint32_t valid_s = 0;
	char *text = NULL;

	if (rnp_key_get_fprint(key, &text) != RNP_SUCCESS)
		return ERR_IO;
	ring_text(text, out->fingerprint, sizeof out->fingerprint);
	algorithm(key, out->algorithm);
	out->created_at = created(key);
	if (rnp_key_get_expiration(key, &valid_s) == RNP_SUCCESS && valid_s != 0)
		out->expires_at = out->created_at + valid_s;
	out->secret = flag(rnp_key_have_secret, key);
	part = ring_encryption_part(p, key, &out->usable);
	rnp_key_handle_destroy(part);
	user_ids(a, key, out);
	return ERR_OK;
}

static enum err
read_next(struct arena *a, struct pgp *p, const char *fingerprint, struct pgp_key *out, size_t *n)
{
	rnp_key_handle_t key = NULL;
	enum err e = ERR_OK;

	if (rnp_locate_key(p->ffi, "fingerprint", fingerprint, &key) != RNP_SUCCESS || key == NULL)
		return ERR_IO;
	if (flag(rnp_key_is_primary, key)) {
		e = *n < PGP_KEYS_MAX ? read_key(a, p, key, &out[*n]) : ERR_TOO_LARGE;
		if (e == ERR_OK)
			*n += 1;
	}
	rnp_key_handle_destroy(key);
	return e;
}

enum err
pgp_keys(struct arena *a, struct pgp *p, struct pgp_key *out, size_t *n)
{
	rnp_identifier_iterator_t it = NULL;
	const char *fingerprint = NULL;
	enum err e = ERR_OK;
	size_t found = 0;

	ring_reading(p);
	memset(out, 0, PGP_KEYS_MAX * sizeof *out);
	if (rnp_identifier_iterator_create(p->ffi, &it, "fingerprint") != RNP_SUCCESS)
		return ERR_IO;
	while (e == ERR_OK && rnp_identifier_iterator_next(it, &fingerprint) == RNP_SUCCESS &&
	        fingerprint != NULL)
		e = read_next(a, p, fingerprint, out, &found);
	rnp_identifier_iterator_destroy(it);
	if (e == ERR_OK || e == ERR_TOO_LARGE)
		*n = found;
	return e == ERR_TOO_LARGE ? ERR_OK : e;
}

static enum err export(
        struct arena *a, struct pgp *p, const char *fingerprint, uint32_t flags, struct str *out) {
	rnp_key_handle_t key; rnp_output_t to; struct buf b; rnp_result_t r;
	enum err e = ring_find(p, fingerprint, &key);

	if (e != ERR_OK) return e;
	buf_init(&b, PGP_KEY_BYTES_MAX);
	to = ring_output(&b);
	r = to != NULL ? rnp_key_export(key, to, flags | RNP_KEY_EXPORT_SUBKEYS)
	               : RNP_ERROR_OUT_OF_MEMORY;
	rnp_output_finish(to);
	rnp_output_destroy(to);
	rnp_key_handle_destroy(key);
	if (b.full) e = ERR_TOO_LARGE;
	else if (r != RNP_SUCCESS) e = ERR_NOT_FOUND;
	else *out = str_dup(a, buf_view(&b));
	buf_clear(&b);
	return e;
}

enum err
pgp_export_public(
        struct arena *a, struct pgp *p, const char *fingerprint, bool armored, struct str *out)
{
	uint32_t flags = RNP_KEY_EXPORT_PUBLIC | (armored ? RNP_KEY_EXPORT_ARMORED : 0u);

	return export(a, p, fingerprint, flags, out);
}

enum err
pgp_export_secret(struct arena *a, struct pgp *p, const char *fingerprint, struct str *out)
{
	return export(a, p, fingerprint, RNP_KEY_EXPORT_SECRET, out);
}

void
pgp_forget_others(struct pgp *p)
{
	struct arena *a = arena_new(1 << 20);
	struct pgp_key *keys = ARENA_ARRAY(a, PGP_KEYS_MAX, struct pgp_key);
	rnp_key_handle_t key;
	size_t n = 0;

	/* As many again as are told at once, until none is left. */
	for (bool any = true; any && pgp_keys(a, p, keys, &n) == ERR_OK;) {
		any = false;
		for (size_t i = 0; i < n; i++) {
			if (keys[i].secret || ring_find(p, keys[i].fingerprint, &key) != ERR_OK)
				continue;
			any |= rnp_key_remove(key, RNP_KEY_REMOVE_PUBLIC |
			                                   RNP_KEY_REMOVE_SUBKEYS) == RNP_SUCCESS;
			rnp_key_handle_destroy(key);
		}
	}
	arena_free(a);
}
