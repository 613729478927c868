/* seal: the file of a backup. What was written is read; what was changed, by a bit or by a cut, is
 * not. */
#include "unit.h"

#include "seal/backup.h"

#include <sodium.h>
#include <sys/mman.h>
#include <unistd.h>

enum { LARGE = 3 * BACKUP_PIECE_BYTES };

struct made {
	int fd;
	size_t size;
	struct key secret, index_key;
	struct backup_head head;
	unsigned char ids[3][BACKUP_BLOB_BYTES];
};

static const struct {
	enum backup_kind kind;
	const char *name;
	size_t size;
} entries[] = {
        {BACKUP_FILE, "vdpd.yaml", 100},
        {BACKUP_FILE, "programmes/empty", 0},
        /* Ends where a piece of the stream ends, whatever comes before it is small. */
        {BACKUP_FILE, "data/vdpd.db", LARGE},
        {BACKUP_BLOB, "0123456789abcdef", BACKUP_PIECE_BYTES},
        {BACKUP_BLOB, "1123456789abcdef", 1},
        {BACKUP_GONE, "2123456789abcdef", 0},
};
enum { ENTRIES = sizeof entries / sizeof entries[0] };

static unsigned char
byte_of(size_t entry, size_t at)
{
	return (unsigned char)(entry * 7 + at * 31 + (at >> 8));
}

static void
write_entry(struct backup_writer *w, size_t i)
{
	unsigned char piece[1000];
	size_t at = 0;

	assert_int_equal(
	        backup_begin(w, entries[i].kind, str_of(entries[i].name), entries[i].size), ERR_OK);
	while (at < entries[i].size) {
		size_t n =
		        entries[i].size - at < sizeof piece ? entries[i].size - at : sizeof piece;

		for (size_t k = 0; k < n; k++)
			piece[k] = byte_of(i, at + k);
		assert_int_equal(backup_put(w, str_bytes(piece, n)), ERR_OK);
		at += n;
	}
}

static void
make(struct made *m)
{
	struct backup_index index = {m->ids, 3};
	struct backup_writer *w;
	off_t size;

	*m = (struct made){.fd = memfd_create("backup", MFD_CLOEXEC)};
	assert_true(m->fd >= 0);
	key_random(&m->index_key);
	for (int i = 0; i < 3; i++)
		memcpy(m->ids[i], entries[5 - i].name, BACKUP_BLOB_BYTES);
	backup_index_sort(&index);
	m->head = (struct backup_head){.made_at_utc_s = 1767603600,
	        .storage_key = true,
	        .programme = STR("exact.works"),
	        .base_id = "a base",
	        .base_name = STR("monday")};
	randombytes_buf(m->head.id, sizeof m->head.id);
	crypto_box_keypair(m->head.recipient, m->secret.b);
	assert_int_equal(backup_writer_new(m->fd, &m->head, &m->index_key, &index, &w), ERR_OK);
	for (size_t i = 0; i < ENTRIES; i++)
		write_entry(w, i);
	assert_int_equal(backup_finish(w), ERR_OK);
	backup_writer_free(w);
	size = lseek(m->fd, 0, SEEK_END);
	assert_true(size > LARGE);
	m->size = (size_t)size;
}

/* Reads all of FD; CHECK compares the bytes too. */
static enum err
read_all(int fd, const struct key *secret, bool check)
{
	struct backup_reader *r;
	struct backup_entry e;
	struct diag d = {0};
	enum err err = backup_reader_new(fd, secret, &r, &d);
	size_t i = 0;

	if (err != ERR_OK) {
		assert_true(d.what[0] != '\0');
		return err;
	}
	while ((err = backup_next(r, &e)) == ERR_OK && e.kind != BACKUP_END) {
		struct str piece;
		size_t at = 0;

		assert_true(i < ENTRIES);
		assert_int_equal(e.kind, entries[i].kind);
		assert_true(str_eq(e.name, str_of(entries[i].name)));
		while ((err = backup_piece(r, &piece)) == ERR_OK && piece.n > 0) {
			for (size_t k = 0; check && k < piece.n; k++)
				assert_int_equal((unsigned char)piece.p[k], byte_of(i, at + k));
			at += piece.n;
		}
		if (err != ERR_OK)
			break;
		assert_int_equal(at, entries[i].size);
		i++;
	}
	if (err == ERR_OK)
		assert_int_equal(i, ENTRIES);
	backup_reader_free(r);
	return err;
}

