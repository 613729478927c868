/* After an erasing: unlinks the blobs, and empties the WAL, in which pages still show what was
 * overwritten in the database. */
#include "jobs/jobs.h"
#include "store/retention_store.h"
#include "store/tx.h"

enum { AT_ONCE = 256 };

static enum err
scrubbed(struct db *db, void *ctx)
{
	return scrub_done(db, *(int64_t *)ctx);
}

static enum err
unlink_all(struct jobs *j, const struct scrub_row *rows, size_t n)
{
	enum err e = ERR_OK;

	for (size_t i = 0; i < n && (e == ERR_OK || e == ERR_NOT_FOUND); i++) {
		struct blob_id id;

		if (rows[i].blob.n != sizeof id.b)
			continue;
		memcpy(id.b, rows[i].blob.p, sizeof id.b);
		e = blob_unlink(j->supervisor, &id);
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err
job_scrub(struct arena *a, struct jobs *j, int64_t now, size_t *done)
{
	struct scrub_row *rows;
	size_t n;
	enum err e = scrub_list(a, j->db, AT_ONCE, &rows, &n);

	(void)now;
	if (e != ERR_OK || n == 0)
		return e;
	e = unlink_all(j, rows, n);
	/* Only then is it done: while a backup reads, the WAL stays, and this comes again. */
	if (e == ERR_OK)
		e = db_empty_wal(j->db);
	if (e == ERR_OK)
		e = tx_run(j->db, scrubbed, &rows[n - 1].id);
	if (e == ERR_OK)
		*done = n;
	return e;
}
