/* Fair places for messages. */
#include "mail/gate.h"

#include "base/time.h"

#include <pthread.h>
#include <stdlib.h>

enum { SENDERS = 4096, HOUR_MS = 3600 * 1000 };

/* What is remembered of a sender; a slot is another's once nothing of it is open and its hour is
 * over. */
struct sender {
	uint64_t name;
	unsigned open, working;
	int64_t hour_ms, count;
};

struct waiter {
	struct sender *s;
	bool let_in;
	unsigned place;
	struct waiter *next;
};

struct gate {
	pthread_mutex_t lock;
	pthread_cond_t moved;
	struct key key; /* so that nobody can choose addresses that share a name */
	int64_t per_hour;
	struct sender senders[SENDERS];
	bool taken[GATE_PLACES];
	struct waiter *first, **last;
};

struct gate *
gate_new(int64_t per_hour)
{
	struct gate *g = calloc(1, sizeof *g);
	pthread_condattr_t attr;

	if (g == NULL)
		abort();
	g->per_hour = per_hour;
	g->last = &g->first;
	key_random(&g->key);
	pthread_mutex_init(&g->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&g->moved, &attr);
	pthread_condattr_destroy(&attr);
	return g;
}

void
gate_free(struct gate *g)
{
	if (g == NULL)
		return;
	pthread_cond_destroy(&g->moved);
	pthread_mutex_destroy(&g->lock);
	free(g);
}

/* ---- Senders ---- */

static bool
is_idle(const struct sender *s, int64_t now_ms)
{
	return s->open == 0 && now_ms - s->hour_ms >= HOUR_MS;
}

/* The slot of NAME; NULL where all that it may have are other senders'. */
static struct sender *
find(struct gate *g, uint64_t name, int64_t now_ms)
{
	enum { PROBES = 16 };
	struct sender *unused = NULL;

	for (size_t i = 0; i < PROBES; i++) {
		struct sender *s = &g->senders[(name + i) % SENDERS];

		if (s->name == name)
			return s;
		if (unused == NULL && (s->name == 0 || is_idle(s, now_ms)))
			unused = s;
	}
	if (unused != NULL)
		*unused = (struct sender){.name = name, .hour_ms = now_ms};
	return unused;
}

enum err
gate_begin(struct gate *g, struct str address, uint64_t *sender)
{
	int64_t now_ms = now_mono_ms();
	struct arena *a = arena_new(address.n + 4096);
	struct sender *s;
	struct key hash;
	uint64_t name;
	enum err e = ERR_OK;

	key_derive(&g->key, "sender", str_lower(a, address), &hash);
	arena_free(a);
	memcpy(&name, hash.b, sizeof name);
	name |= 1; /* 0 is no sender */
	pthread_mutex_lock(&g->lock);
	s = find(g, name, now_ms);
	if (s == NULL) {
		e = ERR_RATE;
	} else {
		if (now_ms - s->hour_ms >= HOUR_MS) {
			s->hour_ms = now_ms;
			s->count = 0;
		}
		if (s->open >= GATE_OPEN_PER_SENDER ||
		        (g->per_hour != 0 && s->count >= g->per_hour))
			e = ERR_RATE;
	}
	if (e == ERR_OK) {
		s->open++;
		*sender = name;
	}
	pthread_mutex_unlock(&g->lock);
	return e;
}

static struct sender *
known(struct gate *g, uint64_t name)
{
	struct sender *s = find(g, name, now_mono_ms());

	if (s == NULL || s->open == 0)
		abort(); /* it has something open, so that its slot is nobody else's */
	return s;
}

void
gate_end(struct gate *g, uint64_t sender)
{
	pthread_mutex_lock(&g->lock);
	known(g, sender)->open--;
	pthread_mutex_unlock(&g->lock);
}

/* ---- Places ---- */

/* Lets in whoever is next: of those whose sender has the least under way the one who waits longest.
 */
static void
let_in(struct gate *g)
{
	for (;;) {
		struct waiter *best = NULL;
		unsigned place = 0;

		while (place < GATE_PLACES && g->taken[place])
			place++;
		for (struct waiter *w = g->first; w != NULL; w = w->next)
			if (!w->let_in && (best == NULL || w->s->working < best->s->working))
				best = w;
		if (place == GATE_PLACES || best == NULL)
			return;
		g->taken[place] = true;
		best->s->working++;
		best->s->count++;
		best->let_in = true;
		best->place = place;
	}
}

static void
unlink_waiter(struct gate *g, struct waiter *w)
{
	struct waiter **at = &g->first;

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	if (g->last == &w->next)
		g->last = at;
}

enum err
gate_enter(struct gate *g, uint64_t sender, int timeout_ms, unsigned *place)
{
	int64_t until_ms = now_mono_ms() + timeout_ms;
	struct timespec until = {until_ms / 1000, until_ms % 1000 * 1000000};
	struct waiter w = {0};
	int r = 0;

	pthread_mutex_lock(&g->lock);
	w.s = known(g, sender);
	*g->last = &w;
	g->last = &w.next;
	let_in(g);
	while (!w.let_in && r == 0)
		r = pthread_cond_timedwait(&g->moved, &g->lock, &until);
	unlink_waiter(g, &w);
	pthread_mutex_unlock(&g->lock);
	if (!w.let_in)
		return ERR_BUSY;
	*place = w.place;
	return ERR_OK;
}

void
gate_leave(struct gate *g, uint64_t sender, unsigned place)
{
	pthread_mutex_lock(&g->lock);
	g->taken[place] = false;
	known(g, sender)->working--;
	let_in(g);
	pthread_cond_broadcast(&g->moved);
	pthread_mutex_unlock(&g->lock);
}
