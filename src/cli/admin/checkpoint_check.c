/* Checkpoints: what the heads of all chains were, time after time. One walk over the cases feeds
 * the hash of every checkpoint; each remembers its own state. */
#include "cli/admin/chain_check.h"

#include "act/checkpoint.h"
#include "base/time.h"

#include <stdlib.h>

enum { STRETCH = 1024, ARENA_BYTES = 1 << 20 };

struct one {
	struct checkpoint_row row;
	struct checkpoint_hash hash;
};

struct checkpoints {
	struct one *list;
	size_t n, room;
};

static void
add(struct checkpoints *k, const struct checkpoint_row *row)
{
	struct one *one;

	if (k->n == k->room) {
		k->room = k->room == 0 ? STRETCH : 2 * k->room;
		k->list = reallocarray(k->list, k->room, sizeof *k->list);
		if (k->list == NULL)
			abort();
	}
	one = &k->list[k->n];
	one->row = *row;
	checkpoint_hash_begin(&one->hash, k->n > 0 ? &k->list[k->n - 1].row : NULL, row->event_id);
	k->n++;
}

static enum err
at_fault(struct diag *d, const struct checkpoint_row *row, const char *what)
{
	char at[RFC3339_MAX];

	time_format(row->at_utc_s, at);
	return diag_set(d, ERR_FORGED, "compare the database with a backup",
	        "checkpoint %lld of %s: %s", (long long)row->id, at, what);
}

static enum err
take(struct cases *s, struct checkpoints *k, const struct checkpoint_row *row, struct diag *d)
{
	if (k->n > 0 && row->event_id < k->list[k->n - 1].row.event_id)
		return at_fault(d, row, "goes back behind the one before it");
	if (checkpoint_check(&s->programme, row) != ERR_OK)
		return at_fault(d, row, "is not signed by this instance's keyd");
	add(k, row);
	return ERR_OK;
}

/* What keyd remembers is the newest in the database, or the next to come. */
static enum err
take_last(struct cases *s, struct checkpoints *k, const struct checkpoint_row *last, struct diag *d)
{
	const struct checkpoint_row *newest = k->n > 0 ? &k->list[k->n - 1].row : NULL;

	if (last->event_id == 0 || (newest != NULL && newest->event_id > last->event_id))
		return ERR_OK;
	if (newest == NULL || newest->event_id < last->event_id)
		return take(s, k, last, d);
	if (memcmp(newest->heads_hash, last->heads_hash, sizeof last->heads_hash) != 0)
		return at_fault(d, newest, "is not the one that keyd remembers");
	return ERR_OK;
}

enum err
checkpoints_begin(struct cases *s, const struct checkpoint_row *last, struct checkpoints **out,
        size_t *count, struct diag *d)
{
	struct checkpoints *k = calloc(1, sizeof *k);
	enum err e = ERR_OK;
	int64_t after = 0;
	size_t n = 1;

	if (k == NULL)
		abort();
	while (e == ERR_OK && n > 0) {
		struct arena *a = arena_new(ARENA_BYTES);
		struct checkpoint_row *rows;

		e = checkpoint_list(a, s->db, after, STRETCH, &rows, &n);
		if (e != ERR_OK)
			diag_set(d, e, "`vdpd doctor` tells more", "data/vdpd.db: %s",
			        db_why(s->db));
		for (size_t i = 0; i < n && e == ERR_OK; i++) {
			e = take(s, k, &rows[i], d);
			after = rows[i].id;
		}
		arena_free(a);
	}
	if (e == ERR_OK)
		e = take_last(s, k, last, d);
	if (e != ERR_OK) {
		checkpoints_free(k);
		return e;
	}
	*out = k;
	*count = k->n;
	return ERR_OK;
}

/* The index of the first checkpoint that covers EVENT_ID; their number if none does. */
static size_t
covering(const struct checkpoints *k, int64_t event_id)
{
	size_t low = 0, high = k->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (k->list[middle].row.event_id < event_id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void
checkpoints_see(struct checkpoints *k, const struct case_seen *c)
{
	struct case_row at = c->row;

	memset(at.chain_head, 0, sizeof at.chain_head);
	for (size_t i = 0; i < c->n; i++) {
		size_t which = covering(k, c->events[i].id);

		act_link(&at, &c->events[i]);
		/* Of several events before one checkpoint the last one's head counts. */
		if (which < k->n && (i + 1 == c->n || covering(k, c->events[i + 1].id) != which))
			checkpoint_hash_head(&k->list[which].hash, c->row.id, at.chain_head);
	}
}

enum err
checkpoints_end(struct checkpoints *k, struct diag *d)
{
	for (size_t i = 0; i < k->n; i++) {
		unsigned char hash[32];

		checkpoint_hash_end(&k->list[i].hash, hash);
		if (memcmp(hash, k->list[i].row.heads_hash, sizeof hash) != 0)
			return at_fault(d, &k->list[i].row,
			        i == 0 ? "a case from before it was rewritten or taken out since"
			               : "a case that changed between the one before it and this "
			                 "was rewritten or taken out since");
	}
	return ERR_OK;
}

int64_t
checkpoints_upto(const struct checkpoints *k)
{
	return k->n > 0 ? k->list[k->n - 1].row.event_id : 0;
}

void
checkpoints_free(struct checkpoints *k)
{
	if (k == NULL)
		return;
	free(k->list);
	free(k);
}
