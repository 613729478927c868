/* OpenPGP with gpg and sqop, in both directions, for each kind of key. */
#include "pgp_peers.h"

#include "base/time.h"

#define TEXT "A report.\nIt has \xC3\xA4 second line.\n"

static struct pgp *
ring(struct str keys, bool secret)
{
	struct pgp *p;

	assert_int_equal(pgp_new(now_utc_s(), &p), ERR_OK);
	assert_int_equal(pgp_load(p, keys, secret), ERR_OK);
	return p;
}

/* Our own key, made by us; the peers have its public half. */
static struct pgp *
ours(char fingerprint[PGP_FINGERPRINT_MAX])
{
	struct pgp *p;
	struct str key;

	assert_int_equal(pgp_new(now_utc_s(), &p), ERR_OK);
	assert_int_equal(
	        pgp_generate(p, STR("Team <security@example.org>"), 86400, fingerprint), ERR_OK);
	assert_int_equal(pgp_export_public(peers_arena, p, fingerprint, true, &key), ERR_OK);
	peers_put("ours.asc", key);
	RUN(GPG "--import ours.asc");
	return p;
}

struct kind {
	const char *gpg; /* algorithm of --quick-gen-key and of its part */
	const char *part;
	const char *told; /* struct pgp_key's algorithm */
};
static const struct kind kinds[] = {
        {"ed25519", "cv25519", "Ed25519"},
        {"rsa3072", "rsa3072", "RSA 3072"},
        {"rsa4096", "rsa4096", "RSA 4096"},
        {"nistp256", "nistp256", "NIST P-256"},
        {"nistp384", "nistp384", "NIST P-384"},
};

/* gpg writes, we read. */
static void
check_incoming(struct pgp *us, const char *our_key, const char *their_key)
{
	struct pgp_signature sig;
	struct str text;
	struct buf inline_text;

	peers_put("plain", STR(TEXT));
	RUN(GPG "-r %s -u %s -o m1 --armor --sign --encrypt plain", our_key, their_key);
	assert_int_equal(peers_decrypt(us, peers_get("m1"), 1 << 20, &text, &sig), PGP_FINE);
	assert_true(str_eq(text, STR(TEXT)));
	assert_int_equal(sig.state, PGP_SIGNED_GOOD);
	assert_string_equal(sig.fingerprint, their_key);
	RUN(GPG "-r %s -o m2 --encrypt plain", our_key);
	assert_int_equal(peers_decrypt(us, peers_get("m2"), 1 << 20, &text, &sig), PGP_FINE);
	assert_int_equal(sig.state, PGP_SIGNED_NONE);
	RUN(GPG "-u %s -o s1 --detach-sign plain", their_key);
	assert_int_equal(pgp_verify_detached(us, STR(TEXT), peers_get("s1"), &sig), ERR_OK);
	assert_int_equal(sig.state, PGP_SIGNED_GOOD);
	assert_string_equal(sig.fingerprint, their_key);
	assert_int_equal(pgp_verify_detached(us, STR(TEXT "x"), peers_get("s1"), &sig), ERR_OK);
	assert_int_equal(sig.state, PGP_SIGNED_BAD);
	RUN(GPG "-u %s -o s2 --clear-sign plain", their_key);
	buf_init(&inline_text, 1 << 16);
	assert_int_equal(pgp_verify_inline(us, peers_get("s2"), &inline_text, &sig), ERR_OK);
	assert_int_equal(sig.state, PGP_SIGNED_GOOD);
	assert_true(str_starts(buf_view(&inline_text), STR("A report.")));
	buf_clear(&inline_text);
}

/* We write, gpg reads. */
static void
check_outgoing(struct pgp *us, const char *our_key, const char *their_key)
{
	struct buf b;

	buf_init(&b, 1 << 16);
	assert_int_equal(pgp_encrypt(us, STR(TEXT), &their_key, 1, our_key, &b), ERR_OK);
	assert_false(str_contains(buf_view(&b), STR("report")));
	peers_put("m3", buf_view(&b));
	RUN("rm -f out; " GPG "--status-file status -o out --decrypt m3");
	assert_true(str_eq(peers_get("out"), STR(TEXT)));
	RUN("grep -q GOODSIG status");
	RUN("grep -q 'VALIDSIG %s' status", our_key);
	RUN("grep -q GOODMDC status");
	buf_clear(&b);
}

static void
test_gpg(void **state)
{
	char our_key[PGP_FINGERPRINT_MAX];
	struct pgp *us = ours(our_key);

	(void)state;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		const struct kind *k = &kinds[i];
		struct pgp_key key;

		RUN(GPG "--quick-gen-key 'P%zu <p%zu@peer.test>' %s sign,cert 1d", i, i, k->gpg);
		RUN(GPG "--list-keys --with-colons p%zu@peer.test | awk -F: '/^fpr/{print $10; "
		        "exit}' >fpr",
		        i);
		RUN(GPG "--quick-add-key $(cat fpr) %s encr 1d", k->part);
		RUN(GPG "--export --armor $(cat fpr) >their.asc");
		key = peers_only_key(peers_get("their.asc"), now_utc_s());
		assert_string_equal(key.algorithm, k->told);
		assert_int_equal(key.usable, PGP_USABLE);
		assert_int_equal(key.user_ids_n, 1);
		assert_true(str_starts(key.user_ids[0], STR("P")));
		assert_int_equal(pgp_load(us, peers_get("their.asc"), false), ERR_OK);
		check_incoming(us, our_key, key.fingerprint);
		check_outgoing(us, our_key, key.fingerprint);
	}
	pgp_free(us);
}

