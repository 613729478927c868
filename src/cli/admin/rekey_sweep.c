/* Sealing anew. */
#include "cli/admin/rekey_sweep.h"

#include "base/time.h"
#include "seal/capsule.h"
#include "seal/team_wrap.h"
#include "store/tx.h"
#include "store/wrap_store.h"

#include <stdlib.h>
#include <time.h>

enum { STRETCH = 128 };
#define STRETCH_ARENA_BYTES ((size_t)64 << 20)

/* One row of either kind. */
struct item {
	int64_t id;
	struct str old, new; /* NEW .p NULL: nothing to write */
};

struct sweep {
	struct db *db;
	const struct rekey_keys *keys;
	struct wrapper *wrapper;
	struct progress *progress;
	bool gentle;
	bool again; /* the first pass finds the old key, later ones the new one */
	/* of this pass */
	size_t moved_n, done_n, closed_n;
	/* of this stretch */
	struct arena *a;
	struct item *items;
	size_t n;
	enum err (*put)(struct db *db, int64_t id, struct str old, struct str new, bool *done);
};

static const struct rekey_pair *
pair_of(const struct sweep *s, bool new)
{
	return new ? &s->keys->new : &s->keys->old;
}

static void
found(struct sweep *s, bool opened, bool by_new)
{
	s->moved_n += opened && !by_new;
	s->done_n += opened;
	s->closed_n += !opened;
}

static void
wrap_anew(struct sweep *s, const struct wrap_row *row, struct item *it)
{
	bool new = s->again, opened = false;
	struct key team;

	for (int i = 0; i < 2 && !opened; i++) {
		new = i == 0 ? s->again : !s->again;
		opened = team_unwrap(pair_of(s, new)->public_half, &pair_of(s, new)->secret,
		                 row->team_wrap, row->uid, &team) == ERR_OK;
	}
	found(s, opened, new);
	*it = (struct item){.id = row->id, .old = row->team_wrap};
	if (opened && !new) {
		unsigned char *wrap = arena_alloc(s->a, TEAM_WRAP_BYTES);

		team_wrap(s->wrapper, &team, row->uid, wrap);
		it->new = str_bytes(wrap, TEAM_WRAP_BYTES);
	}
	key_wipe(&team);
}

static void
seal_anew(struct sweep *s, const struct sealed_row *row, struct item *it)
{
	const struct capsule_bond bond = {
	        (enum capsule_purpose)row->purpose, row->uid, row->not_before_utc_s};
	bool new = s->again, opened = false;
	struct str plain;

	for (int i = 0; i < 2 && !opened; i++) {
		new = i == 0 ? s->again : !s->again;
		opened = capsule_open(s->a, pair_of(s, new)->public_half, &pair_of(s, new)->secret,
		                 &bond, row->content, &plain) == ERR_OK;
	}
	found(s, opened, new);
	*it = (struct item){.id = row->id, .old = row->content};
	if (opened && !new)
		it->new = capsule_seal(s->a, s->keys->new.public_half, &bond, plain);
}

static enum err
put_tx(struct db *db, void *ctx)
{
	struct sweep *s = ctx;
	enum err e = ERR_OK;
	bool done;

	for (size_t i = 0; i < s->n && e == ERR_OK; i++)
		if (s->items[i].new.p != NULL)
			e = s->put(db, s->items[i].id, s->items[i].old, s->items[i].new, &done);
	return e;
}

static enum err
wraps_read(struct sweep *s, int64_t after)
{
	struct wrap_row *rows;
	enum err e = wrap_list(s->a, s->db, after, STRETCH, &rows, &s->n);

	if (e != ERR_OK)
		return e;
	s->put = wrap_put;
	s->items = ARENA_ARRAY(s->a, s->n + 1, struct item);
	for (size_t i = 0; i < s->n; i++)
		wrap_anew(s, &rows[i], &s->items[i]);
	return ERR_OK;
}

static enum err
capsules_read(struct sweep *s, int64_t after)
{
	struct sealed_row *rows;
	enum err e = sealed_list(s->a, s->db, after, STRETCH, &rows, &s->n);

	if (e != ERR_OK)
		return e;
	s->put = sealed_put;
	s->items = ARENA_ARRAY(s->a, s->n + 1, struct item);
	for (size_t i = 0; i < s->n; i++)
		seal_anew(s, &rows[i], &s->items[i]);
	return ERR_OK;
}

static void
rest_ms(int64_t ms)
{
	const struct timespec t = {ms / 1000, ms % 1000 * 1000000L};

	nanosleep(&t, NULL);
}

/* One stretch after AFTER; *last is its last id. */
static enum err
stretch(struct sweep *s, enum err (*read)(struct sweep *, int64_t), int64_t after, int64_t *last)
{
	int64_t from_ms = now_mono_ms();
	size_t moved = s->moved_n;
	enum err e;

	s->a = arena_new(STRETCH_ARENA_BYTES);
	e = read(s, after);
	if (e == ERR_OK && s->moved_n > moved)
		e = tx_run(s->db, put_tx, s);
	if (e == ERR_OK && s->n > 0)
		*last = s->items[s->n - 1].id;
	arena_free(s->a);
	progress_add(s->progress, s->n);
	if (s->gentle)
		rest_ms(now_mono_ms() - from_ms);
	return e;
}

static enum err
all(struct sweep *s, enum err (*read)(struct sweep *, int64_t))
{
	int64_t after = 0;
	enum err e;

	do
		e = stretch(s, read, after, &after);
	while (e == ERR_OK && s->n > 0);
	return e;
}

static enum err
pass(struct sweep *s, struct rekey_swept *out)
{
	enum err e;

	s->moved_n = s->done_n = s->closed_n = 0;
	e = all(s, wraps_read);
	out->cases_n = s->done_n;
	if (e == ERR_OK)
		e = all(s, capsules_read);
	out->capsules_n = s->done_n - out->cases_n;
	out->closed_n = s->closed_n;
	s->again = true;
	return e;
}

static enum err
sealing_tx(struct db *db, void *ctx)
{
	return sealing_set(db, ctx);
}

enum err
rekey_sweep(struct db *db, const struct rekey_keys *keys, bool gentle, struct progress *progress,
        struct rekey_swept *out, struct diag *d)
{
	struct sweep s = {.db = db, .keys = keys, .progress = progress, .gentle = gentle};
	struct rekey_swept got = {0};
	unsigned char half[32];
	enum err e;

	memcpy(half, keys->new.public_half, sizeof half);
	s.wrapper = wrapper_new(half);
	/* From this commit on nothing comes to the old key any more, so that a pass ends it. */
	e = tx_run(db, sealing_tx, half);
	do
		if (e == ERR_OK)
			e = pass(&s, &got);
	while (e == ERR_OK && s.moved_n > 0);
	wrapper_free(s.wrapper);
	if (e != ERR_OK)
		return diag_set(d, e, "mend that and run it again: it goes on from there",
		        "data/vdpd.db: %s", db_why(db));
	*out = got;
	return ERR_OK;
}
