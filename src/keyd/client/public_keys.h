/* keys/public.keys: what is public of keyd's keys, for every process that seals or checks. */
#ifndef VDPD_KEYD_CLIENT_PUBLIC_KEYS_H
#define VDPD_KEYD_CLIENT_PUBLIC_KEYS_H

#include "base/err.h"

#include <stddef.h>

struct public_keys {
	unsigned char storage[32]; /* X25519: team wraps and capsules are sealed to it */
	unsigned char signing[32]; /* Ed25519: receipts and checkpoints are checked by it */
};

enum { PUBLIC_KEYS_BYTES = 64 };

/* From the file open at FD: both keys, raw, one behind the other. ERR_IO; ERR_INVALID if it is of
 * another size. */
enum err public_keys_read(int fd, struct public_keys *out) MUST_CHECK;

#endif
