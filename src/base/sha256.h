/* SHA-256 (FIPS 180-4) of what reporters send, up to many megabytes a second: by nettle, which uses
 * the processor's instructions for it where libsodium does not, for an eighth of the time. */
#ifndef VDPD_BASE_SHA256_H
#define VDPD_BASE_SHA256_H

#include "base/str.h"

/* Of all of DATA. */
void sha256_of(struct str data, unsigned char out[32]);

#endif
