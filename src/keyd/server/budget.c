/* Budgets: for each subject and kind the set of cases of this hour, as keyed hashes. */
#include "keyd/server/budget.h"

#include "base/time.h"

#include <sodium.h>
#include <stdlib.h>

struct set {
	struct set *next;
	uint64_t subject;
	enum budget_kind kind;
	uint64_t *slots; /* open addressing, 0 is free */
	size_t n, size;  /* size is a power of two, at least twice n */
};

struct budget {
	const struct budget_marks *marks;
	unsigned char key[crypto_shorthash_KEYBYTES];
	int64_t hour;
	struct set *sets;
};

struct budget *
budget_new(const struct budget_marks *marks)
{
	struct budget *b = calloc(1, sizeof *b);

	if (b == NULL)
		abort();
	b->marks = marks;
	crypto_shorthash_keygen(b->key);
	return b;
}

static void
forget(struct budget *b)
{
	for (struct set *s = b->sets, *next; s != NULL; s = next) {
		next = s->next;
		free(s->slots);
		free(s);
	}
	b->sets = NULL;
}

void
budget_free(struct budget *b)
{
	if (b == NULL)
		return;
	forget(b);
	free(b);
}

static uint64_t
hash(const struct budget *b, struct str s)
{
	uint64_t h;

	crypto_shorthash((unsigned char *)&h, (const unsigned char *)s.p, s.n, b->key);
	return h != 0 ? h : 1;
}

static struct set *
set_of(struct budget *b, enum budget_kind kind, struct str subject, int64_t now)
{
	uint64_t h = hash(b, subject);
	struct set *s;

	if (now / HOUR_S != b->hour) {
		forget(b);
		b->hour = now / HOUR_S;
	}
	for (s = b->sets; s != NULL; s = s->next)
		if (s->subject == h && s->kind == kind)
			return s;
	s = calloc(1, sizeof *s);
	if (s == NULL)
		abort();
	*s = (struct set){.next = b->sets, .subject = h, .kind = kind, .size = 64};
	s->slots = calloc(s->size, sizeof *s->slots);
	if (s->slots == NULL)
		abort();
	return b->sets = s;
}

/* Where H is, or would be. */
static uint64_t *
slot_of(struct set *s, uint64_t h)
{
	size_t i = h & (s->size - 1);

	while (s->slots[i] != 0 && s->slots[i] != h)
		i = (i + 1) & (s->size - 1);
	return &s->slots[i];
}

static void
grow(struct set *s)
{
	struct set bigger = {.size = s->size * 2};

	bigger.slots = calloc(bigger.size, sizeof *bigger.slots);
	if (bigger.slots == NULL)
		abort();
	for (size_t i = 0; i < s->size; i++)
		if (s->slots[i] != 0)
			*slot_of(&bigger, s->slots[i]) = s->slots[i];
	free(s->slots);
	s->slots = bigger.slots;
	s->size = bigger.size;
}

enum err
budget_ask(struct budget *b, enum budget_kind kind, struct str subject, const struct str *numbers,
        size_t n, int64_t now, bool *alert, int64_t *retry_after_s)
{
	struct set *s = set_of(b, kind, subject, now);
	size_t used = s->n;

	for (size_t i = 0; i < n; i++)
		used += *slot_of(s, hash(b, numbers[i])) == 0;
	if (used > s->n && used > b->marks[kind].refuse) {
		*retry_after_s = (b->hour + 1) * HOUR_S - now;
		return ERR_RATE;
	}
	*alert = used >= b->marks[kind].alert;
	return ERR_OK;
}

void
budget_count(struct budget *b, enum budget_kind kind, struct str subject, const struct str *numbers,
        size_t n, int64_t now)
{
	struct set *s = set_of(b, kind, subject, now);

	for (size_t i = 0; i < n; i++) {
		uint64_t h = hash(b, numbers[i]), *slot;

		if (s->n * 2 >= s->size)
			grow(s);
		slot = slot_of(s, h);
		s->n += *slot == 0;
		*slot = h;
	}
}
