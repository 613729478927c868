/* What a case's row says is believed only as far as keyd's own signature goes. */
#include "keyd/server/call.h"

#include "seal/capsule.h"
#include "seal/receipt.h"
#include "seal/team_wrap.h"

#include <sodium.h>

_Static_assert((int)TEAM_WRAP_BYTES <= (int)KEYD_WRAP_MAX, "wire");
_Static_assert(sizeof(((struct keyd_case *)0)->case_uid) == CASE_UID_BYTES, "wire");

bool
number_plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'A' && s.p[i] <= 'Z') || (s.p[i] >= '0' && s.p[i] <= '9') ||
		            s.p[i] == '-'))
			return false;
	return s.n > 0 && s.n <= KEYD_NUMBER_MAX;
}

bool
word_plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') ||
		            s.p[i] == '_'))
			return false;
	return s.n > 0;
}

static enum err
signature_check(const struct keyd *k, const struct keyd_case *of)
{
	struct receipt_facts f = {
	        .programme = of->programme,
	        .case_number = of->case_number,
	        .received_utc_s = of->received_at,
	        .signed_utc_s = of->signed_at,
	};

	memcpy(f.content_sha256, of->content_sha256, sizeof f.content_sha256);
	memcpy(f.policy_sha256, of->policy_sha256, sizeof f.policy_sha256);
	memcpy(f.case_key, of->case_key, sizeof f.case_key);
	return receipt_verify(k->secrets->public_keys.signing, &f,
	        str_bytes(of->signature, sizeof of->signature));
}

static enum err
storage_unwrap(const struct secrets *s, const struct keyd_case *of, struct key *team)
{
	enum err e = team_unwrap(
	        s->public_keys.storage, &s->storage_secret, of->team_wrap, of->case_uid, team);

	if (e != ERR_OK && s->changing)
		e = team_unwrap(
		        s->before_public, &s->before_secret, of->team_wrap, of->case_uid, team);
	return e;
}

enum err
storage_capsule_open(
        struct call *c, const struct capsule_bond *bond, struct str sealed, struct str *content)
{
	const struct secrets *s = c->k->secrets;
	enum err e = capsule_open(
	        c->a, s->public_keys.storage, &s->storage_secret, bond, sealed, content);

	if (e != ERR_OK && s->changing)
		e = capsule_open(c->a, s->before_public, &s->before_secret, bond, sealed, content);
	return e;
}

enum err
case_check(const struct keyd *k, const struct keyd_case *of, struct team_keys *keys)
{
	struct key team;
	enum err e = number_plain(of->case_number) ? signature_check(k, of) : ERR_FORGED;

	if (e == ERR_OK)
		e = storage_unwrap(k->secrets, of, &team);
	if (e != ERR_OK)
		return e;
	team_keys_from(&team, keys);
	key_wipe(&team);
	/* A wrap can be made by anybody; the pair that was signed for cannot. */
	if (memcmp(keys->pair_public, of->case_key, sizeof of->case_key) != 0) {
		team_keys_wipe(keys);
		return ERR_FORGED;
	}
	return ERR_OK;
}

/* ---- Titles are opened a page at a time, again and again ---- */

enum { TITLE_SLOTS = 2048 };

struct title_slot {
	unsigned char of[32]; /* hash of everything that was checked */
	unsigned char key[KEY_BYTES];
};

struct title_cache {
	struct title_slot slots[TITLE_SLOTS];
};

struct title_cache *
title_cache_new(void)
{
	struct title_cache *t = sodium_malloc(sizeof *t);

	if (t == NULL)
		abort();
	sodium_memzero(t, sizeof *t);
	return t;
}

void
title_cache_free(struct title_cache *t)
{
	sodium_free(t);
}

static void
case_hash(const struct keyd_case *of, unsigned char out[32])
{
	crypto_generichash_state st;
	const struct str parts[] = {
	        of->programme,
	        of->case_number,
	        str_bytes(of->case_uid, sizeof of->case_uid),
	        of->team_wrap,
	        str_bytes(&of->received_at, sizeof of->received_at),
	        str_bytes(&of->signed_at, sizeof of->signed_at),
	        str_bytes(of->content_sha256, sizeof of->content_sha256),
	        str_bytes(of->policy_sha256, sizeof of->policy_sha256),
	        str_bytes(of->case_key, sizeof of->case_key),
	        str_bytes(of->signature, sizeof of->signature),
	};

	crypto_generichash_init(&st, NULL, 0, 32);
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		uint64_t n = parts[i].n;

		crypto_generichash_update(&st, (const unsigned char *)&n, sizeof n);
		crypto_generichash_update(&st, (const unsigned char *)parts[i].p, parts[i].n);
	}
	crypto_generichash_final(&st, out, 32);
}

enum err
title_key_of(struct keyd *k, const struct keyd_case *of, unsigned char key[KEY_BYTES])
{
	unsigned char h[32];
	struct title_slot *slot;
	struct team_keys keys;
	uint32_t i;
	enum err e;

	case_hash(of, h);
	memcpy(&i, h, sizeof i);
	slot = &k->titles->slots[i % TITLE_SLOTS];
	if (memcmp(slot->of, h, sizeof h) != 0) {
		e = case_check(k, of, &keys);
		if (e != ERR_OK)
			return e;
		memcpy(slot->of, h, sizeof h);
		memcpy(slot->key, keys.shared.title.b, KEY_BYTES);
		team_keys_wipe(&keys);
	}
	memcpy(key, slot->key, KEY_BYTES);
	return ERR_OK;
}
