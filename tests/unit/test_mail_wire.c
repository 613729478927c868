/* What ends a message on the wire, and what does not, however the bytes are cut. */
#include "unit.h"

#include "mail/wire.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static enum err
collect(void *ctx, struct str piece)
{
	buf_str(ctx, piece);
	return ERR_OK;
}

/* SENT in pieces of STEP bytes gives CONTENT, and LEFT stays for the next command. */
static void
try_cut(struct str sent, struct str content, struct str left, size_t step)
{
	struct wire *w = calloc(1, sizeof *w);
	struct buf got;
	enum err sunk;
	int pair[2];

	assert_non_null(w);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	for (size_t at = 0; at < sent.n; at += step) {
		struct str piece = str_sub(sent, at, step);

		assert_int_equal(send(pair[1], piece.p, piece.n, 0), piece.n);
	}
	wire_init(w, pair[0], 1000);
	buf_init(&got, 4096);
	assert_int_equal(wire_bytes(w, SIZE_MAX, 4096, collect, &got, &sunk), ERR_OK);
	assert_int_equal(sunk, ERR_OK);
	if (!str_eq(buf_view(&got), content))
		fail_msg("step %zu: \"%.*s\" gave \"%.*s\"", step, STR_ARG(sent),
		        STR_ARG(buf_view(&got)));
	if (left.n > 0) {
		struct str line;

		assert_int_equal(wire_line(w, &line), ERR_OK);
		assert_true(str_eq(line, left));
	}
	buf_clear(&got);
	wire_clear(w);
	close(pair[0]);
	close(pair[1]);
	free(w);
}

static void
test_content(void **state)
{
	static const struct {
		const char *sent, *content, *left;
	} rows[] = {
	        {".\r\n", "", ""},
	        {"a\r\n.\r\nNOOP\r\n", "a\r\n", "NOOP"},
	        {"..a\r\n.\r\n", ".a\r\n", ""},
	        {"...\r\n..\r\n.\r\n", "..\r\n.\r\n", ""},
	        {".a\r\n.\r\n", "a\r\n", ""},
	        {"a\n.\nb\r\n.\r\n", "a\n.\nb\r\n", ""},
	        {"a\n.\r\nb\r\n.\r\n", "a\n.\r\nb\r\n", ""},
	        {"a\r.\r\nb\r\n.\r\n", "a\r.\r\nb\r\n", ""},
	        {"a\r\n.\nb\r\n.\r\n", "a\r\n\nb\r\n", ""},
	        {"a\r\n.\rb\r\n.\r\n", "a\r\n\rb\r\n", ""},
	        {"a\r\r\n.\r\nQUIT\r\n", "a\r\r\n", "QUIT"},
	        {"\r\n\r\n.\r\n", "\r\n\r\n", ""},
	        {"a\n..b\r\n.\r\n", "a\n..b\r\n", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		for (size_t step = 1; step < 8; step++)
			try_cut(str_of(rows[i].sent), str_of(rows[i].content), str_of(rows[i].left),
			        step);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(test_content)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
