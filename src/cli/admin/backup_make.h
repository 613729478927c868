/* The content of a backup, read from an instance that may be running.
 *
 * Both databases are copied as they were at one instant: the lock of the main database's writers is
 * held for the moment in which a read transaction is begun on each, and what these see is read
 * while everybody writes on: of the main database by its own file, if nothing of it was left in the
 * WAL then (SQLite leaves the file alone while such a transaction lasts), otherwise by a copy.
 * Either order alone would be wrong. keyd gives a case number before the case is committed, so a
 * counter copied first could be behind the cases, and a number be given twice. And it remembers a
 * checkpoint before that is written down, so that a main database copied first could be behind what
 * keyd has signed, which is what a rewritten one looks like. With no writer in between, the
 * counters are at the cases or ahead of them (a gap), and the last checkpoint covers no event that
 * is not there.
 *
 * What waits in keyd's reserve is read before: it then follows on keyd.db's log, or stands in it.
 * A blob is durable before a row names it and never changes, so that blobs are read last. One that
 * is not there any more, because its case was erased meanwhile, is noted as gone. */
#ifndef VDPD_CLI_ADMIN_BACKUP_MAKE_H
#define VDPD_CLI_ADMIN_BACKUP_MAKE_H

#include "seal/backup.h"

struct backup_request {
	const char *dir;
	int out_fd;
	const unsigned char *recipient; /* NULL: vdpd.yaml names it */
	bool storage_key;               /* put keys/storage.key into it */
	int base_fd;                    /* a backup whose blobs are not copied again; -1: none */
	const char *base_name;          /* what its file is called */
	bool quiet;
};

struct backup_made {
	unsigned char id[BACKUP_ID_BYTES];
	unsigned char recipient[BACKUP_PUBLIC_BYTES];
	int64_t made_at_utc_s;
	size_t blobs_n; /* that rows name, of them: */
	size_t in_base_n, copied_n, missing_n, damaged_n;
	uint64_t bytes;                   /* of the file */
	unsigned char storage_public[32]; /* of the storage key that opens its cases */
};

/* Makes it. Changes the working directory and gives root up for the instance's owner, so it is done
 * in a process of its own. With D: ERR_FULL, ERR_IO, ERR_STORE; what is wrong with the request. */
enum err backup_make(
        const struct backup_request *q, struct backup_made *out, struct diag *d) MUST_CHECK;

#endif
