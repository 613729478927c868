/* Blobs that no row names: of uploads that were broken off, or whose report was refused. An upload
 * that is under way is younger than a day. */
#include "base/time.h"
#include "jobs/jobs.h"
#include "store/file_store.h"

#include <time.h>

static enum err
sweep_one(struct jobs *j, const struct blob_entry *blob, int64_t now, size_t *done)
{
	bool named = true;
	enum err e;

	if (now - blob->changed_utc_s < DAY_S)
		return ERR_OK;
	e = file_blob_named(j->db, blob->id.b, &named);
	if (e != ERR_OK || named)
		return e;
	e = blob_unlink(j->supervisor, &blob->id);
	if (e == ERR_OK)
		++*done;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err
sweep_byte(struct jobs *j, unsigned byte, struct blob_entry *list, int64_t now, size_t *done)
{
	struct blob_id after = {{(unsigned char)byte}};
	size_t n = BLOB_LIST_MAX;
	enum err e = ERR_OK;

	while (e == ERR_OK && n == BLOB_LIST_MAX && !atomic_load(j->stop)) {
		e = blob_list(j->supervisor, &after, list, &n);
		for (size_t i = 0; i < n && e == ERR_OK; i++)
			e = sweep_one(j, &list[i], now, done);
		if (e == ERR_OK && n > 0)
			after = list[n - 1].id;
	}
	return e;
}

enum err
job_sweep(struct arena *a, struct jobs *j, int64_t now, size_t *done)
{
	struct blob_entry *list = ARENA_ARRAY(a, BLOB_LIST_MAX, struct blob_entry);
	enum err e = ERR_OK;

	/* Ages of files are told by the kernel's clock, whatever clock the program is given. */
	(void)now;
	for (unsigned byte = 0; byte < 256 && e == ERR_OK && !atomic_load(j->stop); byte++)
		e = sweep_byte(j, byte, list, (int64_t)time(NULL), done);
	return e;
}
