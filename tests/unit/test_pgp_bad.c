/* Messages and keys that must not be believed: cut, changed, unprotected, bombs; keys that are
 * revoked, expired, or not for encryption. */
#include "pgp_peers.h"

#include "base/time.h"

#include <nettle/aes.h>
#include <nettle/cfb.h>

#define SECRET_TEXT "the secret of the report\n"

enum { BLOCK = AES_BLOCK_SIZE, MAX = 1 << 20 };

static struct pgp *us;
static char our_key[PGP_FINGERPRINT_MAX];

static int
setup(void **state)
{
	struct str key;

	peers_setup(state);
	assert_int_equal(pgp_new(now_utc_s(), &us), ERR_OK);
	assert_int_equal(pgp_generate(us, STR("Team <t@example.org>"), 86400, our_key), ERR_OK);
	assert_int_equal(pgp_export_public(peers_arena, us, our_key, true, &key), ERR_OK);
	peers_put("ours.asc", key);
	RUN(GPG "--import ours.asc");
	return 0;
}

static int
teardown(void **state)
{
	pgp_free(us);
	return peers_teardown(state);
}

static struct str
message(const char *options)
{
	peers_put("plain", STR(SECRET_TEXT));
	RUN(GPG "%s -r %s -o m --encrypt plain", options, our_key);
	return peers_get("m");
}

static enum pgp_trouble
trouble_of(struct str m)
{
	struct pgp_signature sig;
	struct str text;
	enum pgp_trouble t = peers_decrypt(us, m, MAX, &text, &sig);

	if (t != PGP_FINE)
		assert_int_equal(text.n, 0);
	return t;
}

/* Whatever byte of the message is changed, and wherever it is cut: nothing of it comes out. */
static void
test_changed_and_cut(void **state)
{
	struct str m = message("--compress-algo none");
	struct str armored = message("--armor");
	char *copy = arena_alloc(peers_arena, m.n);
	struct pgp_signature sig;
	struct str text;
	size_t fine = 0;

	(void)state;
	assert_int_equal(trouble_of(m), PGP_FINE);
	for (size_t i = 0; i < m.n; i++) {
		memcpy(copy, m.p, m.n);
		copy[i] = (char)(copy[i] ^ 0x20);
		/* A changed key id, or an unread bit, may still open; then with the same text. */
		if (peers_decrypt(us, str_bytes(copy, m.n), MAX, &text, &sig) == PGP_FINE) {
			assert_true(str_eq(text, STR(SECRET_TEXT)));
			fine++;
		} else {
			assert_int_equal(text.n, 0);
		}
		assert_int_not_equal(trouble_of(str_sub(m, 0, i)), PGP_FINE);
	}
	assert_true(fine < 16);
	memcpy(copy, m.p, m.n);
	copy[m.n - 5] ^= 1;
	assert_int_equal(trouble_of(str_bytes(copy, m.n)), PGP_DAMAGED);
	assert_int_equal(trouble_of(str_sub(m, 0, m.n - 3)), PGP_DAMAGED);
	assert_int_equal(trouble_of(armored), PGP_FINE);
	assert_int_not_equal(trouble_of(str_sub(armored, 0, armored.n / 2)), PGP_FINE);
}

/* The public-key packet at the front of M, header included. */
static size_t
first_packet(struct str m)
{
	unsigned char tag = (unsigned char)m.p[0], two = (unsigned char)m.p[1];

	if ((tag & 0x40) != 0)
		return 2 + (size_t)two;
	return (tag & 3) == 0 ? 2 + (size_t)two : 3 + ((size_t)two << 8 | (unsigned char)m.p[2]);
}

/* RFC 4880 section 5.7: the literal packet in OpenPGP's CFB with its resynchronisation, under the
 * session key of gpg's own message, without any protection. */
static struct str
unprotected(struct str m, const unsigned char key[32])
{
	static const char literal[] = "\xCB\x1F"
	                              "b\0\0\0\0\0" SECRET_TEXT;
	unsigned char prefix[BLOCK + 2] = "0123456789abcdef", iv[BLOCK] = {0}, out[256];
	struct aes256_ctx aes;
	struct buf b;
	struct str made;
	size_t n = sizeof literal - 1;

	prefix[BLOCK] = prefix[BLOCK - 2];
	prefix[BLOCK + 1] = prefix[BLOCK - 1];
	aes256_set_encrypt_key(&aes, key);
	cfb_encrypt(
	        &aes, (nettle_cipher_func *)aes256_encrypt, BLOCK, iv, sizeof prefix, out, prefix);
	memcpy(iv, out + 2, BLOCK);
	cfb_encrypt(&aes, (nettle_cipher_func *)aes256_encrypt, BLOCK, iv, n, out + sizeof prefix,
	        (const unsigned char *)literal);
	buf_init(&b, 4096);
	buf_add(&b, m.p, first_packet(m));
	buf_u8(&b, 0xC9);
	buf_u8(&b, (uint8_t)(sizeof prefix + n));
	buf_add(&b, out, sizeof prefix + n);
	made = str_dup(peers_arena, buf_view(&b));
	buf_clear(&b);
	return made;
}

