/* Throttling of passwords. */
#include "keyd/server/throttle.h"

#include <sodium.h>
#include <stdlib.h>

/* Overall, tries are slower than it would take to push a login out of the table before it would be
 * forgotten anyway. */
enum { LOGINS = 8192, LOGIN_TEXT_MAX = 2048 };
_Static_assert(LOGINS >= THROTTLE_FORGET_S * THROTTLE_PER_S + THROTTLE_BURST, "table");

struct entry {
	uint64_t login; /* keyed hash; 0: free */
	int64_t last_try, next_try;
	unsigned tries;
};

struct throttle {
	unsigned char key[crypto_shorthash_KEYBYTES];
	struct entry entries[LOGINS];
	int64_t tokens, filled_at;
};

struct throttle *
throttle_new(void)
{
	struct throttle *t = calloc(1, sizeof *t);

	if (t == NULL)
		abort();
	crypto_shorthash_keygen(t->key);
	t->tokens = THROTTLE_BURST;
	return t;
}

void
throttle_free(struct throttle *t)
{
	free(t);
}

static uint64_t
login_hash(const struct throttle *t, struct str login)
{
	struct arena *a = arena_new(LOGIN_TEXT_MAX + 64);
	struct str key = str_lower(a, str_sub(str_trim(login), 0, LOGIN_TEXT_MAX));
	uint64_t h;

	crypto_shorthash((unsigned char *)&h, (const unsigned char *)key.p, key.n, t->key);
	arena_free(a);
	return h != 0 ? h : 1;
}

/* The entry of LOGIN, or the one that was idle for longest: they are few enough to look at all. */
static struct entry *
entry_of(struct throttle *t, uint64_t login)
{
	struct entry *oldest = &t->entries[0];

	for (size_t i = 0; i < LOGINS; i++) {
		struct entry *e = &t->entries[i];

		if (e->login == login)
			return e;
		if (e->login == 0 ? oldest->login != 0 : e->last_try < oldest->last_try)
			oldest = e;
	}
	*oldest = (struct entry){.login = login};
	return oldest;
}

static int64_t
wait_after(unsigned tries)
{
	int64_t wait = THROTTLE_FIRST_WAIT_S;

	if (tries < THROTTLE_FREE)
		return 0;
	for (unsigned i = THROTTLE_FREE; i < tries && wait < THROTTLE_LONGEST_WAIT_S; i++)
		wait *= 2;
	return wait < THROTTLE_LONGEST_WAIT_S ? wait : THROTTLE_LONGEST_WAIT_S;
}

static void
refill(struct throttle *t, int64_t now)
{
	int64_t passed = now - t->filled_at;

	if (passed < 0 || passed > THROTTLE_BURST)
		passed = passed < 0 ? 0 : THROTTLE_BURST;
	t->filled_at = now;
	t->tokens += passed * THROTTLE_PER_S;
	if (t->tokens > THROTTLE_BURST)
		t->tokens = THROTTLE_BURST;
}

enum err
throttle_try(struct throttle *t, struct str login, int64_t now, int64_t *retry_after_s)
{
	struct entry *e;

	refill(t, now);
	if (t->tokens == 0) {
		*retry_after_s = 1;
		return ERR_RATE;
	}
	e = entry_of(t, login_hash(t, login));
	if (now < e->next_try) {
		*retry_after_s = e->next_try - now;
		return ERR_RATE;
	}
	if (now - e->last_try > THROTTLE_FORGET_S)
		e->tries = 0;
	t->tokens--;
	e->tries++;
	e->last_try = now;
	e->next_try = now + wait_after(e->tries);
	return ERR_OK;
}

void
throttle_right(struct throttle *t, struct str login)
{
	struct entry *e = entry_of(t, login_hash(t, login));

	*e = (struct entry){0};
}
