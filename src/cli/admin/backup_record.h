/* What an instance remembers of its backups, for `vdpd doctor`: when the last one was made, and of
 * which storage key a copy is kept elsewhere. */
#ifndef VDPD_CLI_ADMIN_BACKUP_RECORD_H
#define VDPD_CLI_ADMIN_BACKUP_RECORD_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct backup_record {
	int64_t made_at; /* the last backup; 0: none */
	int64_t key_at;  /* a copy of a storage key was put by; 0: never */
	bool key_holds;  /* that key is the one of now */
};

/* Each on the instance that was entered. ERR_IO, ERR_INVALID with D. */
enum err backup_record_made(int64_t at, struct diag *d) MUST_CHECK;
/* A copy of the storage key of now is kept elsewhere. */
enum err backup_record_key(int64_t at, struct diag *d) MUST_CHECK;
/* What is not there, or not understood, counts as never. */
void backup_record_read(struct backup_record *out);

#endif
