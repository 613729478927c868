/* Messages that are made to hurt, through workers with their real limits: each is described, with a
 * note of what was left out; and the memory that a large one takes. */
#include "unit.h"

#include "mail/mime/worker.h"
#include "mail_fixture.h"

#include <signal.h>
#include <sodium.h>
#include <sys/resource.h>

#define HEAD "From: Ada <ada@b.example>\r\nDate: Mon, 5 Jan 2026 10:00:00 +0100\r\nSubject: s\r\n"

/* FIRST, then PIECE N times ("%d" in it is its number), then LAST, into a file: nothing of it stays
 * in memory. */
static int
made(const char *first, const char *piece, unsigned n, const char *last)
{
	int fd = memfd_create("test", MFD_CLOEXEC);
	FILE *f = fdopen(dup(fd), "w");

	assert_non_null(f);
	fputs(first, f);
	for (unsigned i = 0; i < n; i++) {
		const char *number = strstr(piece, "%d");

		if (number == NULL)
			fputs(piece, f);
		else
			fprintf(f, "%.*s%u%s", (int)(number - piece), piece, i, number + 2);
	}
	fputs(last, f);
	assert_int_equal(fclose(f), 0);
	return fd;
}

struct hurtful {
	const char *name, *first, *piece;
	unsigned n;
	const char *last;
	const char *subject;
	uint32_t notes; /* those that must be there */
	size_t parts_min;
};

#define NOTE(n)  (1u << MAIL_NOTE_##n)
#define MIXED(b) "Content-Type: multipart/mixed; boundary=" b "\r\n\r\n"

static const struct hurtful hurtfuls[] = {
        {"a thousand messages deep", "", HEAD "Content-Type: message/rfc822\r\n\r\n", 1000,
                "Subject: in\r\n\r\nhi\r\n", "s", NOTE(TOO_DEEP), 50},
        {"a hundred thousand parts", HEAD MIXED("x"),
                "--x\r\nContent-Disposition: attachment; filename=f%d\r\n\r\nhello\r\n", 100000,
                "--x--\r\n", "s", NOTE(PARTS_CUT), MAIL_PARTS_MAX},
        {"the same, by a boundary in pieces",
                HEAD "Content-Type: multipart/mixed; boundary*0=x; boundary*1=y\r\n\r\n",
                "--xy\r\n\r\nhello\r\n", 100000, "--xy--\r\n", "s", NOTE(PARTS_CUT),
                MAIL_PARTS_MAX},
        {"a header of 10 MiB, one line", "X-Long: ", "aaaaaaaaaaaaaaaa", 655360,
                "\r\n" HEAD "\r\nhello\r\n", "s", NOTE(HEADERS_CUT), 1},
        {"a header of 10 MiB, many lines", HEAD, "A%d: b\r\n", 900000,
                "Subject: t\r\n\r\nhello\r\n", "s", NOTE(HEADERS_CUT), 1},
        {"a part's header of 10 MiB", HEAD MIXED("x") "--x\r\n", "A: b\r\n", 1700000,
                "\r\nhello\r\n--x--\r\n", "s", 0, 0},
        {"a name in a hundred thousand pieces", HEAD "Content-Type: text/plain",
                ";\r\n name*%d*=%41", 30000, "\r\n\r\nhello\r\n", "s", 0, 1},
        {"encoded words without end", HEAD "X-Words:", " =?utf-8?q?a?=", 60000, "\r\n\r\nhello\r\n",
                "s", 0, 1},
        {"groups in groups", HEAD "To: ", "g:", 20000, "a@b.example;\r\n\r\nhello\r\n", "s", 0, 1},
        {"comments in comments", HEAD "Cc: ", "(", 60000, "a@b.example\r\n\r\nhello\r\n", "s", 0,
                1},
        {"HTML beyond reason", HEAD "Content-Type: text/html\r\n\r\n", "<div><b>", 500000, "", "s",
                NOTE(TEXT_CUT), 1},
        {"HTML of attributes", HEAD "Content-Type: text/html\r\n\r\n<p ", "a=b ", 500000, ">hello",
                "s", 0, 1},
        {"HTML of quotes", HEAD "Content-Type: text/html\r\n\r\n", "<blockquote>x", 999, "", "s", 0,
                1},
        {"report without end",
                HEAD "Content-Type: multipart/report; report-type=delivery-status; boundary=x"
                     "\r\n\r\n--x\r\nContent-Type: message/delivery-status\r\n",
                "\r\nFinal-Recipient: rfc822; a%d@b\r\nAction: failed\r\n", 5000, "--x--\r\n", "s",
                NOTE(LIST_CUT), 1},
        {"reports without end",
                HEAD "Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n"
                     "\r\n",
                "--x\r\nContent-Type: message/delivery-status\r\n\r\nAction: failed\r\n", 1000,
                "--x--\r\n", "s", NOTE(PARTS_CUT), MAIL_PARTS_MAX},
        {"keys without end", HEAD "\r\n",
                "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n-----END PGP PUBLIC KEY BLOCK-----\n",
                20000, "", "s", NOTE(PARTS_CUT), 1},
        {"armor that never ends", HEAD "\r\n", "-----BEGIN PGP MESSAGE-----\n", 100000, "", "s", 0,
                1},
        {"more than is taken", HEAD "\r\n", "hello world, hello world, hello world.\r\n", 800000,
                "", "s", NOTE(BYTES_CUT) | NOTE(TEXT_CUT), 1},
};

