/* MIME workers, each a fork in its sandbox: messages over the channel, workers that die of them,
 * and plaintexts sealed to the case that keyd signed for and to no other. */
#include "unit.h"

#include "mail/mime/worker.h"
#include "mail_fixture.h"
#include "proc/sandbox.h"
#include "seal/case_keys.h"

#include <signal.h>
#include <sodium.h>

#define HEAD "From: Ada <ada@b.example>\r\nDate: Mon, 5 Jan 2026 10:00:00 +0100\r\nSubject: s\r\n"

enum { PATIENCE_MS = 60000 };

static void
test_parse(void **state)
{
	struct mime_state s = {0};
	struct worker_kind kind = mime_worker_kind(&s);
	struct worker *w = worker_fork(&kind, ROLE_COURIER);
	int parts = memory_file(STR(""));
	int raw =
	        memory_file(STR(HEAD "Content-Type: text/html; charset=koi8-r\r\n\r\n<p>\xF0\xD2"));

	(void)state;
	/* More than one worker's items. */
	for (int i = 0; i < WORKER_ITEMS_MAX + 3; i++) {
		struct arena *a = arena_new(MAIL_ARENA_BYTES);
		struct mail_message m;

		assert_int_equal(mime_parse(a, w, raw, parts, 0, &m, PATIENCE_MS), ERR_OK);
		same("parse", "subject", m.subject, "s");
		same("parse", "text", m.text, "Пр\n");
		arena_free(a);
	}
	/* Only a PGP worker may have something sealed. */
	{
		const struct fds files = {.fd = {raw, parts, parts}, .n = 3};

		assert_int_equal(worker_call(w, MIME_SEAL, NULL, &files, NULL, NULL, PATIENCE_MS),
		        ERR_DENIED);
	}
	worker_free(w);
	close(raw);
	close(parts);
}

/* A nursery as vdpd-mime is one, with all that a message can make its libraries do. */
static pid_t
start_nursery(struct channel_pool *pool)
{
	struct fds fds = {.n = 1};
	int pair[2];
	pid_t pid;

	assert_int_equal(packet_pair(pair), ERR_OK);
	pid = fork();
	if (pid == 0) {
		static const struct sandbox_spec spec = {.may = SANDBOX_FORK | SANDBOX_WORKERS};
		struct mime_state none = {0};
		struct worker_kind kind = mime_worker_kind(&none);
		struct worker_nursery *n = worker_nursery_new(&kind);
		struct channel_server *s =
		        channel_server_new(worker_nursery_requests, worker_nursery_requests_n, n);
		struct diag d;

		signal(SIGCHLD, SIG_DFL);
		close(pair[0]);
		if (sandbox_enter(&spec, &d) != ERR_OK ||
		        channel_server_add(s, pair[1], ROLE_DESK) != ERR_OK)
			_exit(99);
		while (!worker_nursery_spent(n)) {
			if (channel_server_step(s, worker_nursery_wait_ms(n)) != ERR_OK)
				_exit(98);
		}
		_exit(0);
	}
	close(pair[1]);
	fds.fd[0] = pair[0];
	channel_pool_replace(pool, &fds);
	return pid;
}

static const char everything[] =
        HEAD "Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n"
             "Content-Type: text/html; charset=gb2312\r\n\r\n<p>\xC4\xE3\r\n--m\r\n"
             "Content-Type: text/plain; charset=no-such-charset\r\n\r\n\xE4\r\n--m\r\n"
             "Content-Type: message/rfc822\r\n\r\nSubject: =?iso-2022-jp?B?GyRCJCIbKEI=?=\r\n"
             "Date: Mon, 5 Jan 2026 10:00:00 EST\r\n"
             "Content-Type: text/plain; charset=ibm1047\r\n\r\nx\r\n--m\r\n"
             "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"
             "U3ViamVjdDogaW5uZXINCg0KaGkNCg==\r\n--m\r\n"
             "Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\nnot one\r\n--m\r\n"
             "Content-Type: application/x-y; name*=x-odd''%E4\r\n"
             "Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 a\r\n#86)C\r\n`\r\n"
             "end\r\n--m--\r\n";