static void
test_written_is_read(void **state)
{
	struct made m;
	struct backup_reader *r;
	struct backup_entry e;
	const struct backup_head *h;
	struct diag d = {0};

	(void)state;
	make(&m);
	assert_int_equal(read_all(m.fd, &m.secret, true), ERR_OK);
	assert_int_equal(backup_reader_new(m.fd, &m.secret, &r, &d), ERR_OK);
	h = backup_reader_head(r);
	assert_memory_equal(h->id, m.head.id, sizeof h->id);
	assert_true(h->storage_key && backup_has_base(h));
	assert_int_equal(h->made_at_utc_s, m.head.made_at_utc_s);
	assert_true(str_eq(h->programme, m.head.programme));
	assert_true(str_eq(h->base_name, m.head.base_name));
	/* Entries may be passed over unread. */
	for (size_t i = 0; i < ENTRIES; i++)
		assert_int_equal(backup_next(r, &e), ERR_OK);
	assert_int_equal(backup_next(r, &e), ERR_OK);
	assert_int_equal(e.kind, BACKUP_END);
	assert_int_equal(backup_next(r, &e), ERR_FORGED);
	backup_reader_free(r);
	close(m.fd);
}

static void
test_index(void **state)
{
	struct arena *a = arena_new(65536);
	struct backup_index index;
	struct backup_head head;
	struct diag d = {0};
	struct key other;
	struct made m;

	(void)state;
	make(&m);
	assert_int_equal(backup_read_index(a, m.fd, &m.index_key, &head, &index, &d), ERR_OK);
	assert_int_equal(index.n, 3);
	for (int i = 3; i < 6; i++)
		assert_true(backup_index_has(&index, (const unsigned char *)entries[i].name));
	assert_false(backup_index_has(&index, (const unsigned char *)"3123456789abcdef"));
	assert_memory_equal(head.id, m.head.id, sizeof head.id);
	backup_index_clear(&index);
	assert_false(backup_index_has(&index, (const unsigned char *)entries[3].name));
	key_random(&other);
	assert_int_equal(backup_read_index(a, m.fd, &other, &head, &index, &d), ERR_AUTH);
	assert_int_equal(ftruncate(m.fd, (off_t)m.size - 1), 0);
	assert_int_equal(backup_read_index(a, m.fd, &m.index_key, &head, &index, &d), ERR_SYNTAX);
	close(m.fd);
	arena_free(a);
}

static void
flip(int fd, size_t at)
{
	unsigned char b;

	assert_int_equal(pread(fd, &b, 1, (off_t)at), 1);
	b ^= 16;
	assert_int_equal(pwrite(fd, &b, 1, (off_t)at), 1);
}

/* Every byte of head, first chunk's begin and foot; samples of the rest. */
static void
test_changed(void **state)
{
	struct made m;
	struct key other;

	(void)state;
	make(&m);
	key_random(&other);
	assert_int_equal(read_all(m.fd, &other, false), ERR_AUTH);
	for (size_t at = 0; at < m.size; at += at < 400 || at + 40 > m.size ? 1 : 9973) {
		flip(m.fd, at);
		assert_int_not_equal(read_all(m.fd, &m.secret, false), ERR_OK);
		flip(m.fd, at);
	}
	assert_int_equal(read_all(m.fd, &m.secret, false), ERR_OK);
	flip(m.fd, 12);
	assert_int_equal(read_all(m.fd, &m.secret, false), ERR_UNSUPPORTED);
	flip(m.fd, 12);
	for (size_t n = m.size - 1; n > 0; n = n > 20000 ? n - 9973 : n / 2) {
		assert_int_equal(ftruncate(m.fd, (off_t)n), 0);
		assert_int_equal(read_all(m.fd, &m.secret, false), ERR_SYNTAX);
	}
	close(m.fd);
}

/* A cut that mends the foot's size is found by the stream. */
static void
test_cut_with_foot(void **state)
{
	static const size_t chunk = BACKUP_PIECE_BYTES + 17;
	unsigned char foot[16] = "vdpd end";
	struct made m;

	(void)state;
	make(&m);
	while (m.size > 2 * chunk) {
		m.size -= chunk;
		for (int i = 0; i < 8; i++)
			foot[8 + i] = (unsigned char)((uint64_t)m.size >> (8 * i));
		assert_int_equal(ftruncate(m.fd, (off_t)m.size), 0);
		assert_int_equal(pwrite(m.fd, foot, 16, (off_t)m.size - 16), 16);
		assert_int_equal(read_all(m.fd, &m.secret, false), ERR_FORGED);
	}
	close(m.fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_written_is_read),
	        cmocka_unit_test(test_index),
	        cmocka_unit_test(test_changed),
	        cmocka_unit_test(test_cut_with_foot),
	};

	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
