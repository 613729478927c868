/* Blobs of a restored database. */
#include "cli/admin/restore_blobs.h"

#include "cli/admin/backup_state.h"
#include "keyd/store/keyd_set.h"
#include "store/migrate.h"
#include "store/statements.h"

#include <limits.h>
#include <stdlib.h>

enum mark { WANTED, SEEN, GONE };

struct restore_blobs {
	struct state_blob *list; /* in order of id */
	unsigned char *marks;
	size_t n, missing, gone, damaged;
};

static int
by_id(const void *a, const void *b)
{
	return memcmp(((const struct state_blob *)a)->id, ((const struct state_blob *)b)->id,
	        RESTORE_ID_BYTES);
}

static enum err
read_list(const char *dir, struct restore_blobs *b, struct diag *d)
{
	struct db *db;
	enum err e = db_open(dir, &store_set, DB_LAZY, d, &db);

	if (e != ERR_OK)
		return e;
	e = state_blobs(db, &b->list, &b->n, d);
	db_close(db);
	return e;
}

enum err
restore_blobs_new(const char *root, struct restore_blobs **out, struct diag *d)
{
	struct restore_blobs *b = calloc(1, sizeof *b);
	char data[PATH_MAX], keys[PATH_MAX];
	enum err e;

	if (b == NULL)
		abort();
	snprintf(data, sizeof data, "%sdata", root);
	snprintf(keys, sizeof keys, "%skeys", root);
	e = migrate_run(data, &store_set, d);
	if (e == ERR_OK)
		e = migrate_run(keys, &keyd_set, d);
	if (e == ERR_OK)
		e = read_list(data, b, d);
	if (e != ERR_OK) {
		free(b);
		return e;
	}
	if (b->n > 0)
		qsort(b->list, b->n, sizeof *b->list, by_id);
	b->marks = calloc(b->n + 1, 1);
	if (b->marks == NULL)
		abort();
	b->missing = b->n;
	*out = b;
	return ERR_OK;
}

void
restore_blobs_free(struct restore_blobs *b)
{
	if (b == NULL)
		return;
	free(b->list);
	free(b->marks);
	free(b);
}

/* Its place in the list; b->n if it is not named. */
static size_t
find(const struct restore_blobs *b, const unsigned char id[RESTORE_ID_BYTES])
{
	struct state_blob key;
	const struct state_blob *got;

	memcpy(key.id, id, sizeof key.id);
	got = b->n > 0 ? bsearch(&key, b->list, b->n, sizeof *b->list, by_id) : NULL;
	return got != NULL ? (size_t)(got - b->list) : b->n;
}

bool
restore_blobs_wants(const struct restore_blobs *b, const unsigned char id[RESTORE_ID_BYTES])
{
	size_t at = find(b, id);

	return at < b->n && b->marks[at] == WANTED;
}

void
restore_blobs_seen(struct restore_blobs *b, const unsigned char id[RESTORE_ID_BYTES],
        const unsigned char hash[RESTORE_HASH_BYTES])
{
	size_t at = find(b, id);

	if (at == b->n || b->marks[at] != WANTED)
		return;
	b->marks[at] = SEEN;
	b->missing--;
	if (memcmp(b->list[at].hash, hash, RESTORE_HASH_BYTES) != 0)
		b->damaged++;
}

void
restore_blobs_gone(struct restore_blobs *b, const unsigned char id[RESTORE_ID_BYTES])
{
	size_t at = find(b, id);

	if (at == b->n || b->marks[at] != WANTED)
		return;
	b->marks[at] = GONE;
	b->missing--;
	b->gone++;
}

size_t
restore_blobs_count(const struct restore_blobs *b)
{
	return b->n;
}

size_t
restore_blobs_missing(const struct restore_blobs *b)
{
	return b->missing;
}

size_t
restore_blobs_known_gone(const struct restore_blobs *b)
{
	return b->gone;
}

size_t
restore_blobs_damaged(const struct restore_blobs *b)
{
	return b->damaged;
}
