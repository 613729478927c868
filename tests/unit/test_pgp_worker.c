/* OpenPGP workers as they are: forked, in their sandbox, with a MIME worker behind them. gpg writes
 * to us and reads us; what was decrypted comes out sealed to the case and in no other way. */
#include "pgp_peers.h"

#include "base/time.h"
#include "mail/mime/parse.h"
#include "mail/mime/worker.h"
#include "pgp/worker.h"
#include "seal/case_keys.h"

#include <signal.h>
#include <sodium.h>

#define SUBJECT "a way in"
#define ENTITY                                                                                     \
	"Content-Type: multipart/mixed; boundary=x; protected-headers=\"v1\"\r\n"                  \
	"Subject: " SUBJECT "\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nthe secret words\r\n"  \
	"--x\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; "       \
	"filename=poc.bin\r\n\r\nbytes\r\n--x--\r\n"

static struct pgp_worker ours = {.random_fd = -1};
static char our_key[PGP_FINGERPRINT_MAX];
static struct mime_state mime;
static unsigned char signing_secret[64];
static bool with_mime;

static enum err
before(void *state, enum role_id asker, struct fds *keep)
{
	struct worker_kind kind = mime_worker_kind(&mime);
	struct fds to_mime = {.n = 0};
	int pair[2];

	(void)asker;
	if (with_mime) {
		assert_int_equal(packet_pair(pair), ERR_OK);
		if (fork() == 0)
			worker_main(&kind, pair[1], ROLE_PGP, &(struct fds){.n = 0});
		close(pair[1]);
		to_mime = (struct fds){.fd = {pair[0]}, .n = 1};
	}
	return pgp_worker_keep(state, &to_mime, keep);
}

static void
begin(void *state, const struct fds *kept)
{
	pgp_worker_begin(state, kept);
}

static struct worker *
worker(enum role_id asker)
{
	static struct worker_kind kind;

	kind = pgp_worker_kind(&ours);
	kind.before = before;
	kind.begin = begin;
	with_mime = asker == ROLE_COURIER;
	return worker_fork(&kind, asker);
}

static int
setup(void **state)
{
	struct str key;

	peers_setup(state);
	assert_true(sodium_init() >= 0);
	signal(SIGCHLD, SIG_IGN);
	mail_parse_start();
	crypto_sign_keypair(mime.signing, signing_secret);
	mime.may_seal = true;
	assert_int_equal(pgp_worker_random(&ours), ERR_OK);
	assert_int_equal(pgp_new(now_utc_s(), &ours.ring), ERR_OK);
	assert_int_equal(
	        pgp_generate(ours.ring, STR("Team <t@example.org>"), 86400, our_key), ERR_OK);
	ours.fingerprint = our_key;
	assert_int_equal(pgp_export_public(peers_arena, ours.ring, our_key, true, &key), ERR_OK);
	peers_put("ours.asc", key);
	/* gpg's own children are waited for. */
	signal(SIGCHLD, SIG_DFL);
	RUN(GPG "--import ours.asc");
	RUN(GPG "--quick-gen-key them@example.org ed25519 sign,cert 1d");
	RUN(GPG "--list-keys --with-colons them@example.org | awk -F: '/^fpr/{print $10; exit}' "
	        ">fpr");
	RUN(GPG "--quick-add-key $(cat fpr) cv25519 encr 1d");
	RUN(GPG "--export --armor $(cat fpr) >their.asc");
	return 0;
}

static int
teardown(void **state)
{
	pgp_free(ours.ring);
	return peers_teardown(state);
}

static int
file_of(struct str s)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	assert_int_equal(write(fd, s.p, s.n), s.n);
	return fd;
}

static struct str
bytes_of(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);
	size_t n = size > 0 ? (size_t)size : 0;
	char *p = arena_alloc(peers_arena, n + 1);

	assert_int_equal(pread(fd, p, n, 0), n);
	return str_bytes(p, n);
}

static struct str
their_fingerprint(void)
{
	return str_trim(peers_get("fpr"));
}

/* ---- Decryption ---- */

static struct team_keys team;
static const unsigned char case_uid[CASE_UID_BYTES] = "a case's own uid";

static struct mime_seal
to_case(unsigned char signature[RECEIPT_SIGNATURE_BYTES])
{
	struct mime_seal to = {.row = 1,
	        .table = STR("file"),
	        .column = STR("name"),
	        .facts = {.programme = STR("p"), .case_number = STR("P-2026-0001")},
	        .flags = MIME_DECRYPTED};

	team_keys_new(&team);
	memcpy(to.case_uid, case_uid, sizeof to.case_uid);
	memcpy(to.facts.case_key, team.pair_public, sizeof to.facts.case_key);
	receipt_sign(signing_secret, &to.facts, signature);
	to.signature = str_bytes(signature, RECEIPT_SIGNATURE_BYTES);
	return to;
}

