/* Reading a backup, and those it builds on, into a tree. */
#ifndef VDPD_CLI_ADMIN_RESTORE_UNPACK_H
#define VDPD_CLI_ADMIN_RESTORE_UNPACK_H

#include "cli/admin/tree.h"
#include "seal/backup.h"

struct unpack_request {
	const char *file;  /* the backup */
	const char *bases; /* folder of the backups that it builds on; NULL: beside it */
	const struct key *secret;
	bool rehearse; /* blobs are read and compared, but not written */
	bool quiet;
};

struct unpacked {
	unsigned char id[BACKUP_ID_BYTES];
	int64_t made_at_utc_s;
	bool storage_key;
	size_t backups_n; /* that were read: it and its bases */
	size_t blobs_n;   /* that rows of the database name */
	size_t missing_n; /* of these: were not there when the backup was made */
	size_t damaged_n; /* of these: were damaged by then */
};

/* Unpacks into TREE, whose folders must be there: the files, the databases (brought to this
 * program's version), and the blobs, each compared with the hash in its row. With D: ERR_SYNTAX,
 * ERR_UNSUPPORTED, ERR_AUTH, ERR_FORGED as seal/backup.h; ERR_NOT_FOUND: a base is missing;
 * ERR_FULL, ERR_IO, ERR_STORE. */
enum err restore_unpack(struct arena *a, const struct unpack_request *q, struct tree *tree,
        struct unpacked *out, struct diag *d) MUST_CHECK;

#endif
