/* The reserve: records of u32 length, hash, packed entry, one behind the other from the start of a
 * file that is never made longer; a length of zero ends them. */
#include "base/secret.h"
#include "keyd/store/log_link.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { RECORD_HEAD = 4 + LOG_HASH_BYTES };

struct log_reserve {
	int fd;
	size_t used; /* bytes of whole records */
	struct log_head tail;
};

static enum err
write_at(int fd, const char *p, size_t n, size_t at)
{
	while (n > 0) {
		ssize_t done = pwrite(fd, p, n, (off_t)at);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return errno == ENOSPC || errno == EDQUOT || errno == EFBIG ? ERR_FULL
			                                                            : ERR_IO;
		p += done;
		at += (size_t)done;
		n -= (size_t)done;
	}
	return ERR_OK;
}

/* Zeroes are written, not only allocated: writing over blocks that hold data needs no new ones. */
static enum err
zero(int fd, size_t n)
{
	static const char zeroes[4096];
	enum err e = ERR_OK;

	for (size_t at = 0; e == ERR_OK && at < n; at += sizeof zeroes)
		e = write_at(fd, zeroes, sizeof zeroes, at);
	return e != ERR_OK ? e : fdatasync(fd) == 0 ? ERR_OK : ERR_IO;
}

enum err
log_reserve_create(int dirfd, const char *name)
{
	int fd = openat(dirfd, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	enum err e;

	if (fd < 0)
		return ERR_IO;
	e = zero(fd, LOG_RESERVE_BYTES);
	close(fd);
	return e;
}

/* The record at C, if it is whole; its texts are slices of what C reads. */
static bool
record_read(struct cursor *c, struct keyd_log_entry *e, unsigned char hash[LOG_HASH_BYTES])
{
	struct cursor in;
	uint32_t n = cursor_u32(c);

	if (n == 0 || n > LOG_ENTRY_PACKED_MAX || c->bad)
		return false;
	cursor_bytes(c, hash, LOG_HASH_BYTES);
	in = (struct cursor){.rest = str_sub(c->rest, 0, n)};
	c->rest = str_sub(c->rest, n, SIZE_MAX);
	*e = (struct keyd_log_entry){.id = (int64_t)cursor_u64(&in)};
	e->at = (int64_t)cursor_u64(&in);
	e->actor = cursor_block(&in, LOG_ENTRY_PACKED_MAX);
	e->action = cursor_block(&in, LOG_ENTRY_PACKED_MAX);
	e->detail = cursor_block(&in, LOG_ENTRY_PACKED_MAX);
	e->cases = cursor_block(&in, LOG_ENTRY_PACKED_MAX);
	return !c->bad && cursor_done(&in) && log_entry_fits(e);
}

static enum err
file_read(int fd, char *p)
{
	size_t n = 0;

	while (n < LOG_RESERVE_BYTES) {
		ssize_t got = pread(fd, p + n, LOG_RESERVE_BYTES - n, (off_t)n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got == 0 ? ERR_INVALID : ERR_IO;
		n += (size_t)got;
	}
	return ERR_OK;
}

/* Whether E is what follows on AT. A record that does not was torn by a crash before its entry was
 * answered for, and counts as the end. */
static bool
follows(const struct log_head *at, const struct keyd_log_entry *e, const unsigned char *hash)
{
	unsigned char want[LOG_HASH_BYTES];

	log_link(at->hash, e, want);
	return e->id == at->id + 1 && memcmp(want, hash, sizeof want) == 0;
}

enum err
log_reserve_open(int fd, struct log_reserve **out)
{
	struct arena *a = arena_new(LOG_RESERVE_BYTES + 64);
	char *p = arena_alloc(a, LOG_RESERVE_BYTES);
	struct log_reserve *r = calloc(1, sizeof *r);
	struct cursor c;
	struct keyd_log_entry entry;
	unsigned char hash[LOG_HASH_BYTES];
	enum err e = r != NULL ? file_read(fd, p) : ERR_IO;

	if (e != ERR_OK) {
		arena_free(a);
		free(r);
		close(fd);
		return e;
	}
	r->fd = fd;
	c = (struct cursor){.rest = str_bytes(p, LOG_RESERVE_BYTES)};
	while (record_read(&c, &entry, hash)) {
		if (r->used > 0 && !follows(&r->tail, &entry, hash))
			break;
		r->used = LOG_RESERVE_BYTES - c.rest.n;
		r->tail.id = entry.id;
		memcpy(r->tail.hash, hash, sizeof hash);
	}
	arena_free(a);
	*out = r;
	return ERR_OK;
}

void
log_reserve_free(struct log_reserve *r)
{
	if (r == NULL)
		return;
	close(r->fd);
	free(r);
}

bool
log_reserve_waiting(const struct log_reserve *r)
{
	return r->used > 0;
}

enum err
log_reserve_append(struct log_reserve *r, struct db *db, struct keyd_log_entry *entry)
{
	struct log_head head = r->tail;
	unsigned char hash[LOG_HASH_BYTES];
	struct buf packed, record;
	enum err e = r->used > 0 ? ERR_OK : log_head_get(db, &head);

	if (e != ERR_OK || !log_entry_fits(entry))
		return e != ERR_OK ? e : ERR_TOO_LARGE;
	entry->id = head.id + 1;
	log_link(head.hash, entry, hash);
	buf_init(&packed, LOG_ENTRY_PACKED_MAX);
	buf_init(&record, RECORD_HEAD + LOG_ENTRY_PACKED_MAX);
	log_entry_pack(entry, &packed);
	buf_u32(&record, (uint32_t)packed.n);
	buf_add(&record, hash, sizeof hash);
	buf_str(&record, buf_view(&packed));
	if (record.n > LOG_RESERVE_BYTES - r->used)
		e = ERR_FULL;
	if (e == ERR_OK)
		e = write_at(r->fd, record.p, record.n, r->used);
	if (e == ERR_OK && fdatasync(r->fd) != 0)
		e = ERR_IO;
	if (e == ERR_OK) {
		r->used += record.n;
		r->tail.id = entry->id;
		memcpy(r->tail.hash, hash, sizeof hash);
	}
	buf_clear(&packed);
	buf_clear(&record);
	return e;
}

struct flush {
	const struct log_reserve *r;
	struct str bytes;
};

static enum err
flush_tx(struct db *db, void *ctx)
{
	const struct flush *f = ctx;
	struct cursor c = {.rest = str_sub(f->bytes, 0, f->r->used)};
	struct keyd_log_entry entry;
	unsigned char hash[LOG_HASH_BYTES];
	struct log_head at;
	enum err e = log_head_get(db, &at);

	while (e == ERR_OK && c.rest.n > 0) {
		if (!record_read(&c, &entry, hash))
			return ERR_FORGED;
		if (entry.id <= at.id)
			continue; /* a crash came between the commit and the emptying */
		if (!follows(&at, &entry, hash))
			return ERR_FORGED;
		e = log_insert(db, &entry, hash);
		at.id = entry.id;
		memcpy(at.hash, hash, sizeof hash);
	}
	return e;
}

enum err
log_reserve_flush(struct log_reserve *r, struct db *db)
{
	struct arena *a;
	char *p;
	enum err e;

	if (r->used == 0)
		return ERR_OK;
	a = arena_new(LOG_RESERVE_BYTES + 64);
	p = arena_alloc(a, LOG_RESERVE_BYTES);
	e = file_read(r->fd, p);
	if (e == ERR_OK)
		e = tx_run(db, flush_tx, &(struct flush){r, str_bytes(p, LOG_RESERVE_BYTES)});
	if (e == ERR_OK)
		e = zero(r->fd, LOG_RESERVE_BYTES);
	if (e == ERR_OK)
		r->used = 0;
	arena_free(a);
	return e;
}
