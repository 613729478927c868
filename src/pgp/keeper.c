/* Keeping the programme's keys. Every step is one message to keyd, and what a crash leaves between
 * two of them the next round finds and ends. */
#include "pgp/keeper.h"

#include "base/time.h"

#include <stdlib.h>

enum { ARENA_BYTES = 2 << 20, OLD_PUBLISHED = 3 };

struct kept_key {
	char fingerprint[PGP_FINGERPRINT_MAX];
	int64_t expires_at;
	bool superseded;
};

struct keeper {
	const struct keyd_client *keyd;
	struct pgp *ring; /* NULL: nothing was fetched yet */
	int64_t version;
	uint32_t wanted;
	struct kept_key keys[KEYD_PGP_KEYS_MAX]; /* the key in use first */
	size_t n;
	int64_t published; /* the version in which all was published; -1 */
	int64_t made_at;
	unsigned char policy_sha256[32];
};

struct keeper *
keeper_new(const struct keyd_client *keyd)
{
	struct keeper *k = calloc(1, sizeof *k);

	if (k == NULL)
		abort();
	k->keyd = keyd;
	k->published = -1;
	return k;
}

void
keeper_free(struct keeper *k)
{
	if (k == NULL)
		return;
	pgp_free(k->ring);
	free(k);
}

struct pgp *
keeper_ring(struct keeper *k)
{
	return k->n > 0 ? k->ring : NULL;
}

const char *
keeper_fingerprint(const struct keeper *k)
{
	return k->n > 0 && !k->keys[0].superseded ? k->keys[0].fingerprint : NULL;
}

/* ---- Fetching ---- */

static enum err
load_all(struct arena *a, const struct keyd_client *keyd, struct pgp *ring)
{
	struct keyd_pgp_secret_ask q = {0};
	struct keyd_pgp_secret one;
	enum err e = ERR_OK;

	while (e == ERR_OK) {
		e = keyd_pgp_secret(a, keyd, &q, &one, NULL);
		if (e == ERR_OK)
			e = pgp_load(ring, one.secret, true);
		q.after_id = one.key_id;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static void
note(struct keeper *k, const struct keyd_pgp_state *state)
{
	k->version = state->version;
	k->wanted = state->wanted;
	k->made_at = state->made_at;
	memcpy(k->policy_sha256, state->policy_sha256, sizeof k->policy_sha256);
	k->n = 0;
	for (size_t i = 0; i < state->n && i < KEYD_PGP_KEYS_MAX; i++) {
		const struct keyd_pgp_key *from = &state->items[i];
		struct kept_key *to = &k->keys[k->n++];

		*to = (struct kept_key){
		        .expires_at = from->expires_at, .superseded = from->superseded_at != 0};
		memcpy(to->fingerprint, from->fingerprint.p, from->fingerprint.n);
	}
}

static enum err
fetch(struct arena *a, struct keeper *k, const struct keyd_pgp_state *state, int64_t now)
{
	struct pgp *ring;
	enum err e = pgp_new(now, &ring);

	if (e != ERR_OK)
		return e;
	e = load_all(a, k->keyd, ring);
	if (e != ERR_OK) {
		pgp_free(ring);
		return e;
	}
	pgp_free(k->ring);
	k->ring = ring;
	note(k, state);
	return ERR_OK;
}

enum err
keeper_refresh(struct keeper *k, int64_t now)
{
	const struct keyd_nothing nothing = {0};
	struct arena *a = arena_new(ARENA_BYTES);
	struct keyd_pgp_state state;
	enum err e = keyd_pgp_state(a, k->keyd, &nothing, &state, NULL);

	if (e == ERR_OK && (k->ring == NULL || state.version != k->version))
		e = fetch(a, k, &state, now);
	if (e == ERR_OK)
		pgp_set_now(k->ring, now);
	arena_free(a);
	return e;
}

/* ---- Changing ---- */

/* Hands the key of FINGERPRINT, as it is in the ring now, to keyd. */
static enum err
put(struct keeper *k, const char *fingerprint, struct str user_id, uint32_t fulfils)
{
	struct arena *a = arena_new(ARENA_BYTES);
	struct pgp_key *keys = ARENA_ARRAY(a, PGP_KEYS_MAX, struct pgp_key);
	struct keyd_pgp_put q = {
	        .fulfils = fulfils, .fingerprint = str_of(fingerprint), .user_id = user_id};
	struct keyd_nothing nothing;
	size_t n = 0;
	enum err e = pgp_keys(a, k->ring, keys, &n);

	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		if (str_eq(str_of(keys[i].fingerprint), q.fingerprint)) {
			q.created_at = keys[i].created_at;
			q.expires_at = keys[i].expires_at;
		}
	}
	if (e == ERR_OK)
		e = pgp_export_secret(a, k->ring, fingerprint, &q.secret);
	if (e == ERR_OK)
		e = keyd_pgp_put(a, k->keyd, &q, &nothing, NULL);
	arena_free(a);
	return e;
}

static enum err
create(struct keeper *k, struct str user_id, uint32_t fulfils)
{
	char fingerprint[PGP_FINGERPRINT_MAX];
	enum err e = pgp_generate(k->ring, user_id, KEEPER_VALID_S, fingerprint);

	return e == ERR_OK ? put(k, fingerprint, user_id, fulfils) : e;
}

static enum err
extend(struct keeper *k, uint32_t fulfils, int64_t now)
{
	const char *fingerprint = k->keys[0].fingerprint;
	enum err e = pgp_extend(k->ring, fingerprint, now + KEEPER_VALID_S);

	return e == ERR_OK ? put(k, fingerprint, STR(""), fulfils) : e;
}

static enum err
revoke(struct keeper *k, const char *fingerprint, bool superseded)
{
	enum err e = pgp_revoke(k->ring, fingerprint, superseded);

	return e == ERR_OK ? put(k, fingerprint, STR(""), KEYD_PGP_WISH_NONE) : e;
}

static enum err
is_revoked(struct keeper *k, const char *fingerprint, bool *yes)
{
	struct arena *a = arena_new(ARENA_BYTES);
	struct pgp_key *keys = ARENA_ARRAY(a, PGP_KEYS_MAX, struct pgp_key);
	size_t n = 0;
	enum err e = pgp_keys(a, k->ring, keys, &n);

	*yes = true;
	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		if (strcmp(keys[i].fingerprint, fingerprint) == 0)
			*yes = keys[i].usable == PGP_KEY_REVOKED;
	}
	arena_free(a);
	return e;
}

