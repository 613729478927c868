/* Hashes over the heads of chains. */
#include "act/checkpoint.h"

static void
add_i64(struct checkpoint_hash *h, int64_t v)
{
	unsigned char b[8];

	for (size_t i = 0; i < sizeof b; i++)
		b[i] = (unsigned char)((uint64_t)v >> 8 * i);
	crypto_generichash_update(&h->stretch, b, sizeof b);
}

void
checkpoint_hash_begin(struct checkpoint_hash *h, const struct checkpoint_row *before, int64_t upto)
{
	static const unsigned char label[] = "vdpd checkpoint stretch";

	*h = (struct checkpoint_hash){.upto = upto};
	if (before != NULL) {
		memcpy(h->previous_hash, before->heads_hash, sizeof h->previous_hash);
		h->previous_event = before->event_id;
	}
	crypto_generichash_init(&h->stretch, NULL, 0, 32);
	crypto_generichash_update(&h->stretch, label, sizeof label);
}

void
checkpoint_hash_head(struct checkpoint_hash *h, int64_t case_id, const unsigned char chain_head[32])
{
	add_i64(h, case_id);
	crypto_generichash_update(&h->stretch, chain_head, 32);
}

static void
hash_end(struct checkpoint_hash *h, unsigned char stretch[32], unsigned char heads_hash[32])
{
	crypto_generichash_final(&h->stretch, stretch, 32);
	checkpoint_heads(h->previous_hash, h->previous_event, h->upto, stretch, heads_hash);
}

void
checkpoint_hash_end(struct checkpoint_hash *h, unsigned char heads_hash[32])
{
	unsigned char stretch[32];

	hash_end(h, stretch, heads_hash);
}

static void
add_head(void *ctx, const struct event_head *head)
{
	checkpoint_hash_head(ctx, head->case_id, head->chain_head);
}

enum err
checkpoint_next(struct arena *a, struct db *db, struct checkpoint_row *row,
        struct keyd_checkpoint_next *next)
{
	struct checkpoint_row last = {0}, made = {0};
	struct checkpoint_hash hash;
	enum err e = checkpoint_last(a, db, &last);

	if (e == ERR_OK || e == ERR_NOT_FOUND)
		e = event_last_id(db, &made.event_id);
	if (e != ERR_OK)
		return e;
	checkpoint_hash_begin(&hash, &last, made.event_id);
	e = event_heads_each(db, last.event_id, made.event_id, add_head, &hash);
	if (e != ERR_OK)
		return e;
	next->previous_event = last.event_id;
	next->highest_event = made.event_id;
	hash_end(&hash, next->stretch_hash, made.heads_hash);
	*row = made;
	return ERR_OK;
}

enum err
checkpoint_check(const struct programme *pr, const struct checkpoint_row *row)
{
	struct keyd_checkpoint said = {.programme = pr->name, .highest_event = row->event_id};
	struct buf b;
	int good;

	memcpy(said.heads_hash, row->heads_hash, sizeof said.heads_hash);
	buf_init(&b, 1024);
	checkpoint_statement(&said, row->at_utc_s, &b);
	good = crypto_sign_verify_detached(
	        row->signature, (const unsigned char *)b.p, b.n, pr->signing_public);
	buf_clear(&b);
	return good == 0 ? ERR_OK : ERR_FORGED;
}
