/* The key that backups are encrypted to. Its secret half is a text file that belongs off the
 * server: lines "secret: HEX" and "public: HEX", and lines that begin with #. */
#ifndef VDPD_CLI_ADMIN_BACKUP_KEY_H
#define VDPD_CLI_ADMIN_BACKUP_KEY_H

#include "seal/backup.h"

/* A new key; the text of its file in A, its public half. */
struct str backup_key_new(struct arena *a, int64_t now, unsigned char out[BACKUP_PUBLIC_BYTES]);

/* The secret half in the file PATH. ERR_INVALID, ERR_IO with D. Wipe it. */
enum err backup_key_secret(
        struct arena *a, const char *path, struct key *out, struct diag *d) MUST_CHECK;
/* The public half that GIVEN is (64 hex digits), or that stands in the file of that name. */
enum err backup_key_public(struct arena *a, const char *given,
        unsigned char out[BACKUP_PUBLIC_BYTES], struct diag *d) MUST_CHECK;

#endif
