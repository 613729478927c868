/* The content of a backup. */
#include "cli/admin/backup_make.h"

#include "base/id.h"
#include "base/time.h"
#include "cli/admin/backup_state.h"
#include "cli/admin/place.h"
#include "cli/admin/progress.h"
#include "proc/instance.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define RESERVE "keys/keyd.reserve"

enum {
	READ_BYTES = 256 * 1024,
	RESERVE_MAX = 1 << 20,
	BLOB_PATH_MAX = 64,
	NICENESS = 10,
	REST_EVERY_BYTES = 1 << 20,
	REST_MAX_MS = 100
};

struct make {
	const struct backup_request *q;
	struct arena *a;
	struct diag *d;
	const struct config *config;
	struct backup_head head;
	struct key index_key;
	struct str reserve; /* keys/keyd.reserve as it was before the databases */
	struct backup_state *state;
	struct backup_index base, index;
	struct backup_writer *w;
	struct progress progress;
	bool served;
	uint64_t since_rest; /* bytes */
	int64_t rested_ms;   /* when it rested last */
	struct public_keys keys;
	int keys_dir; /* locked while it is open */
	struct backup_made made;
	unsigned char piece[READ_BYTES];
};

/* ---- Files ---- */

static enum err
write_failed(struct make *m, enum err e)
{
	return e == ERR_FULL ? diag_set(m->d, e, "make room, or write it elsewhere",
	                               "no room for the backup")
	                     : diag_set(m->d, e, NULL, "the backup cannot be written: %s",
	                               strerror(errno));
}

/* While somebody writes to the database, it rests twice as long as its two threads work, a little
 * at a time. */
static void
make_way(struct make *m, size_t n)
{
	struct timespec pause = {0};
	struct stat wal;
	int64_t now;

	m->since_rest += n;
	if (!m->served || m->since_rest < REST_EVERY_BYTES)
		return;
	m->since_rest = 0;
	now = now_mono_ms();
	if (stat("data/vdpd.db-wal", &wal) == 0 && time(NULL) - wal.st_mtime <= 1) {
		int64_t worked = now - m->rested_ms;

		pause.tv_nsec = (2 * worked < REST_MAX_MS ? 2 * worked : REST_MAX_MS) * 1000000L;
		nanosleep(&pause, NULL);
	}
	m->rested_ms = now_mono_ms();
}

/* Puts the SIZE bytes of FD into the entry that was begun; HASH may be NULL. */
static enum err
put_file(struct make *m, int fd, uint64_t size, crypto_generichash_state *hash, const char *name)
{
	enum err e = ERR_OK;

	while (e == ERR_OK && size > 0) {
		size_t want = size < sizeof m->piece ? (size_t)size : sizeof m->piece;
		ssize_t n = read(fd, m->piece, want);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return diag_set(m->d, ERR_IO, "run it again", "%s: %s", name,
			        n < 0 ? strerror(errno) : "became shorter while it was read");
		if (hash != NULL)
			crypto_generichash_update(hash, m->piece, (size_t)n);
		e = backup_put(m->w, str_bytes(m->piece, (size_t)n));
		size -= (uint64_t)n;
		progress_add(&m->progress, (uint64_t)n);
		make_way(m, (size_t)n);
	}
	return e == ERR_OK ? ERR_OK : write_failed(m, e);
}

static enum err
add_open(struct make *m, const char *name, int fd, uint64_t size)
{
	enum err e = backup_begin(m->w, BACKUP_FILE, str_of(name), size);

	if (e != ERR_OK)
		return write_failed(m, e);
	return put_file(m, fd, size, NULL, name);
}

static enum err
add_path(struct make *m, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	enum err e;

	if (fd < 0 || fstat(fd, &st) != 0)
		e = diag_set(m->d, ERR_IO, NULL, "%s: %s", path, strerror(errno));
	else
		e = add_open(m, path, fd, (uint64_t)st.st_size);
	if (fd >= 0)
		close(fd);
	return e;
}

