/* Public keys as people keep them in files. */
#ifndef VDPD_CLI_KEY_FILE_H
#define VDPD_CLI_KEY_FILE_H

#include "base/str.h"

enum { PUBLIC_KEY_BYTES = 32, PUBLIC_KEYS_MAX = 16 };

struct public_key_list {
	unsigned char k[PUBLIC_KEYS_MAX][PUBLIC_KEY_BYTES];
	size_t n; /* at least 1 once read */
};

/* Every Ed25519 public key that TEXT may hold: 32 raw bytes; hex or base64; PEM (RFC 8410); the
 * JSON of /api/v1/keys, in which every text that is such a key counts; an instance's
 * keys/public.keys. ERR_INVALID with D if there is none. */
enum err key_file_read(
        struct arena *a, struct str text, struct public_key_list *out, struct diag *d) MUST_CHECK;

#endif
