/* SHA-256. */
#include "base/sha256.h"

#include <nettle/sha2.h>

void
sha256_of(struct str data, unsigned char out[32])
{
	struct sha256_ctx ctx;

	sha256_init(&ctx);
	sha256_update(&ctx, data.n, (const uint8_t *)data.p);
	sha256_digest(&ctx, SHA256_DIGEST_SIZE, out);
}