static bool
is_wanted(const struct make *m, const char *path)
{
	struct str s = str_of(path);

	if (str_starts(s, STR("keys/storage.key")))
		return m->q->storage_key;
	/* The database and its reserve come by themselves, and their companions not at all. */
	return !str_starts(s, STR("keys/keyd.db")) && !str_eq(s, STR(RESERVE));
}

static enum err
add_files(struct make *m)
{
	char yaml[] = "vdpd.yaml", programmes[] = "programmes", keys[] = "keys";
	char *roots[] = {yaml, programmes, keys, NULL};
	FTS *walk = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, NULL);
	enum err e = walk != NULL ? ERR_OK : diag_set(m->d, ERR_IO, NULL, "%s", strerror(errno));
	const FTSENT *entry;

	while (e == ERR_OK && (entry = fts_read(walk)) != NULL) {
		if (entry->fts_info == FTS_F && is_wanted(m, entry->fts_path))
			e = add_path(m, entry->fts_path);
		else if (entry->fts_info == FTS_ERR || entry->fts_info == FTS_DNR ||
		         entry->fts_info == FTS_NS)
			e = diag_set(m->d, ERR_IO, "`vdpd doctor` tells more", "%s: %s",
			        entry->fts_path, strerror(entry->fts_errno));
	}
	if (walk != NULL)
		fts_close(walk);
	return e;
}

static enum err
add_reserve(struct make *m)
{
	enum err e = backup_begin(m->w, BACKUP_FILE, STR(RESERVE), m->reserve.n);

	if (e == ERR_OK)
		e = backup_put(m->w, m->reserve);
	return e == ERR_OK ? ERR_OK : write_failed(m, e);
}

/* ---- Blobs ---- */

static void
blob_path(const unsigned char id[BACKUP_BLOB_BYTES], char out[BLOB_PATH_MAX])
{
	char hex[2 * BACKUP_BLOB_BYTES + 1];

	sodium_bin2hex(hex, sizeof hex, id, BACKUP_BLOB_BYTES);
	snprintf(out, BLOB_PATH_MAX, "data/blobs/%.2s/%s", hex, hex);
}

static enum err
add_gone(struct make *m, const struct state_blob *b, const char *path)
{
	enum err e = backup_begin(m->w, BACKUP_GONE, str_bytes(b->id, sizeof b->id), 0);
	bool named = true;

	if (e != ERR_OK)
		return write_failed(m, e);
	/* Erased while the backup was made: as it should be. */
	if (state_blob_named(m->state, b->id, &named) == ERR_OK && !named)
		return ERR_OK;
	m->made.missing_n++;
	progress_end(&m->progress);
	fprintf(stderr, "%s is not there: `vdpd doctor` tells whose it is\n", path);
	return ERR_OK;
}

static enum err
add_blob(struct make *m, const struct state_blob *b)
{
	unsigned char have[sizeof b->hash];
	crypto_generichash_state hash;
	char path[BLOB_PATH_MAX];
	struct stat st;
	enum err e;
	int fd;

	blob_path(b->id, path);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT)
		return add_gone(m, b, path);
	if (fd < 0 || fstat(fd, &st) != 0)
		return diag_set(m->d, ERR_IO, NULL, "%s: %s", path, strerror(errno));
	crypto_generichash_init(&hash, NULL, 0, sizeof have);
	e = backup_begin(m->w, BACKUP_BLOB, str_bytes(b->id, sizeof b->id), (uint64_t)st.st_size);
	e = e == ERR_OK ? put_file(m, fd, (uint64_t)st.st_size, &hash, path) : write_failed(m, e);
	close(fd);
	if (e != ERR_OK)
		return e;
	crypto_generichash_final(&hash, have, sizeof have);
	m->made.copied_n++;
	if (memcmp(have, b->hash, sizeof have) == 0)
		return ERR_OK;
	m->made.damaged_n++;
	progress_end(&m->progress);
	fprintf(stderr, "%s is damaged, and is so in the backup: restore it from an earlier one\n",
	        path);
	return ERR_OK;
}

