/* The hash chain of a case. */
#include "seal/chain.h"

#include "base/buf.h"

#include <sodium.h>

void
chain_next(const unsigned char previous[CHAIN_BYTES], const struct chain_link *link,
        unsigned char out[CHAIN_BYTES])
{
	crypto_generichash_state st;
	struct buf b;

	buf_init(&b, CHAIN_CLEAR_MAX + 1024);
	buf_add(&b, previous, CHAIN_BYTES);
	buf_add(&b, link->case_uid, CASE_UID_BYTES);
	buf_u64(&b, (uint64_t)link->seq);
	buf_u64(&b, (uint64_t)link->at_utc_s);
	buf_u64(&b, (uint64_t)link->recorded_utc_s);
	buf_block(&b, link->kind);
	buf_block(&b, link->clear);
	buf_block(&b, link->actor);
	buf_u64(&b, (uint64_t)link->sealed_with);
	buf_u64(&b, link->body.n);
	if (b.full)
		abort(); /* clear fields are bounded where they are made */
	crypto_generichash_init(&st, NULL, 0, CHAIN_BYTES);
	crypto_generichash_update(&st, (const unsigned char *)b.p, b.n);
	if (link->body.n > 0)
		crypto_generichash_update(&st, (const unsigned char *)link->body.p, link->body.n);
	crypto_generichash_final(&st, out, CHAIN_BYTES);
	buf_clear(&b);
}