/* One thing that is due, or nothing. *DID: something was, so that there may be more. */
static enum err
one_change(struct keeper *k, const struct keeper_texts *texts, int64_t now, bool *did)
{
	bool revoked;
	enum err e;

	*did = true;
	switch ((enum keyd_pgp_wish)k->wanted) {
	case KEYD_PGP_WISH_CREATE:
	case KEYD_PGP_WISH_ROLL:
		return create(k, texts->user_id, k->wanted);
	case KEYD_PGP_WISH_REPLACE:
		/* The old one first, so that no crash leaves it unrevoked behind a new one. */
		e = revoke(k, k->keys[0].fingerprint, false);
		return e == ERR_OK ? create(k, texts->user_id, k->wanted) : e;
	case KEYD_PGP_WISH_EXTEND:
		return extend(k, k->wanted, now);
	default:
		break;
	}
	for (size_t i = 0; i < k->n; i++) {
		if (!k->keys[i].superseded)
			continue;
		e = is_revoked(k, k->keys[i].fingerprint, &revoked);
		if (e != ERR_OK)
			return e;
		if (!revoked)
			return revoke(k, k->keys[i].fingerprint, true);
	}
	if (k->n > 0 && k->keys[0].expires_at - now < KEEPER_EXTEND_BEFORE_S)
		return extend(k, KEYD_PGP_WISH_NONE, now);
	*did = false;
	return ERR_OK;
}

/* ---- Publishing ---- */

static enum err
add_key(struct arena *a, struct keeper *k, size_t i, struct buf *armored, struct buf *binary)
{
	struct str text;
	enum err e = pgp_export_public(a, k->ring, k->keys[i].fingerprint, true, &text);

	if (e != ERR_OK)
		return e;
	buf_str(armored, text);
	e = pgp_export_public(a, k->ring, k->keys[i].fingerprint, false, &text);
	if (e == ERR_OK)
		buf_str(binary, text);
	return e;
}

static enum err
sign_text(struct keeper *k, const struct keeper_texts *texts, int64_t now, struct buf *out)
{
	struct buf text;
	enum err e;

	buf_init(&text, KEYD_PGP_TEXT_MAX);
	texts->security_txt(texts->arg, now, &text);
	e = text.full ? ERR_TOO_LARGE
	              : pgp_sign_clear(k->ring, buf_view(&text), k->keys[0].fingerprint, out);
	buf_clear(&text);
	return e;
}

static enum err
publish(struct keeper *k, const struct keeper_texts *texts, int64_t now)
{
	struct arena *a = arena_new(ARENA_BYTES);
	struct keyd_pgp_publish q = {.made_at = now};
	struct keyd_nothing nothing;
	struct buf armored, binary, signed_text;
	enum err e;

	buf_init(&armored, KEYD_PGP_BYTES_MAX);
	buf_init(&binary, KEYD_PGP_BYTES_MAX);
	buf_init(&signed_text, KEYD_PGP_TEXT_MAX);
	e = sign_text(k, texts, now, &signed_text);
	for (size_t i = 0; e == ERR_OK && i < k->n && i <= OLD_PUBLISHED; i++)
		e = add_key(a, k, i, &armored, &binary);
	if (armored.full || binary.full)
		e = ERR_TOO_LARGE;
	if (e == ERR_OK) {
		memcpy(q.policy_sha256, texts->policy_sha256, sizeof q.policy_sha256);
		q.armored = buf_view(&armored);
		q.transferable = buf_view(&binary);
		q.security_txt = buf_view(&signed_text);
		e = keyd_pgp_publish(a, k->keyd, &q, &nothing, NULL);
	}
	buf_clear(&armored);
	buf_clear(&binary);
	buf_clear(&signed_text);
	arena_free(a);
	return e;
}

static bool
is_published(const struct keeper *k, const struct keeper_texts *texts, int64_t now)
{
	return k->version == k->published && k->made_at / DAY_S == now / DAY_S &&
	       memcmp(k->policy_sha256, texts->policy_sha256, sizeof k->policy_sha256) == 0;
}

enum err
keeper_tend(struct keeper *k, const struct keeper_texts *texts, int64_t now)
{
	bool did = true;
	enum err e = keeper_refresh(k, now);

	/* A wish, an old key to revoke, an extension: no more than that can be due at once. */
	for (int i = 0; e == ERR_OK && did && i < 2 * KEYD_PGP_KEYS_MAX; i++) {
		e = one_change(k, texts, now, &did);
		if (e == ERR_OK && did)
			e = keeper_refresh(k, now);
	}
	if (e != ERR_OK || keeper_fingerprint(k) == NULL || is_published(k, texts, now))
		return e;
	e = publish(k, texts, now);
	if (e == ERR_OK)
		e = keeper_refresh(k, now);
	if (e == ERR_OK)
		k->published = k->version;
	return e;
}