static enum err
add_blobs(struct make *m)
{
	const struct backup_state *s = m->state;
	enum err e = ERR_OK;

	for (size_t i = 0; i < s->blobs_n && e == ERR_OK; i++) {
		if (backup_index_has(&m->base, s->blobs[i].id))
			m->made.in_base_n++;
		else
			e = add_blob(m, &s->blobs[i]);
	}
	m->made.blobs_n = s->blobs_n;
	return e;
}

/* What this backup has, by itself or by its base; the bytes that are to be copied. */
static uint64_t
index_make(struct make *m)
{
	const struct backup_state *s = m->state;
	char path[BLOB_PATH_MAX];
	uint64_t bytes = 0;

	m->index.id = calloc(s->blobs_n + 1, BACKUP_BLOB_BYTES);
	if (m->index.id == NULL)
		abort();
	for (size_t i = 0; i < s->blobs_n; i++) {
		bool in_base = backup_index_has(&m->base, s->blobs[i].id);

		blob_path(s->blobs[i].id, path);
		if (!in_base && access(path, F_OK) != 0)
			continue;
		memcpy(m->index.id[m->index.n++], s->blobs[i].id, BACKUP_BLOB_BYTES);
		if (!in_base)
			bytes += (uint64_t)s->blobs[i].size_bytes;
	}
	backup_index_sort(&m->index);
	return bytes;
}

/* ---- All of it ---- */

