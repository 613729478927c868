/* Wraps of team keys: a chain of keys from one box. */
#include "seal/team_wrap.h"

#include "base/time.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

_Static_assert(crypto_box_SEALBYTES == 48, "sealed box overhead");
_Static_assert(crypto_aead_chacha20poly1305_ietf_ABYTES == 16, "tag");

enum { FORM = 2, BOX_BYTES = KEY_BYTES + crypto_box_SEALBYTES };

/* Where things stand in a wrap. */
enum { AT_FORM, AT_BOX, AT_STEP = AT_BOX + BOX_BYTES, AT_SEALED };

struct wrapper {
	pthread_mutex_t lock; /* of what follows */
	unsigned char storage_public[STORAGE_PUBLIC_BYTES];
	unsigned char box[BOX_BYTES];
	struct key next; /* K(step) */
	unsigned step;
	int64_t until_ms;
};

/* OUT: the key that seals the case of this step. K goes on to the next one. */
static void
step(struct key *k, struct key *out)
{
	struct key next;

	if (out != NULL)
		key_derive(k, "wrap case", STR(""), out);
	key_derive(k, "wrap next", STR(""), &next);
	*k = next;
	key_wipe(&next);
}

struct wrapper *
wrapper_new(const unsigned char storage_public[STORAGE_PUBLIC_BYTES])
{
	struct wrapper *w = sodium_malloc(sizeof *w);

	if (w == NULL)
		abort();
	sodium_memzero(w, sizeof *w);
	memcpy(w->storage_public, storage_public, STORAGE_PUBLIC_BYTES);
	w->step = TEAM_WRAP_STRETCH;
	pthread_mutex_init(&w->lock, NULL);
	return w;
}

void
wrapper_free(struct wrapper *w)
{
	if (w == NULL)
		return;
	pthread_mutex_destroy(&w->lock);
	sodium_free(w);
}

void
wrapper_public(struct wrapper *w, unsigned char out[STORAGE_PUBLIC_BYTES])
{
	pthread_mutex_lock(&w->lock);
	memcpy(out, w->storage_public, STORAGE_PUBLIC_BYTES);
	pthread_mutex_unlock(&w->lock);
}

void
wrapper_change(struct wrapper *w, const unsigned char storage_public[STORAGE_PUBLIC_BYTES])
{
	pthread_mutex_lock(&w->lock);
	memcpy(w->storage_public, storage_public, STORAGE_PUBLIC_BYTES);
	w->step = TEAM_WRAP_STRETCH;
	pthread_mutex_unlock(&w->lock);
}

static void
stretch_begin(struct wrapper *w, int64_t now_ms)
{
	key_random(&w->next);
	if (crypto_box_seal(w->box, w->next.b, KEY_BYTES, w->storage_public) != 0)
		abort(); /* the storage key is checked when it is made */
	w->step = 0;
	w->until_ms = now_ms + TEAM_WRAP_STRETCH_MS;
}

/* A key seals one case, so that no nonce is needed. */
static const unsigned char no_nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];

struct bond {
	unsigned char form, step, case_uid[CASE_UID_BYTES];
};

static struct bond
bond_of(const unsigned char *wrap, const unsigned char case_uid[CASE_UID_BYTES])
{
	struct bond b = {.form = wrap[AT_FORM], .step = wrap[AT_STEP]};

	memcpy(b.case_uid, case_uid, CASE_UID_BYTES);
	return b;
}

void
team_wrap(struct wrapper *w, const struct key *team, const unsigned char case_uid[CASE_UID_BYTES],
        unsigned char out[TEAM_WRAP_BYTES])
{
	int64_t now_ms = now_mono_ms();
	struct bond bond;
	struct key k;

	out[AT_FORM] = FORM;
	pthread_mutex_lock(&w->lock);
	if (w->step == TEAM_WRAP_STRETCH || now_ms >= w->until_ms)
		stretch_begin(w, now_ms);
	memcpy(out + AT_BOX, w->box, BOX_BYTES);
	out[AT_STEP] = (unsigned char)w->step++;
	step(&w->next, &k);
	pthread_mutex_unlock(&w->lock);
	bond = bond_of(out, case_uid);
	crypto_aead_chacha20poly1305_ietf_encrypt(out + AT_SEALED, NULL, team->b, KEY_BYTES,
	        (const unsigned char *)&bond, sizeof bond, NULL, no_nonce, k.b);
	key_wipe(&k);
}

static bool
unwrap(const unsigned char *storage_public, const struct key *storage_secret,
        const unsigned char *wrap, const unsigned char *case_uid, struct key *team)
{
	struct bond bond = bond_of(wrap, case_uid);
	struct key chain, k;
	bool opened;

	if (bond.form != FORM || bond.step >= TEAM_WRAP_STRETCH ||
	        crypto_box_seal_open(
	                chain.b, wrap + AT_BOX, BOX_BYTES, storage_public, storage_secret->b) != 0)
		return false;
	for (unsigned i = 0; i < bond.step; i++)
		step(&chain, NULL);
	step(&chain, &k);
	opened = crypto_aead_chacha20poly1305_ietf_decrypt(team->b, NULL, NULL, wrap + AT_SEALED,
	                 KEY_BYTES + 16, (const unsigned char *)&bond, sizeof bond, no_nonce,
	                 k.b) == 0;
	key_wipe(&chain);
	key_wipe(&k);
	return opened;
}

static bool
unwrap_box(const unsigned char *storage_public, const struct key *storage_secret,
        const unsigned char *wrap, const unsigned char *case_uid, struct key *team)
{
	unsigned char plain[KEY_BYTES + CASE_UID_BYTES];
	bool opened = crypto_box_seal_open(plain, wrap, TEAM_WRAP_BOX_BYTES, storage_public,
	                      storage_secret->b) == 0 &&
	              secret_eq(plain + KEY_BYTES, case_uid, CASE_UID_BYTES);

	if (opened)
		memcpy(team->b, plain, KEY_BYTES);
	sodium_memzero(plain, sizeof plain);
	return opened;
}

enum err
team_unwrap(const unsigned char storage_public[STORAGE_PUBLIC_BYTES],
        const struct key *storage_secret, struct str wrap,
        const unsigned char case_uid[CASE_UID_BYTES], struct key *team)
{
	const unsigned char *p = (const unsigned char *)wrap.p;
	struct key got;
	bool opened = false;

	if (wrap.n == TEAM_WRAP_BYTES)
		opened = unwrap(storage_public, storage_secret, p, case_uid, &got);
	else if (wrap.n == TEAM_WRAP_BOX_BYTES)
		opened = unwrap_box(storage_public, storage_secret, p, case_uid, &got);
	if (!opened)
		return ERR_FORGED;
	*team = got;
	key_wipe(&got);
	return ERR_OK;
}
