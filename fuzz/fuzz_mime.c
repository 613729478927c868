/* Any bytes as a message: taken apart within the bounds, described in bytes that read back as the
 * same message, its extents within the parts file. The first byte is the flags. */
#include "mail/mime/mime.h"
#include "mail/mime/parse.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);
int LLVMFuzzerInitialize(int *argc, char ***argv);
const char *__lsan_default_suppressions(void);

/* libytnef forgets what a damaged file names twice; a worker, which ends after sixteen messages,
 * outlives that. */
const char *
__lsan_default_suppressions(void)
{
	return "leak:libytnef";
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	mail_parse_start();
	return 0;
}

static void
within(struct mail_extent e, uint64_t end)
{
	if (e.at > end || e.n > end - e.at)
		abort();
}

static void
check(struct arena *a, const struct mail_message *m, uint64_t end)
{
	struct buf packed, again;
	struct mail_message back;
	struct cursor c;

	for (size_t i = 0; i < m->parts_n; i++)
		within(m->parts[i].bytes, end);
	for (size_t i = 0; i < m->pgp_n; i++) {
		within(m->pgp[i].bytes, end);
		within(m->pgp[i].signature, end);
	}
	buf_init(&packed, MAIL_PACKED_MAX);
	buf_init(&again, MAIL_PACKED_MAX);
	mail_message_pack(&packed, m);
	c = (struct cursor){.rest = buf_view(&packed)};
	if (packed.full || !mail_message_unpack(a, &c, &back) || !cursor_done(&c))
		abort();
	mail_message_pack(&again, &back);
	if (!str_eq(buf_view(&packed), buf_view(&again)))
		abort();
	buf_clear(&packed);
	buf_clear(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *a = arena_new(2 * MAIL_ARENA_BYTES);
	int raw = memfd_create("raw", MFD_CLOEXEC), parts = memfd_create("parts", MFD_CLOEXEC);
	struct mail_message m;
	uint64_t end;

	if (raw < 0 || parts < 0)
		abort();
	if (n > 0) {
		if (pwrite(raw, p + 1, n - 1, 0) != (ssize_t)(n - 1) ||
		        mail_parse(a, raw, parts, p[0] & MIME_FLAGS, &m, &end) != ERR_OK)
			abort();
		check(a, &m, end);
	}
	close(raw);
	close(parts);
	arena_free(a);
	return 0;
}