static enum err
read_index_key(struct make *m)
{
	struct key server = {0};
	int fd = open("keys/server.key", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	enum err e = fd >= 0 ? key_read(fd, &server) : ERR_IO;

	if (fd >= 0)
		close(fd);
	if (e != ERR_OK)
		return diag_set(m->d, e, "restore it from the backup of the keys",
		        "keys/server.key is missing or damaged");
	key_derive(&server, "backup index", STR(""), &m->index_key);
	key_wipe(&server);
	return ERR_OK;
}

/* The storage key and what is sealed to it must be of one time: see admin_rekey.c. */
static enum err
hold_keys(struct make *m)
{
	int fd = open("keys", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	m->keys_dir = fd;
	if (access("keys/storage.key.next", F_OK) == 0)
		return diag_set(m->d, ERR_STATE, "run `vdpd rekey -C DIR` again",
		        "a change of the storage key was cut off");
	if (fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) == 0)
		return ERR_OK;
	return errno == EWOULDBLOCK ? diag_set(m->d, ERR_BUSY, "wait for it, and run this again",
	                                      "the storage key is being changed")
	                            : diag_set(m->d, ERR_IO, NULL, "keys: %s", strerror(errno));
}

static enum err
choose_recipient(struct make *m)
{
	if (m->q->recipient != NULL) {
		memcpy(m->head.recipient, m->q->recipient, sizeof m->head.recipient);
		return ERR_OK;
	}
	if (m->config->backup_key.n == 0)
		return diag_set(m->d, ERR_INVALID,
		        "make a key with `vdpd backup-key create FILE`, keep FILE elsewhere, and "
		        "put the line that it prints into vdpd.yaml, or give it with --to",
		        "there is no key to encrypt the backup to");
	return hex_parse(m->config->backup_key, m->head.recipient, sizeof m->head.recipient);
}

static enum err
read_base(struct make *m)
{
	struct backup_head base;
	enum err e;

	if (m->q->base_fd < 0)
		return ERR_OK;
	e = backup_read_index(m->a, m->q->base_fd, &m->index_key, &base, &m->base, m->d);
	if (e != ERR_OK) {
		snprintf(m->d->file, sizeof m->d->file, "%.120s", m->q->base_name);
		return e;
	}
	memcpy(m->head.base_id, base.id, sizeof base.id);
	m->head.base_name = str_of(m->q->base_name);
	return ERR_OK;
}

/* Whoever sends a report comes first, at the processor and at the disk. A kernel or disk that does
 * not know of that is as good as one that does nothing. */
static void
give_way(void)
{
	(void)!nice(NICENESS);
	(void)syscall(SYS_ioprio_set, 1 /* this process */, 0, 3 << 13 /* idle */);
}

static enum err
prepare(struct make *m)
{
	enum err e = place_enter(m->a, m->q->dir, &m->config, m->d);

	m->served = e == ERR_OK && place_is_served();
	if (m->served)
		give_way();
	m->rested_ms = now_mono_ms();
	if (e == ERR_OK)
		e = hold_keys(m);
	if (e == ERR_OK)
		e = read_index_key(m);
	if (e == ERR_OK)
		e = place_public_keys(&m->keys, m->d);
	if (e == ERR_OK)
		e = choose_recipient(m);
	if (e == ERR_OK)
		e = read_base(m);
	if (e == ERR_OK)
		e = instance_read(m->a, RESERVE, RESERVE_MAX, &m->reserve, m->d);
	if (e == ERR_OK)
		e = state_take(&m->state, m->d);
	if (e != ERR_OK)
		return e;
	m->head.made_at_utc_s = m->state->at_utc_s;
	m->head.storage_key = m->q->storage_key;
	m->head.programme = m->config->programme;
	random_bytes(m->head.id, sizeof m->head.id);
	return ERR_OK;
}

static enum err
write_out(struct make *m)
{
	struct backup_state *s = m->state;
	uint64_t blob_bytes = index_make(m);
	struct stat st;
	enum err e = backup_writer_new(m->q->out_fd, &m->head, &m->index_key, &m->index, &m->w);

	if (e == ERR_INVALID)
		return diag_set(m->d, e, "give what `vdpd backup-key create` printed",
		        "the backup key is not a key");
	if (e != ERR_OK)
		return write_failed(m, e);
	progress_begin(
	        &m->progress, "backup", s->main_bytes + s->keyd_bytes + blob_bytes, m->q->quiet);
	e = add_files(m);
	if (e == ERR_OK)
		e = add_reserve(m);
	if (e == ERR_OK)
		e = add_open(m, "data/vdpd.db", s->main_fd, s->main_bytes);
	if (e == ERR_OK)
		e = add_open(m, "keys/keyd.db", s->keyd_fd, s->keyd_bytes);
	state_release(s);
	if (e == ERR_OK)
		e = add_blobs(m);
	progress_end(&m->progress);
	if (e != ERR_OK)
		return e;
	e = backup_finish(m->w);
	if (e != ERR_OK || fstat(m->q->out_fd, &st) != 0)
		return write_failed(m, e != ERR_OK ? e : ERR_IO);
	m->made.bytes = (uint64_t)st.st_size;
	return ERR_OK;
}

enum err
backup_make(const struct backup_request *q, struct backup_made *out, struct diag *d)
{
	struct make *m = calloc(1, sizeof *m);
	enum err e;

	if (m == NULL)
		abort();
	m->q = q;
	m->keys_dir = -1;
	m->d = d;
	m->a = arena_new(CONFIG_ARENA_BYTES + RESERVE_MAX);
	e = prepare(m);
	if (e == ERR_OK)
		e = write_out(m);
	if (e == ERR_OK) {
		memcpy(m->made.id, m->head.id, sizeof m->made.id);
		memcpy(m->made.recipient, m->head.recipient, sizeof m->made.recipient);
		memcpy(m->made.storage_public, m->keys.storage, sizeof m->made.storage_public);
		m->made.made_at_utc_s = m->head.made_at_utc_s;
		*out = m->made;
	}
	if (m->keys_dir >= 0)
		close(m->keys_dir);
	backup_writer_free(m->w);
	state_free(m->state);
	backup_index_clear(&m->base);
	backup_index_clear(&m->index);
	arena_free(m->a);
	sodium_memzero(m, sizeof *m);
	free(m);
	return e;
}