static void
test_unprotected(void **state)
{
	struct str m = message("--compress-algo none --cipher-algo AES256"), line, made, hex = {0};
	char *stripped;
	size_t at;

	(void)state;
	/* gpg has no secret key here, so the session key comes from one of its own. */
	RUN(GPG "--quick-gen-key u@example.org rsa2048 sign,cert 1d");
	RUN(GPG "--list-keys --with-colons u@example.org | awk -F: '/^fpr/{print $10; exit}' >fpr");
	RUN(GPG "--quick-add-key $(cat fpr) rsa2048 encr 1d");
	RUN(GPG "--cipher-algo AES256 --compress-algo none -r u@example.org -r %s -o m --encrypt "
	        "plain",
	        our_key);
	RUN(GPG "--show-session-key -o out --decrypt m 2>&1 | sed -n \"s/.*session key: "
	        "'9:\\(.*\\)'/\\1/p\" >sk");
	m = peers_get("m");
	line = str_trim(peers_get("sk"));
	assert_int_equal(line.n, 64);
	hex = line;
	unsigned char key[32];
	assert_int_equal(hex_parse(hex, key, sizeof key), ERR_OK);
	/* Our packet is the second. */
	at = first_packet(m);
	made = unprotected(str_sub(m, at, m.n), key);
	assert_int_equal(trouble_of(made), PGP_UNPROTECTED);

	/* The protected packet renamed to an unprotected one, its version and MDC taken off. */
	m = message("--compress-algo none");
	at = first_packet(m);
	stripped = str_dup(peers_arena, m).p != NULL ? arena_alloc(peers_arena, m.n) : NULL;
	memcpy(stripped, m.p, at);
	assert_int_equal((unsigned char)m.p[at] & 0x7F, 0x52);
	stripped[at] = (char)0xC9;
	stripped[at + 1] = (char)((unsigned char)m.p[at + 1] - 1 - 22);
	memcpy(stripped + at + 2, m.p + at + 3, m.n - at - 3 - 22);
	assert_int_not_equal(trouble_of(str_bytes(stripped, m.n - 1 - 22)), PGP_FINE);
}

static void
test_bombs(void **state)
{
	(void)state;
	RUN("head -c 50000000 /dev/zero >zeros");
	RUN(GPG "--compress-algo bzip2 -z 9 -r %s -o bomb --encrypt zeros", our_key);
	assert_int_equal(trouble_of(peers_get("bomb")), PGP_TOO_LARGE);
	RUN("head -c %d zeros >fits && " GPG "--compress-algo zlib -r %s -o m --encrypt fits",
	        (int)MAX, our_key);
	assert_int_equal(trouble_of(peers_get("m")), PGP_FINE);
	/* A bomb in a bomb: what gpg compressed is compressed again. */
	RUN(GPG "-z 9 -o inner --store zeros; " GPG "-z 9 -r %s -o bomb --encrypt inner", our_key);
	assert_true(peers_get("bomb").n < 200000);
	(void)trouble_of(peers_get("bomb"));
}

