/* The keys of one case, and their wraps. */
#include "seal/case_keys.h"

#include <sodium.h>

_Static_assert(crypto_box_SEALBYTES == 48, "sealed box overhead");

void
reporter_keys_from(const struct key *reporter, struct reporter_keys *k)
{
	k->reporter = *reporter;
	key_derive(reporter, "case title", STR(""), &k->title);
}

void
reporter_keys_wipe(struct reporter_keys *k)
{
	sodium_memzero(k, sizeof *k);
}

void
team_keys_from(const struct key *team, struct team_keys *k)
{
	struct key reporter, seed;

	k->team = *team;
	key_derive(team, "case reporter", STR(""), &reporter);
	reporter_keys_from(&reporter, &k->shared);
	key_derive(team, "case pair", STR(""), &seed);
	crypto_box_seed_keypair(k->pair_public, k->pair_secret.b, seed.b);
	key_wipe(&reporter);
	key_wipe(&seed);
}

void
team_keys_new(struct team_keys *k)
{
	struct key team;

	key_random(&team);
	team_keys_from(&team, k);
	key_wipe(&team);
}

void
team_keys_wipe(struct team_keys *k)
{
	sodium_memzero(k, sizeof *k);
}

/* A sealed box as crypto_box_seal makes it, but for the pair that it draws for each box: the case's
 * own pair, just as new, stands in for it. That saves a third of the work of sealing a case; who
 * holds the pair's secret half holds the team key that is in the box. */
void
team_wrap(const unsigned char storage_public[STORAGE_PUBLIC_BYTES], const struct team_keys *k,
        const unsigned char case_uid[CASE_UID_BYTES], unsigned char out[TEAM_WRAP_BYTES])
{
	unsigned char plain[KEY_BYTES + CASE_UID_BYTES], nonce[crypto_box_NONCEBYTES];
	crypto_generichash_state h;

	memcpy(plain, k->team.b, KEY_BYTES);
	memcpy(plain + KEY_BYTES, case_uid, CASE_UID_BYTES);
	crypto_generichash_init(&h, NULL, 0, sizeof nonce);
	crypto_generichash_update(&h, k->pair_public, PAIR_PUBLIC_BYTES);
	crypto_generichash_update(&h, storage_public, STORAGE_PUBLIC_BYTES);
	crypto_generichash_final(&h, nonce, sizeof nonce);
	memcpy(out, k->pair_public, PAIR_PUBLIC_BYTES);
	if (crypto_box_easy(out + PAIR_PUBLIC_BYTES, plain, sizeof plain, nonce, storage_public,
	            k->pair_secret.b) != 0)
		abort(); /* the storage key is checked when it is made */
	sodium_memzero(plain, sizeof plain);
}

enum err
team_unwrap(const unsigned char storage_public[STORAGE_PUBLIC_BYTES],
        const struct key *storage_secret, struct str wrap,
        const unsigned char case_uid[CASE_UID_BYTES], struct key *team)
{
	unsigned char plain[KEY_BYTES + CASE_UID_BYTES];
	enum err e = ERR_FORGED;

	if (wrap.n == TEAM_WRAP_BYTES &&
	        crypto_box_seal_open(plain, (const unsigned char *)wrap.p, wrap.n, storage_public,
	                storage_secret->b) == 0 &&
	        secret_eq(plain + KEY_BYTES, case_uid, CASE_UID_BYTES)) {
		memcpy(team->b, plain, KEY_BYTES);
		e = ERR_OK;
	}
	sodium_memzero(plain, sizeof plain);
	return e;
}

static struct place
reporter_wrap_place(const unsigned char *case_uid)
{
	return (struct place){"cases", "reporter_wrap", case_uid, 0};
}

void
reporter_wrap(const struct key *code_key, const struct key *reporter,
        const unsigned char case_uid[CASE_UID_BYTES], unsigned char out[REPORTER_WRAP_BYTES])
{
	struct place at = reporter_wrap_place(case_uid);
	struct arena *a = arena_new(4096);
	struct str sealed = field_seal(a, code_key, &at, str_bytes(reporter->b, KEY_BYTES));

	memcpy(out, sealed.p, REPORTER_WRAP_BYTES);
	arena_free(a);
}

enum err
reporter_unwrap(const struct key *code_key, struct str wrap,
        const unsigned char case_uid[CASE_UID_BYTES], struct key *reporter)
{
	struct place at = reporter_wrap_place(case_uid);
	struct arena *a;
	struct str plain;
	enum err e;

	if (wrap.n != REPORTER_WRAP_BYTES)
		return ERR_FORGED;
	a = arena_new(4096);
	e = field_open(a, code_key, &at, wrap, &plain);
	if (e == ERR_OK)
		memcpy(reporter->b, plain.p, KEY_BYTES);
	arena_free(a);
	return e;
}