static enum err
collect(void *ctx, struct str piece)
{
	buf_str(ctx, piece);
	return ERR_OK;
}

/* What the team reads: the blob behind SEALED. */
static struct str
opened(struct str sealed, int blob_fd)
{
	const struct place at = {"file", "name", case_uid, 1};
	struct mime_sealed how;
	struct cursor c;
	struct str plain, all;
	struct buf b;

	assert_int_equal(
	        pair_open(peers_arena, team.pair_public, &team.pair_secret, &at, sealed, &plain),
	        ERR_OK);
	c = (struct cursor){.rest = plain};
	assert_true(mime_sealed_unpack(&c, &how));
	buf_init(&b, 1 << 20);
	assert_int_equal(lseek(blob_fd, 0, SEEK_SET), 0);
	assert_int_equal(
	        blob_read(dup(blob_fd), &how.key, how.blob_id, how.info.hash, collect, &b), ERR_OK);
	all = str_dup(peers_arena, buf_view(&b));
	buf_clear(&b);
	return all;
}

static enum err
ask_decrypt(struct worker *w, struct str message, struct str keys, const struct mime_seal *to,
        int blob_fd, enum pgp_trouble *trouble, struct str *sealed)
{
	int file = file_of(message), keys_fd = file_of(keys);
	struct mail_extent all = {0, message.n};
	enum err e =
	        pgp_ask_decrypt(peers_arena, w, file, keys_fd, blob_fd, all, to, trouble, sealed);

	close(file);
	close(keys_fd);
	return e;
}

static void
test_decrypt(void **state)
{
	unsigned char signature[RECEIPT_SIGNATURE_BYTES];
	struct mime_seal to = to_case(signature);
	struct worker *w = worker(ROLE_COURIER);
	struct str message, sealed, all, how_text;
	enum pgp_trouble trouble;
	struct mail_message m;
	struct pgp_how how;
	uint64_t parts_at;
	int blob;

	(void)state;
	peers_put("plain", STR(ENTITY));
	RUN(GPG "-r %s -u them@example.org -o m --armor --sign --encrypt plain", our_key);
	message = peers_get("m");
	for (int i = 0; i < 3; i++) {
		struct str keys = i == 0   ? STR("")
		                  : i == 1 ? STR("no keys")
		                           : peers_get("their.asc");

		blob = memfd_create("blob", MFD_CLOEXEC);
		assert_int_equal(
		        ask_decrypt(w, message, keys, &to, blob, &trouble, &sealed), ERR_OK);
		assert_int_equal(trouble, PGP_FINE);
		assert_false(str_contains(bytes_of(blob), STR("secret words")));
		all = opened(sealed, blob);
		assert_int_equal(
		        mime_blob_head(peers_arena, all, &how_text, &m, &parts_at), ERR_OK);
		assert_true(str_eq(m.subject, STR(SUBJECT)));
		assert_true(str_contains(m.text, STR("the secret words")));
		assert_true(m.protected_headers);
		assert_true(pgp_how_unpack(how_text, &how));
		assert_int_equal(
		        how.signature.state, i < 2 ? PGP_SIGNED_UNKNOWN_KEY : PGP_SIGNED_GOOD);
		if (i == 2)
			assert_true(str_eq(str_of(how.signature.fingerprint), their_fingerprint()));
		close(blob);
	}

	/* Keys that came with one mail say nothing of the next. */
	blob = memfd_create("blob", MFD_CLOEXEC);
	assert_int_equal(ask_decrypt(w, message, STR(""), &to, blob, &trouble, &sealed), ERR_OK);
	assert_int_equal(
	        mime_blob_head(peers_arena, opened(sealed, blob), &how_text, &m, &parts_at),
	        ERR_OK);
	assert_true(pgp_how_unpack(how_text, &how));
	assert_int_equal(how.signature.state, PGP_SIGNED_UNKNOWN_KEY);
	close(blob);

	/* Nothing comes out of what does not hold, nor of what keyd did not sign for. */
	blob = memfd_create("blob", MFD_CLOEXEC);
	assert_int_equal(ask_decrypt(w, str_sub(message, 0, message.n / 2), STR(""), &to, blob,
	                         &trouble, &sealed),
	        ERR_OK);
	assert_int_not_equal(trouble, PGP_FINE);
	assert_int_equal(bytes_of(blob).n, 0);
	signature[3] ^= 1;
	assert_int_equal(
	        ask_decrypt(w, message, STR(""), &to, blob, &trouble, &sealed), ERR_FORGED);
	assert_int_equal(bytes_of(blob).n, 0);
	close(blob);
	worker_free(w);
}