static void
test_not_for_us(void **state)
{
	static const struct {
		struct str text;
		enum pgp_trouble trouble;
	} cases[] = {
	        {{"", 0}, PGP_MALFORMED},
	        {{"hello\n", 6}, PGP_MALFORMED},
	        {{"-----BEGIN PGP MESSAGE-----\n\n", 29}, PGP_MALFORMED},
	        {{"\xC1\xFF\xFF\xFF\xFF\xFF", 6}, PGP_MALFORMED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(trouble_of(cases[i].text), cases[i].trouble);
	peers_put("plain", STR(SECRET_TEXT));
	RUN(GPG "--quick-gen-key other@example.org ed25519 sign,cert 1d");
	RUN(GPG "--list-keys --with-colons other@example.org | awk -F: '/^fpr/{print $10; exit}' "
	        ">fpr");
	RUN(GPG "--quick-add-key $(cat fpr) cv25519 encr 1d");
	RUN(GPG "-r other@example.org -o m --encrypt plain");
	assert_int_equal(trouble_of(peers_get("m")), PGP_NOT_FOR_US);
	RUN(GPG "--passphrase x -o m --symmetric plain");
	assert_int_equal(trouble_of(peers_get("m")), PGP_NOT_FOR_US);
	RUN(GPG "-o m --store plain");
	assert_int_equal(trouble_of(peers_get("m")), PGP_NOT_ENCRYPTED);
	RUN(GPG "-u other@example.org -o m --sign plain");
	assert_int_equal(trouble_of(peers_get("m")), PGP_NOT_ENCRYPTED);
	/* The key is named by nobody: tried all the same. */
	RUN(GPG "--hidden-recipient %s -o m --encrypt plain", our_key);
	assert_true(trouble_of(peers_get("m")) == PGP_FINE ||
	            trouble_of(peers_get("m")) == PGP_NOT_FOR_US);
}

/* A signature by nobody we know, or over other text, does not keep the text back and is told. */
static void
test_signatures(void **state)
{
	struct pgp_signature sig;
	struct str text;
	struct buf b;

	(void)state;
	peers_put("plain", STR(SECRET_TEXT));
	RUN(GPG "--quick-gen-key signer@example.org ed25519 sign,cert 1d");
	RUN(GPG "-u signer@example.org -r %s -o m --sign --encrypt plain", our_key);
	assert_int_equal(peers_decrypt(us, peers_get("m"), MAX, &text, &sig), PGP_FINE);
	assert_true(str_eq(text, STR(SECRET_TEXT)));
	assert_int_equal(sig.state, PGP_SIGNED_UNKNOWN_KEY);
	assert_int_not_equal(sig.fingerprint[0], '\0');
	RUN(GPG "-u signer@example.org -o c --clear-sign plain");
	RUN(GPG "--export signer@example.org >signer");
	assert_int_equal(pgp_load(us, peers_get("signer"), false), ERR_OK);
	buf_init(&b, MAX);
	assert_int_equal(pgp_verify_inline(us, peers_get("c"), &b, &sig), ERR_OK);
	assert_int_equal(sig.state, PGP_SIGNED_GOOD);
	RUN("sed -i s/secret/public/ c");
	buf_reset(&b);
	assert_int_equal(pgp_verify_inline(us, peers_get("c"), &b, &sig), ERR_OK);
	assert_int_equal(sig.state, PGP_SIGNED_BAD);
	/* An encrypted message is no signed one, whoever signed it inside. */
	buf_reset(&b);
	assert_int_equal(pgp_verify_inline(us, peers_get("m"), &b, &sig), ERR_SYNTAX);
	assert_int_equal(b.n, 0);
	buf_reset(&b);
	assert_int_equal(pgp_verify_inline(us, STR("no signature\n"), &b, &sig), ERR_SYNTAX);
	assert_int_equal(pgp_verify_detached(us, STR("x"), STR("none"), &sig), ERR_SYNTAX);
	buf_clear(&b);
}

static enum pgp_usable
usable(const char *file, int64_t now)
{
	return peers_only_key(peers_get(file), now).usable;
}

static void
test_keys_judged(void **state)
{
	int64_t now = now_utc_s();
	struct pgp *p;
	struct buf b;
	const char *to;
	struct pgp_key key;

	(void)state;
	RUN(GPG "--quick-gen-key k@example.org ed25519 sign,cert 2d");
	RUN(GPG "--list-keys --with-colons k@example.org | awk -F: '/^fpr/{print $10; exit}' >fpr");
	RUN(GPG "--export $(cat fpr) >signs");
	assert_int_equal(usable("signs", now), PGP_KEY_NO_ENCRYPTION);
	RUN(GPG "--quick-add-key $(cat fpr) cv25519 encr 1d");
	RUN(GPG "--export $(cat fpr) >key");
	assert_int_equal(usable("key", now), PGP_USABLE);
	/* First its part runs out, then itself. */
	assert_int_equal(usable("key", now + 86400 + 3600), PGP_KEY_EXPIRED);
	assert_int_equal(usable("key", now + 3 * 86400), PGP_KEY_EXPIRED);
	RUN("sed 's/^:-----/-----/' openpgp-revocs.d/$(cat fpr).rev >rev && " GPG "--import rev");
	RUN(GPG "--export $(cat fpr) >revoked");
	assert_int_equal(usable("revoked", now), PGP_KEY_REVOKED);
	RUN(GPG "--quick-gen-key weak@example.org rsa1024 sign,cert 1d || true");
	RUN(GPG "--export weak@example.org >weak");
	if (peers_get("weak").n > 0)
		assert_int_equal(usable("weak", now), PGP_KEY_WEAK);

	/* None of them is encrypted to. */
	assert_int_equal(pgp_new(now, &p), ERR_OK);
	assert_int_equal(pgp_load(p, peers_get("revoked"), false), ERR_OK);
	key = peers_only_key(peers_get("revoked"), now);
	to = key.fingerprint;
	buf_init(&b, MAX);
	assert_int_equal(pgp_encrypt(p, STR("x"), &to, 1, NULL, &b), ERR_STATE);
	assert_int_equal(b.n, 0);
	to = "0000000000000000000000000000000000000000";
	assert_int_equal(pgp_encrypt(p, STR("x"), &to, 1, NULL, &b), ERR_NOT_FOUND);
	assert_int_equal(pgp_encrypt(p, STR("x"), &to, 0, NULL, &b), ERR_STATE);
	buf_clear(&b);
	pgp_free(p);
}

static void
test_no_keys(void **state)
{
	struct pgp *p;

	(void)state;
	assert_int_equal(pgp_new(now_utc_s(), &p), ERR_OK);
	assert_int_equal(pgp_load(p, STR(""), false), ERR_SYNTAX);
	assert_int_equal(pgp_load(p, STR("hello"), false), ERR_SYNTAX);
	assert_int_equal(pgp_load(p, peers_get("m"), false), ERR_SYNTAX);
	assert_int_equal(pgp_load(p, str_bytes("x", PGP_KEY_BYTES_MAX + 1), false), ERR_TOO_LARGE);
	pgp_free(p);
}

/* Our own: made, extended, replaced. gpg sees it as we do. */
static void
test_our_key(void **state)
{
	int64_t now = now_utc_s();
	char fingerprint[PGP_FINGERPRINT_MAX];
	struct pgp *p, *later;
	struct pgp_key found[PGP_KEYS_MAX];
	struct str secret, public_half, m;
	struct pgp_signature sig;
	struct str text;
	size_t n;

	(void)state;
	assert_int_equal(pgp_new(now, &p), ERR_OK);
	assert_int_equal(pgp_generate(p, STR("a\nb"), 10, fingerprint), ERR_INVALID);
	assert_int_equal(
	        pgp_generate(p, STR("T\xC3\xA4m <x@example.org>"), 86400, fingerprint), ERR_OK);
	assert_int_equal(pgp_export_secret(peers_arena, p, fingerprint, &secret), ERR_OK);
	pgp_free(p);

	/* Two days later it has run out, until it is extended. */
	assert_int_equal(pgp_new(now + 2 * 86400, &later), ERR_OK);
	assert_int_equal(pgp_load(later, secret, true), ERR_OK);
	assert_int_equal(pgp_keys(peers_arena, later, found, &n), ERR_OK);
	assert_int_equal(n, 1);
	assert_true(found[0].secret);
	assert_int_equal(found[0].usable, PGP_KEY_EXPIRED);
	assert_int_equal(pgp_extend(later, fingerprint, now + 5 * 86400), ERR_OK);
	assert_int_equal(pgp_keys(peers_arena, later, found, &n), ERR_OK);
	assert_int_equal(found[0].usable, PGP_USABLE);
	assert_int_equal(found[0].expires_at, now + 5 * 86400);
	assert_int_equal(pgp_extend(later, fingerprint, now - 1), ERR_INVALID);
	pgp_free(later);

	/* Replaced: nobody writes to it any more, and what was written opens. */
	assert_int_equal(pgp_new(now, &p), ERR_OK);
	assert_int_equal(pgp_load(p, secret, true), ERR_OK);
	assert_int_equal(
	        pgp_export_public(peers_arena, p, fingerprint, true, &public_half), ERR_OK);
	peers_put("before.asc", public_half);
	RUN(GPG "--import before.asc");
	peers_put("plain", STR(SECRET_TEXT));
	RUN(GPG "-r %s -o m --encrypt plain", fingerprint);
	m = peers_get("m");
	assert_int_equal(pgp_revoke(p, fingerprint, true), ERR_OK);
	assert_int_equal(
	        pgp_export_public(peers_arena, p, fingerprint, true, &public_half), ERR_OK);
	peers_put("after.asc", public_half);
	assert_int_equal(peers_only_key(public_half, now).usable, PGP_KEY_REVOKED);
	RUN(GPG "--import after.asc");
	assert_int_not_equal(SHELL(GPG "-r %s -o m --encrypt plain", fingerprint), 0);
	assert_int_equal(peers_decrypt(p, m, MAX, &text, &sig), PGP_FINE);
	assert_true(str_eq(text, STR(SECRET_TEXT)));
	pgp_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_changed_and_cut),
	        cmocka_unit_test(test_unprotected),
	        cmocka_unit_test(test_bombs),
	        cmocka_unit_test(test_not_for_us),
	        cmocka_unit_test(test_signatures),
	        cmocka_unit_test(test_keys_judged),
	        cmocka_unit_test(test_no_keys),
	        cmocka_unit_test(test_our_key),
	};

	return cmocka_run_group_tests_name("pgp_bad", tests, setup, teardown);
}