static void
test_nursery(void **state)
{
	struct channel_pool *pool = channel_pool_new();
	pid_t pid = start_nursery(pool);
	struct worker *w = worker_new(pool);
	struct taken t = {.a = arena_new(2 * MAIL_ARENA_BYTES), .parts = memory_file(STR(""))};
	int raw = memory_file(str_bytes(everything, sizeof everything - 1));

	(void)state;
	assert_int_equal(mime_parse(t.a, w, raw, t.parts, 0, &t.m, PATIENCE_MS), ERR_OK);
	same("nursery", "notes", taken_notes(&t), "bad_charset bad_tnef html_only");
	same("nursery", "parts", taken_parts(&t),
	        "+text/html 5|+text/plain 1|+message/rfc822 119|+text/plain 1|+message/rfc822 22|"
	        "+text/plain 4|application/ms-tnef winmail.dat 7|application/x-y 3");
	assert_int_equal(kill(pid, 0), 0);
	worker_free(w);
	taken_clear(&t);
	close(raw);
	channel_pool_free(pool);
	kill(pid, SIGKILL);
}

/* ---- Workers that die ---- */

struct deadly {
	struct request_type real[MIME_REQUESTS], all[MIME_REQUESTS];
	uint32_t survives; /* bits of flags of which one must be there */
};

static enum err
parse_or_die(void *state, struct request *r, struct cursor *in, struct buf *out)
{
	const struct deadly *d = state;
	struct mime_state none = {0};
	struct cursor peek = *in;

	if ((cursor_u32(&peek) & d->survives) == 0)
		_exit(7);
	return d->real[MIME_PARSE].handle(&none, r, in, out);
}

static void
test_death(void **state)
{
	static const struct {
		uint32_t survives;
		const char *subject, *parts, *notes;
	} rows[] = {
	        {MIME_CAREFUL, "s", "text/html 10", ""},
	        {MIME_HEADERS_ONLY, "s", "", "not_read"},
	        {0, "", "", "not_read"},
	};
	int raw = memory_file(STR(HEAD "Content-Type: text/html\r\n\r\n<p>hello\r\n"));

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct mime_state s = {0};
		struct worker_kind kind = mime_worker_kind(&s);
		struct deadly d = {.survives = rows[i].survives};
		struct taken t = {.a = arena_new(2 * MAIL_ARENA_BYTES),
		        .parts = memory_file(STR("what another left"))};
		struct worker *w;

		memcpy(d.real, kind.requests, sizeof d.real);
		d.all[MIME_PARSE] = d.real[MIME_PARSE];
		d.all[MIME_PARSE].handle = parse_or_die;
		kind.requests = d.all;
		kind.state = &d;
		w = worker_fork(&kind, ROLE_COURIER);
		assert_int_equal(mime_parse(t.a, w, raw, t.parts, 0, &t.m, PATIENCE_MS), ERR_OK);
		same("death", "subject", t.m.subject, rows[i].subject);
		same("death", "parts", taken_parts(&t), rows[i].parts);
		same("death", "notes", taken_notes(&t), rows[i].notes);
		worker_free(w);
		taken_clear(&t);
	}
	close(raw);
}

/* ---- Sealing ---- */

struct signer {
	unsigned char public[32], secret[64];
	struct team_keys keys;
	struct mime_seal seal;
	unsigned char signature[RECEIPT_SIGNATURE_BYTES];
};

static void
sign(struct signer *s)
{
	crypto_sign_keypair(s->public, s->secret);
	team_keys_new(&s->keys);
	s->seal = (struct mime_seal){.row = 3,
	        .table = STR("file"),
	        .column = STR("name"),
	        .facts = {.programme = STR("exact.works"),
	                .case_number = STR("EXW-2026-0001"),
	                .received_utc_s = 1767603600,
	                .signed_utc_s = 1767603600},
	        .state = STR("signature: good")};
	randombytes_buf(s->seal.case_uid, CASE_UID_BYTES);
	memcpy(s->seal.facts.case_key, s->keys.pair_public, PAIR_PUBLIC_BYTES);
	receipt_sign(s->secret, &s->seal.facts, s->signature);
	s->seal.signature = str_bytes(s->signature, sizeof s->signature);
}

static enum err
collect(void *ctx, struct str piece)
{
	buf_str(ctx, piece);
	return ERR_OK;
}

