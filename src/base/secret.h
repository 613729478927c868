/* Keys. A struct key on the stack is wiped by its owner with key_wipe; what lives as long as the
 * process is a struct key made by key_new: guarded pages, not dumpable, wiped at the end
 * (libsodium's sodium_malloc). */
#ifndef VDPD_BASE_SECRET_H
#define VDPD_BASE_SECRET_H

#include "base/str.h"

enum { KEY_BYTES = 32 };

struct key {
	unsigned char b[KEY_BYTES];
};

/* A zeroed key in guarded memory. Aborts without memory. */
struct key *key_new(void);
void key_free(struct key *k); /* NULL allowed */
void key_wipe(struct key *k);
void key_random(struct key *k);

/* OUT = BLAKE2b-256 keyed with K over LABEL, a NUL, and DATA: a sub-key for one purpose. LABEL
 * names the purpose and is unique in the program. */
void key_derive(const struct key *k, const char *label, struct str data, struct key *out);

/* Equal in constant time. */
bool secret_eq(const void *a, const void *b, size_t n);

/* Reads exactly 32 bytes from FD, from its start, into K; ERR_INVALID if the file is of another
 * size. */
enum err key_read(int fd, struct key *k) MUST_CHECK;

#endif