/* A key of gpg's making opens with us: an operator may bring one. */
static void
test_brought_key(void **state)
{
	struct pgp_signature sig;
	struct pgp_key key;
	struct pgp *us;
	struct str text;

	(void)state;
	RUN(GPG "--quick-gen-key brought@example.org rsa3072 sign,cert 1d");
	RUN(GPG "--list-keys --with-colons brought@example.org | awk -F: '/^fpr/{print $10; exit}' "
	        ">fpr");
	RUN(GPG "--quick-add-key $(cat fpr) rsa3072 encr 1d");
	RUN(GPG "--export-secret-keys brought@example.org >brought");
	key = peers_only_key(peers_get("brought"), now_utc_s());
	us = ring(peers_get("brought"), true);
	peers_put("plain", STR(TEXT));
	RUN(GPG "-r %s -o m4 --encrypt plain", key.fingerprint);
	assert_int_equal(peers_decrypt(us, peers_get("m4"), 1 << 20, &text, &sig), PGP_FINE);
	assert_true(str_eq(text, STR(TEXT)));
	pgp_free(us);
}

static void
test_sqop(void **state)
{
	char our_key[PGP_FINGERPRINT_MAX];
	struct pgp *us = ours(our_key);
	struct pgp_signature sig;
	struct pgp_key key;
	struct str text;
	struct buf b;
	const char *to;

	(void)state;
	RUN("sqop generate-key 'S <s@peer.test>' >s.key && sqop extract-cert <s.key >s.cert");
	key = peers_only_key(peers_get("s.cert"), now_utc_s());
	assert_int_equal(key.usable, PGP_USABLE);
	assert_int_equal(pgp_load(us, peers_get("s.cert"), false), ERR_OK);
	peers_put("plain", STR(TEXT));
	RUN("sqop encrypt --sign-with=s.key ours.asc <plain >m5");
	assert_int_equal(peers_decrypt(us, peers_get("m5"), 1 << 20, &text, &sig), PGP_FINE);
	assert_true(str_eq(text, STR(TEXT)));
	assert_int_equal(sig.state, PGP_SIGNED_GOOD);
	assert_string_equal(sig.fingerprint, key.fingerprint);
	RUN("sqop sign s.key <plain >s5");
	assert_int_equal(pgp_verify_detached(us, STR(TEXT), peers_get("s5"), &sig), ERR_OK);
	assert_int_equal(sig.state, PGP_SIGNED_GOOD);

	buf_init(&b, 1 << 16);
	to = key.fingerprint;
	assert_int_equal(pgp_encrypt(us, STR(TEXT), &to, 1, our_key, &b), ERR_OK);
	peers_put("m6", buf_view(&b));
	RUN("rm -f verified; sqop decrypt --verify-out=verified --verify-with=ours.asc s.key <m6 "
	    ">out");
	assert_true(str_eq(peers_get("out"), STR(TEXT)));
	RUN("grep -q %s verified", our_key);
	buf_reset(&b);
	assert_int_equal(pgp_sign_detached(us, STR(TEXT), our_key, &b), ERR_OK);
	peers_put("s6", buf_view(&b));
	RUN("sqop verify s6 ours.asc <plain");
	RUN(GPG "--verify s6 plain");
	buf_clear(&b);
	pgp_free(us);
}

#define S(literal)                                                                                 \
	{                                                                                          \
		literal, sizeof(literal) - 1                                                       \
	}

/* Clear signatures verify with both; text that would not is refused. */
static void
test_clear(void **state)
{
	static const struct {
		struct str text;
		enum err err;
	} cases[] = {
	        {S("one\n- two\n\nFrom here\n--\n"), ERR_OK},
	        {S("-----BEGIN PGP MESSAGE-----\n"), ERR_OK},
	        {S("nul at the end\0"), ERR_INVALID},
	        {S("nul inside\0\n"), ERR_INVALID},
	        {S("no line end"), ERR_INVALID},
	        {S("space at the end \n"), ERR_INVALID},
	        {S("crlf\r\n"), ERR_INVALID},
	        {S(""), ERR_INVALID},
	};
	char our_key[PGP_FINGERPRINT_MAX];
	struct pgp *us = ours(our_key);
	struct buf b;

	(void)state;
	buf_init(&b, 1 << 16);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		buf_reset(&b);
		assert_int_equal(pgp_sign_clear(us, cases[i].text, our_key, &b), cases[i].err);
		if (cases[i].err != ERR_OK)
			continue;
		peers_put("clear", buf_view(&b));
		RUN(GPG "--verify clear");
		RUN("sqop inline-verify ours.asc <clear >out");
		assert_true(str_starts(
		        peers_get("out"), str_sub(cases[i].text, 0, cases[i].text.n - 1)));
	}
	buf_clear(&b);
	pgp_free(us);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_gpg),
	        cmocka_unit_test(test_brought_key),
	        cmocka_unit_test(test_sqop),
	        cmocka_unit_test(test_clear),
	};

	return cmocka_run_group_tests_name("pgp_peers", tests, peers_setup, peers_teardown);
}