/* Whom decryption is not for gets none. */
static void
test_denied(void **state)
{
	unsigned char signature[RECEIPT_SIGNATURE_BYTES];
	struct mime_seal to = to_case(signature);
	struct worker *w = worker(ROLE_DESK);
	enum pgp_trouble trouble;
	struct str sealed;
	int blob = memfd_create("blob", MFD_CLOEXEC);

	(void)state;
	assert_int_equal(
	        ask_decrypt(w, STR("x"), STR(""), &to, blob, &trouble, &sealed), ERR_DENIED);
	close(blob);
	worker_free(w);
}

/* ---- Keys, signatures, encryption ---- */

static void
test_keys(void **state)
{
	struct worker *w = worker(ROLE_DESK);
	struct pgp_key keys[PGP_KEYS_MAX];
	int fd = file_of(peers_get("their.asc")), none = file_of(STR("-----BEGIN PGP"));
	size_t n;

	(void)state;
	assert_int_equal(pgp_ask_keys(peers_arena, w, fd, keys, &n), ERR_OK);
	assert_int_equal(n, 1);
	assert_true(str_eq(str_of(keys[0].fingerprint), their_fingerprint()));
	assert_int_equal(keys[0].usable, PGP_USABLE);
	assert_true(str_contains(keys[0].user_ids[0], STR("them@example.org")));
	assert_int_equal(pgp_ask_keys(peers_arena, w, none, keys, &n), ERR_NOT_FOUND);
	close(fd);
	close(none);
	worker_free(w);
}

static void
test_verify(void **state)
{
	struct worker *w = worker(ROLE_COURIER);
	struct pgp_signature sig;
	struct str signature, all;
	int file, keys = file_of(peers_get("their.asc"));

	(void)state;
	peers_put("plain", STR("signed\r\n"));
	RUN(GPG "-u them@example.org -o s --detach-sign --armor plain");
	signature = peers_get("s");
	all = str_fmt(peers_arena, "signed\r\n%.*s", STR_ARG(signature));
	file = file_of(all);
	assert_int_equal(pgp_ask_verify(w, file, keys, false, (struct mail_extent){0, 8},
	                         (struct mail_extent){8, signature.n}, &sig),
	        ERR_OK);
	assert_int_equal(sig.state, PGP_SIGNED_GOOD);
	assert_int_equal(pgp_ask_verify(w, file, keys, false, (struct mail_extent){0, 7},
	                         (struct mail_extent){8, signature.n}, &sig),
	        ERR_OK);
	assert_int_equal(sig.state, PGP_SIGNED_BAD);
	assert_int_equal(pgp_ask_verify(w, file, keys, false, (struct mail_extent){0, 8},
	                         (struct mail_extent){1ull << 40, 9}, &sig),
	        ERR_IO);
	assert_int_equal(pgp_ask_verify(w, file, keys, true, (struct mail_extent){0, 8},
	                         (struct mail_extent){0, 0}, &sig),
	        ERR_NOT_FOUND);
	close(file);
	close(keys);
	worker_free(w);
}

static void
test_encrypt(void **state)
{
	struct worker *w = worker(ROLE_DESK);
	int plain = file_of(STR(ENTITY)), keys = file_of(peers_get("their.asc"));
	int out = memfd_create("out", MFD_CLOEXEC);
	const char *to = str_z(peers_arena, their_fingerprint());

	(void)state;
	assert_int_equal(pgp_ask_encrypt(w, plain, keys, out, to), ERR_OK);
	peers_put("answer", bytes_of(out));
	RUN("rm -f out; " GPG "--status-file status -o out --decrypt answer");
	RUN("grep -q 'VALIDSIG %s' status", our_key);
	assert_true(str_eq(peers_get("out"), STR(ENTITY)));
	assert_int_equal(
	        pgp_ask_encrypt(w, plain, keys, out, "0123456789012345678901234567890123456789"),
	        ERR_NOT_FOUND);
	close(plain);
	close(keys);
	close(out);
	worker_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_decrypt),
	        cmocka_unit_test(test_denied),
	        cmocka_unit_test(test_keys),
	        cmocka_unit_test(test_verify),
	        cmocka_unit_test(test_encrypt),
	};

	return cmocka_run_group_tests_name("pgp_worker", tests, setup, teardown);
}
