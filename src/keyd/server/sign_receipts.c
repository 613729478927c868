/* Receipts: a case number, keyd's own time, a signature. The numbers are taken in one commit for
 * the whole batch, before anything is signed. */
#include "keyd/server/call.h"

#include "base/time.h"
#include "case/number.h"
#include "keyd/store/counter_store.h"
#include "proc/control.h"
#include "seal/receipt.h"

enum { PUBLIC_EARLIER_S = HOUR_S };

static bool
prefix_plain(struct str s)
{
	return number_plain(s) && s.n <= KEYD_PREFIX_MAX && str_find(s, '-', 0) == SIZE_MAX;
}

static bool
programme_plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7F)
			return false;
	return s.n > 0;
}

static bool
wanted_plain(const struct call *c, const struct keyd_receipt_wanted *w)
{
	bool by_hand = request_peer(c->request)->role == ROLE_DESK;

	/* Who faces the world may have taken a while, but it may not date a report back. */
	if (w->received_at < 0 || w->received_at > c->now ||
	        (w->received_at != 0 && !by_hand && c->now - w->received_at > PUBLIC_EARLIER_S))
		return false;
	return programme_plain(w->programme) && prefix_plain(w->prefix);
}

struct numbers {
	const struct keyd_sign_receipts *q;
	int year;
	int64_t number[KEYD_RECEIPTS_MAX];
};

/* Items of one prefix that follow on each other take their numbers at once. */
static enum err
take_tx(struct db *db, void *ctx)
{
	struct numbers *t = ctx;

	for (size_t i = 0, end; i < t->q->n; i = end) {
		int64_t last;
		enum err e;

		end = i + 1;
		while (end < t->q->n && str_eq(t->q->items[end].prefix, t->q->items[i].prefix))
			end++;
		e = counter_take(db, t->q->items[i].prefix, t->year, end - i, &last);
		if (e != ERR_OK)
			return e;
		for (size_t k = i; k < end; k++)
			t->number[k] = last - (int64_t)(end - 1 - k);
	}
	return ERR_OK;
}

static void
sign_one(struct call *c, const struct keyd_receipt_wanted *w, int year, int64_t number,
        struct keyd_receipt *out)
{
	struct receipt_facts f = {
	        .programme = w->programme,
	        .case_number = case_number_str(c->a, w->prefix, year, number),
	        .received_utc_s = w->received_at != 0 ? w->received_at : c->now,
	        .signed_utc_s = c->now,
	};

	memcpy(f.content_sha256, w->content_sha256, sizeof f.content_sha256);
	memcpy(f.policy_sha256, w->policy_sha256, sizeof f.policy_sha256);
	memcpy(f.case_key, w->case_key, sizeof f.case_key);
	*out = (struct keyd_receipt){
	        .case_number = f.case_number,
	        .year = year,
	        .number = number,
	        .received_at = f.received_utc_s,
	        .signed_at = f.signed_utc_s,
	};
	receipt_sign(c->k->secrets->signing_secret, &f, out->signature);
}

enum err
handle_sign_receipts(struct call *c)
{
	const struct keyd_sign_receipts *q = c->in;
	struct keyd_receipts *out = c->out;
	struct numbers taken = {.q = q};
	struct keyd_receipt *items = ARENA_ARRAY(c->a, KEYD_RECEIPTS_MAX, struct keyd_receipt);
	enum err e;

	if (q->n == 0)
		return ERR_INVALID;
	for (size_t i = 0; i < q->n; i++)
		if (!wanted_plain(c, &q->items[i]))
			return ERR_INVALID;
	time_date(c->now, &taken.year, NULL, NULL);
	e = tx_run(c->k->store.db, take_tx, &taken);
	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < q->n; i++)
		sign_one(c, &q->items[i], taken.year, taken.number[i], &items[i]);
	*out = (struct keyd_receipts){items, q->n};
	return ERR_OK;
}