static void
test_hurtful(void **state)
{
	struct mime_state none = {0};
	struct worker_kind kind = mime_worker_kind(&none);

	(void)state;
	for (size_t i = 0; i < sizeof hurtfuls / sizeof hurtfuls[0]; i++) {
		const struct hurtful *h = &hurtfuls[i];
		int raw = made(h->first, h->piece, h->n, h->last);
		struct worker *w = worker_fork(&kind, ROLE_COURIER);
		struct taken t = {
		        .a = arena_new(2 * MAIL_ARENA_BYTES), .parts = memory_file(STR(""))};

		assert_int_equal(mime_parse(t.a, w, raw, t.parts, 0, &t.m, 120000), ERR_OK);
		same(h->name, "subject", t.m.subject, h->subject);
		if ((t.m.notes & h->notes) != h->notes || t.m.parts_n < h->parts_min)
			fail_msg("%s: %zu parts, %.*s", h->name, t.m.parts_n,
			        STR_ARG(taken_notes(&t)));
		worker_free(w);
		taken_clear(&t);
		close(raw);
	}
}

/* Multiparts within each other: the innermost is kept as it is. */
static void
test_depth(void **state)
{
	struct mime_state none = {0};
	struct worker_kind kind = mime_worker_kind(&none);
	struct worker *w = worker_fork(&kind, ROLE_COURIER);
	struct taken t = {.a = arena_new(2 * MAIL_ARENA_BYTES), .parts = memory_file(STR(""))};
	struct buf b;
	int raw;

	(void)state;
	buf_init(&b, 4 << 20);
	buf_z(&b, HEAD);
	for (int i = 0; i < 1000; i++)
		buf_fmt(&b, "Content-Type: multipart/mixed; boundary=b%d.\r\n\r\n--b%d.\r\n", i, i);
	buf_z(&b, "\r\nmiddle\r\n");
	for (int i = 1000; i-- > 0;)
		buf_fmt(&b, "--b%d.--\r\n", i);
	raw = memory_file(buf_view(&b));
	assert_int_equal(mime_parse(t.a, w, raw, t.parts, 0, &t.m, 60000), ERR_OK);
	assert_true((t.m.notes & NOTE(TOO_DEEP)) != 0);
	assert_int_equal(t.m.parts_n, 1);
	t.parts_end = UINT64_MAX;
	assert_true(str_contains(taken_bytes(&t, t.m.parts[0].bytes), STR("middle")));
	worker_free(w);
	taken_clear(&t);
	buf_clear(&b);
	close(raw);
}

/* ---- Memory ---- */

#ifdef VDPD_ASAN
enum { GROWTH_MAX_KIB = 512 << 10 }; /* its quarantine */
#else
enum { GROWTH_MAX_KIB = 8 << 10 };
#endif

/* How far a process's memory grows that takes RAW apart, in KiB. */
static long
growth(int raw)
{
	int parts = memory_file(STR("")), pipes[2];
	long kib = -1;
	pid_t pid;

	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	if (pid == 0) {
		struct arena *a = arena_new(MAIL_ARENA_BYTES);
		struct rusage before, after;
		struct mail_message m;
		uint64_t end;

		getrusage(RUSAGE_SELF, &before);
		if (mail_parse(a, raw, parts, 0, &m, &end) != ERR_OK)
			_exit(1);
		getrusage(RUSAGE_SELF, &after);
		kib = after.ru_maxrss - before.ru_maxrss;
		_exit(write(pipes[1], &kib, sizeof kib) == sizeof kib ? 0 : 1);
	}
	assert_int_equal(read(pipes[0], &kib, sizeof kib), sizeof kib);
	close(pipes[0]);
	close(pipes[1]);
	close(parts);
	return kib;
}

static void
test_memory(void **state)
{
	static const struct {
		const char *name, *first, *piece, *last;
	} larges[] = {
	        {"an attachment in base64",
	                HEAD MIXED(
	                        "x") "--x\r\n\r\nhello\r\n--x\r\nContent-Type: application/zip\r\n"
	                             "Content-Transfer-Encoding: base64\r\n\r\n",
	                "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5\r\n",
	                "--x--\r\n"},
	        {"an attachment as it is", HEAD "Content-Type: application/zip; name=a.zip\r\n\r\n",
	                "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5\r\n",
	                ""},
	        {"a forwarded one",
	                HEAD "Content-Type: message/rfc822\r\n\r\n" HEAD
	                     "Content-Type: application/zip; name=a.zip\r\n\r\n",
	                "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5\r\n",
	                ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof larges / sizeof larges[0]; i++) {
		int raw = made(larges[i].first, larges[i].piece, 370000, larges[i].last);
		long kib = growth(raw);

		print_message("25 MiB, %s: %ld KiB\n", larges[i].name, kib);
		assert_true(lseek(raw, 0, SEEK_END) > (24 << 20));
		assert_true(kib < GROWTH_MAX_KIB);
		close(raw);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_hurtful),
	        cmocka_unit_test(test_depth),
	        cmocka_unit_test(test_memory),
	};

	if (sodium_init() < 0)
		return 1;
	signal(SIGCHLD, SIG_IGN);
	mail_parse_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