static void
open_sealed(struct arena *a, const struct signer *s, struct str sealed, int blob, struct buf *plain,
        unsigned parts_n)
{
	const struct place at = {
	        .table = "file", .column = "name", .case_uid = s->seal.case_uid, .row = 3};
	struct mime_sealed m;
	struct str opened;
	struct cursor c;

	assert_int_equal(
	        pair_open(a, s->keys.pair_public, &s->keys.pair_secret, &at, sealed, &opened),
	        ERR_OK);
	c = (struct cursor){.rest = opened};
	assert_true(mime_sealed_unpack(&c, &m) && cursor_done(&c));
	assert_int_equal(m.parts_n, parts_n);
	assert_int_equal(lseek(blob, 0, SEEK_SET), 0);
	assert_int_equal(
	        blob_read(dup(blob), &m.key, m.blob_id, m.info.hash, collect, plain), ERR_OK);
	assert_int_equal(plain->n, m.info.size_bytes);
}

static void
test_seal(void **state)
{
	struct signer s;
	struct mime_state workers = {.may_seal = true};
	struct worker_kind kind = mime_worker_kind(&workers);
	struct arena *a = arena_new(2 * MAIL_ARENA_BYTES);
	struct worker *w;
	int plain = memory_file(STR("Content-Type: multipart/mixed; boundary=b; hp=cipher\r\n"
	                            "Subject: the true one\r\n\r\n--b\r\n\r\nhello\r\n--b\r\n"
	                            "Content-Type: image/png; name=x.png\r\n\r\nPNG\r\n--b--\r\n"));
	int parts = memory_file(STR("")), blob = memory_file(STR(""));
	struct mail_message m;
	struct str sealed, got_state;
	struct buf bytes;
	uint64_t parts_at;

	(void)state;
	sign(&s);
	memcpy(workers.signing, s.public, sizeof workers.signing);
	w = worker_fork(&kind, ROLE_PGP);
	buf_init(&bytes, 1 << 20);
	assert_int_equal(
	        mime_seal(a, w, plain, parts, blob, &s.seal, &sealed, PATIENCE_MS), ERR_OK);
	open_sealed(a, &s, sealed, blob, &bytes, 2);
	assert_int_equal(mime_blob_head(a, buf_view(&bytes), &got_state, &m, &parts_at), ERR_OK);
	same("seal", "state", got_state, "signature: good");
	same("seal", "subject", m.subject, "the true one");
	same("seal", "text", m.text, "hello\n");
	same("seal", "part", str_sub(buf_view(&bytes), parts_at + m.parts[1].bytes.at, 3), "PNG");
	assert_int_equal(
	        mime_blob_head(a, str_sub(buf_view(&bytes), 0, 50), &got_state, &m, &parts_at),
	        ERR_TOO_LARGE);

	/* Another pair, another case, another time: nothing is sealed to that. */
	s.seal.facts.case_key[0] ^= 1;
	assert_int_equal(
	        mime_seal(a, w, plain, parts, blob, &s.seal, &sealed, PATIENCE_MS), ERR_FORGED);
	s.seal.facts.case_key[0] ^= 1;
	s.seal.facts.case_number = STR("EXW-2026-0002");
	assert_int_equal(
	        mime_seal(a, w, plain, parts, blob, &s.seal, &sealed, PATIENCE_MS), ERR_FORGED);
	assert_int_equal(lseek(blob, 0, SEEK_END), 0);
	worker_free(w);
	buf_clear(&bytes);
	arena_free(a);
	close(plain);
	close(parts);
	close(blob);
}

/* A worker that is there, for a PGP worker, and no other after it. */
static struct worker *
lone_worker(const struct worker_kind *kind)
{
	const struct fds none = {.n = 0};
	int pair[2];

	assert_int_equal(packet_pair(pair), ERR_OK);
	if (fork() == 0)
		worker_main(kind, pair[1], ROLE_PGP, &none);
	close(pair[1]);
	return worker_of(pair[0]);
}

static enum err
seal_or_die(void *state, struct request *r, struct cursor *in, struct buf *out)
{
	struct deadly *d = state;
	struct cursor peek = *in;
	int blob = request_take_fd(r, 2);

	(void)out;
	if ((cursor_u32(&peek) & d->survives) == 0)
		_exit(write(blob, "half a blob", 11) == 11 ? 7 : 8);
	abort();
}

