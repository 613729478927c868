/* Both databases as they were at one instant, and the blobs that were named then. Apart from the
 * rest of a backup, since here alone databases are opened. */
#ifndef VDPD_CLI_ADMIN_BACKUP_STATE_H
#define VDPD_CLI_ADMIN_BACKUP_STATE_H

#include "base/str.h"

struct state_blob {
	unsigned char id[16];
	unsigned char hash[32];
	int64_t size_bytes;
};

struct db;

struct backup_state {
	int64_t at_utc_s;
	int main_fd, keyd_fd; /* the files themselves, or copies without a name */
	uint64_t main_bytes, keyd_bytes;
	struct state_blob *blobs;
	size_t blobs_n;
	struct db *main, *keyd;
	bool held; /* read transactions on both */
};

/* Takes it from the instance that was entered (cli/admin/backup_make.h says how). Errors with D. */
enum err state_take(struct backup_state **out, struct diag *d) MUST_CHECK;
/* Once both files are read: lets go of what kept them as they were. */
void state_release(struct backup_state *s);
/* After that. *NAMED: a row names the blob now. */
enum err state_blob_named(
        struct backup_state *s, const unsigned char id[16], bool *named) MUST_CHECK;
void state_free(struct backup_state *s); /* NULL allowed */

/* The blobs that rows of DB name now: *LIST, on the heap, is the caller's. ERR_STORE with D. */
enum err state_blobs(struct db *db, struct state_blob **list, size_t *n, struct diag *d) MUST_CHECK;

#endif
