/* A message taken apart in the test's own process, and what came of it as text to compare with. */
#ifndef VDPD_TESTS_MAIL_FIXTURE_H
#define VDPD_TESTS_MAIL_FIXTURE_H

#include "mail/mime/mime.h"
#include "mail/mime/parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct taken {
	struct arena *a;
	struct mail_message m;
	uint64_t parts_end;
	int parts;
};

static inline int
memory_file(struct str bytes)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	assert_true(fd >= 0);
	for (size_t at = 0; at < bytes.n;) {
		ssize_t n = pwrite(fd, bytes.p + at, bytes.n - at, (off_t)at);

		assert_true(n > 0);
		at += (size_t)n;
	}
	return fd;
}

static inline void
take(struct str raw, uint32_t flags, struct taken *t)
{
	int fd = memory_file(raw);

	t->a = arena_new(2 * MAIL_ARENA_BYTES);
	t->parts = memory_file(STR(""));
	assert_int_equal(mail_parse(t->a, fd, t->parts, flags, &t->m, &t->parts_end), ERR_OK);
	close(fd);
}

static inline void
taken_clear(struct taken *t)
{
	arena_free(t->a);
	close(t->parts);
}

static inline struct str
taken_bytes(struct taken *t, struct mail_extent e)
{
	char *p = arena_alloc(t->a, e.n + 1);

	assert_true(e.at + e.n <= t->parts_end);
	assert_int_equal(pread(t->parts, p, e.n, (off_t)e.at), e.n);
	return (struct str){p, e.n};
}

/* "text/plain 5|image/png a.png 3": type, name, size of each part; '+' before one that was read. */
static inline struct str
taken_parts(struct taken *t)
{
	struct buf b;
	struct str s;

	buf_init(&b, 1 << 20);
	for (size_t i = 0; i < t->m.parts_n; i++) {
		const struct mail_part *p = &t->m.parts[i];

		buf_fmt(&b, "%s%s%.*s%s%.*s %llu", i > 0 ? "|" : "",
		        (p->flags & MAIL_PART_BODY) != 0 ? "+" : "", STR_ARG(p->type),
		        p->name.n > 0 ? " " : "", STR_ARG(p->name), (unsigned long long)p->bytes.n);
	}
	s = str_dup(t->a, buf_view(&b));
	buf_clear(&b);
	return s;
}

/* The names of its notes: "no_from no_date". */
static inline struct str
taken_notes(struct taken *t)
{
	struct buf b;
	struct str s;

	buf_init(&b, 4096);
	for (unsigned i = 0; i < MAIL_NOTE_COUNT; i++) {
		if ((t->m.notes & 1u << i) != 0)
			buf_fmt(&b, "%s%s", b.n > 0 ? " " : "", mail_note_name((enum mail_note)i));
	}
	s = str_dup(t->a, buf_view(&b));
	buf_clear(&b);
	return s;
}

static inline void
same(const char *test, const char *what, struct str got, const char *wanted)
{
	if (!str_eq(got, str_of(wanted)))
		fail_msg("%s: %s is\n\"%.*s\", not\n\"%s\"", test, what, STR_ARG(got), wanted);
}

#endif