/* A plaintext that kills is sealed by a worker that reads less of it, into a blob that is whole. */
static void
test_seal_after_death(void **state)
{
	struct signer s;
	struct mime_state workers = {.may_seal = true};
	struct worker_kind kind = mime_worker_kind(&workers), bad = kind;
	struct deadly d = {.survives = MIME_CAREFUL};
	struct arena *a = arena_new(2 * MAIL_ARENA_BYTES);
	int plain = memory_file(STR("Subject: s\r\n\r\nhello\r\n"));
	int parts = memory_file(STR("")), blob = memory_file(STR(""));
	struct str sealed;
	struct worker *w;

	(void)state;
	sign(&s);
	memcpy(workers.signing, s.public, sizeof workers.signing);
	memcpy(d.all, kind.requests, sizeof d.all);
	d.all[MIME_SEAL].handle = seal_or_die;
	bad.requests = d.all;
	bad.state = &d;
	/* Without successor it is the message's fault, and who asks goes on with another worker. */
	w = lone_worker(&bad);
	assert_int_equal(
	        mime_seal(a, w, plain, parts, blob, &s.seal, &sealed, PATIENCE_MS), ERR_INVALID);
	worker_free(w);
	assert_int_equal(lseek(blob, 0, SEEK_END), 0);
	w = lone_worker(&kind);
	s.seal.flags = mime_try_flags(1);
	assert_int_equal(
	        mime_seal(a, w, plain, parts, blob, &s.seal, &sealed, PATIENCE_MS), ERR_OK);
	worker_free(w);
	{
		struct buf bytes;

		buf_init(&bytes, 1 << 20);
		open_sealed(a, &s, sealed, blob, &bytes, 1);
		buf_clear(&bytes);
	}
	arena_free(a);
	close(plain);
	close(parts);
	close(blob);
}

/* ---- Bytes that are no packed message ---- */

static void
test_packed(void **state)
{
	struct taken t;
	struct buf b, again;

	(void)state;
	take(STR(HEAD "To: a@b, c@d\r\nReferences: <1@x>\r\nAutocrypt: addr=ada@b.example; "
	              "keydata=mDMEXEcE\r\nContent-Type: multipart/mixed; "
	              "boundary=b\r\n\r\n--b\r\n\r\n"
	              "hello\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nX: y\r\n\r\n"
	              "Action: failed\r\nFinal-Recipient: rfc822; a@b\r\n--b--\r\n"),
	        0, &t);
	buf_init(&b, MAIL_PACKED_MAX);
	buf_init(&again, MAIL_PACKED_MAX);
	mail_message_pack(&b, &t.m);
	for (size_t n = 0; n <= b.n; n++) {
		struct cursor c = {.rest = str_sub(buf_view(&b), 0, n)};
		struct arena *a = arena_new(MAIL_ARENA_BYTES);
		struct mail_message m;
		bool good = mail_message_unpack(a, &c, &m);

		assert_int_equal(good, n == b.n);
		if (good) {
			mail_message_pack(&again, &m);
			assert_true(str_eq(buf_view(&b), buf_view(&again)));
		}
		arena_free(a);
	}
	/* What is changed is read as another message, or not at all. */
	for (size_t at = 0; at < b.n; at++) {
		struct cursor c = {.rest = buf_view(&b)};
		struct arena *a = arena_new(MAIL_ARENA_BYTES);
		struct mail_message m;

		b.p[at] ^= 0x81;
		if (mail_message_unpack(a, &c, &m)) {
			assert_true(m.parts_n <= MAIL_PARTS_MAX);
			assert_true(str_utf8_valid(m.text, NULL));
		}
		b.p[at] ^= 0x81;
		arena_free(a);
	}
	buf_clear(&b);
	buf_clear(&again);
	taken_clear(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_parse),
	        cmocka_unit_test(test_nursery),
	        cmocka_unit_test(test_death),
	        cmocka_unit_test(test_seal),
	        cmocka_unit_test(test_seal_after_death),
	        cmocka_unit_test(test_packed),
	};

	if (sodium_init() < 0)
		return 1;
	signal(SIGCHLD, SIG_IGN);
	mail_parse_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
