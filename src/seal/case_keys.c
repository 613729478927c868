/* The keys of one case, and the reporter's wrap. */
#include "seal/case_keys.h"

#include <sodium.h>

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
