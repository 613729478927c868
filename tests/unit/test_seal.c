/* seal: what opens, and what must not. */
#include "unit.h"

#include "seal/capsule.h"
#include "seal/chain.h"
#include "seal/receipt.h"
#include "seal/team_wrap.h"

#include <sodium.h>

static const unsigned char uid[CASE_UID_BYTES] = "0123456789abcde";
static const unsigned char other_uid[CASE_UID_BYTES] = "fedcba987654321";

static void
test_field_is_bound_to_its_place(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct key k, wrong;
	struct place at = {"event", "body", uid, 3};
	const struct place elsewhere[] = {
	        {"file", "body", uid, 3},
	        {"event", "note", uid, 3},
	        {"event", "body", other_uid, 3},
	        {"event", "body", uid, 4},
	        {"eventb", "ody", uid, 3},
	};
	struct str sealed, plain;

	(void)state;
	key_random(&k);
	key_random(&wrong);
	sealed = field_seal(a, &k, &at, STR("secret words"));
	assert_int_equal(field_open(a, &k, &at, sealed, &plain), ERR_OK);
	assert_true(str_eq(plain, STR("secret words")));
	assert_int_equal(field_open(a, &wrong, &at, sealed, &plain), ERR_FORGED);
	for (size_t i = 0; i < sizeof elsewhere / sizeof elsewhere[0]; i++)
		assert_int_equal(field_open(a, &k, &elsewhere[i], sealed, &plain), ERR_FORGED);
	for (size_t i = 0; i < sealed.n; i++) {
		char *bent = str_z(a, sealed);

		bent[i] ^= 1;
		assert_int_equal(
		        field_open(a, &k, &at, (struct str){bent, sealed.n}, &plain), ERR_FORGED);
		assert_int_equal(
		        field_open(a, &k, &at, (struct str){sealed.p, i}, &plain), ERR_FORGED);
	}
	arena_free(a);
}

static void
test_wraps(void **state)
{
	struct team_keys k, again;
	struct key code_key, reporter;
	unsigned char rwrap[REPORTER_WRAP_BYTES];
	struct reporter_keys shared;

	(void)state;
	team_keys_new(&k);
	team_keys_from(&k.team, &again);
	assert_memory_equal(&again, &k, sizeof k);

	key_random(&code_key);
	reporter_wrap(&code_key, &k.shared.reporter, uid, rwrap);
	assert_int_equal(
	        reporter_unwrap(&code_key, str_bytes(rwrap, sizeof rwrap), uid, &reporter), ERR_OK);
	reporter_keys_from(&reporter, &shared);
	assert_memory_equal(&shared, &k.shared, sizeof shared);
	assert_int_equal(
	        reporter_unwrap(&code_key, str_bytes(rwrap, sizeof rwrap), other_uid, &reporter),
	        ERR_FORGED);
}

/* A stretch and a half: every wrap opens for itself, and for its case alone. */
static void
test_team_wraps(void **state)
{
	enum { CASES = TEAM_WRAP_STRETCH * 3 / 2 };
	static unsigned char wraps[CASES][TEAM_WRAP_BYTES];
	static struct key teams[CASES];
	unsigned char storage_public[32], other_public[32], box[TEAM_WRAP_BOX_BYTES];
	unsigned char plain[KEY_BYTES + CASE_UID_BYTES];
	struct key storage_secret, other_secret, got;
	struct wrapper *w;

	(void)state;
	crypto_box_keypair(storage_public, storage_secret.b);
	crypto_box_keypair(other_public, other_secret.b);
	w = wrapper_new(storage_public);
	for (size_t i = 0; i < CASES; i++) {
		key_random(&teams[i]);
		team_wrap(w, &teams[i], uid, wraps[i]);
	}
	wrapper_free(w);
	for (size_t i = 0; i < CASES; i++) {
		struct str wrap = str_bytes(wraps[i], TEAM_WRAP_BYTES);

		assert_int_equal(
		        team_unwrap(storage_public, &storage_secret, wrap, uid, &got), ERR_OK);
		assert_memory_equal(&got, &teams[i], sizeof got);
		assert_int_equal(
		        team_unwrap(storage_public, &storage_secret, wrap, other_uid, &got),
		        ERR_FORGED);
		assert_int_equal(
		        team_unwrap(other_public, &other_secret, wrap, uid, &got), ERR_FORGED);
	}
	/* What was sealed with the key of one step does not open with that of another. */
	for (size_t i = 0; i < TEAM_WRAP_BYTES; i++)
		for (unsigned bit = 1; bit < 256; bit *= 2) {
			wraps[3][i] ^= (unsigned char)bit;
			assert_int_equal(team_unwrap(storage_public, &storage_secret,
			                         str_bytes(wraps[3], TEAM_WRAP_BYTES), uid, &got),
			        ERR_FORGED);
			wraps[3][i] ^= (unsigned char)bit;
		}
	for (size_t n = 0; n < TEAM_WRAP_BYTES; n++)
		assert_int_equal(team_unwrap(storage_public, &storage_secret,
		                         str_bytes(wraps[3], n), uid, &got),
		        ERR_FORGED);

	/* A wrap as earlier versions made it. */
	memcpy(plain, teams[0].b, KEY_BYTES);
	memcpy(plain + KEY_BYTES, uid, CASE_UID_BYTES);
	crypto_box_seal(box, plain, sizeof plain, storage_public);
	assert_int_equal(
	        team_unwrap(storage_public, &storage_secret, str_bytes(box, sizeof box), uid, &got),
	        ERR_OK);
	assert_memory_equal(&got, &teams[0], sizeof got);
	assert_int_equal(team_unwrap(storage_public, &storage_secret, str_bytes(box, sizeof box),
	                         other_uid, &got),
	        ERR_FORGED);
}

static void
test_pair_and_capsule(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct team_keys k;
	struct place at = {"event", "body", uid, 7}, there = {"event", "body", uid, 8};
	struct capsule_bond bond = {CAPSULE_CONTACT, uid, 100}, later = {CAPSULE_CONTACT, uid, 99};
	struct contact c = {STR("ana@example.org"), STR("Ana"), STR("")}, got;
	struct str sealed, plain;

	(void)state;
	team_keys_new(&k);
	sealed = pair_seal(a, k.pair_public, &at, STR("added"));
	assert_int_equal(pair_open(a, k.pair_public, &k.pair_secret, &at, sealed, &plain), ERR_OK);
	assert_true(str_eq(plain, STR("added")));
	assert_int_equal(
	        pair_open(a, k.pair_public, &k.pair_secret, &there, sealed, &plain), ERR_FORGED);

	sealed = capsule_seal(a, k.pair_public, &bond, contact_pack(a, &c));
	assert_int_equal(
	        capsule_open(a, k.pair_public, &k.pair_secret, &later, sealed, &plain), ERR_FORGED);
	assert_int_equal(
	        capsule_open(a, k.pair_public, &k.pair_secret, &bond, sealed, &plain), ERR_OK);
	assert_int_equal(contact_unpack(plain, &got), ERR_OK);
	assert_true(str_eq(got.email, c.email) && str_eq(got.name, c.name));
	arena_free(a);
}

static void
test_receipt_texts(void **state)
{
	static const struct {
		const char *text, *number;
		bool ok;
	} cases[] = {
	        {"EXW-2026-0001-ABCDE-FGHIJ-KLMNO-PQRST-UVWXYZ", "EXW-2026-0001", true},
	        {"exw-2026-0001 abcde fghij klmno pqrst uvwxyz ", "exw-2026-0001", true},
	        {"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "", true},
	        {"EXW-2026-0001-ABCDE-FGHIJ-KLMNO-PQRST-UVWXY", "", false},
	        {"EXW-2026-0001-ABCDE-FGHIJ-KLMNO-PQRST-UVWXY1", "", false},
	        {"xABCDEFGHIJKLMNOPQRSTUVWXYZ", "", false},
	        {"", "", false},
	};
	struct arena *a = arena_new(65536);
	struct receipt_code code, again;
	struct str number;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		enum err e = receipt_parse(str_of(cases[i].text), &number, &code);

		assert_int_equal(e == ERR_OK, cases[i].ok);
		if (e == ERR_OK) {
			assert_true(str_eq(number, str_of(cases[i].number)));
			assert_memory_equal(code.c, "ABCDEFGHIJKLMNOPQRSTUVWXYZ", 26);
		}
	}
	receipt_code_random(&code);
	assert_int_equal(
	        receipt_parse(receipt_text(a, STR("EXW-2026-0042"), &code), &number, &again),
	        ERR_OK);
	assert_memory_equal(code.c, again.c, sizeof code.c);
	arena_free(a);
}

static void
test_repeatable_code(void **state)
{
	struct key server;
	struct receipt_code one, two, three;
	unsigned char body[SHA256_BYTES] = {1}, other[SHA256_BYTES] = {2};

	(void)state;
	key_random(&server);
	receipt_code_repeatable(&server, STR("key-1"), body, &one);
	receipt_code_repeatable(&server, STR("key-1"), body, &two);
	receipt_code_repeatable(&server, STR("key-1"), other, &three);
	assert_memory_equal(&one, &two, sizeof one);
	assert_memory_not_equal(&one, &three, sizeof one);
}

static void
test_signed_statement(void **state)
{
	unsigned char pk[32], sk[64], signature[RECEIPT_SIGNATURE_BYTES];
	struct receipt_facts f = {
	        STR("exact.works"), STR("EXW-2026-0001"), 1767603600, 1767603601, {1}, {2}, {3}};

	(void)state;
	crypto_sign_keypair(pk, sk);
	receipt_sign(sk, &f, signature);
	assert_int_equal(receipt_verify(pk, &f, str_bytes(signature, sizeof signature)), ERR_OK);
	f.case_key[0] = 4;
	assert_int_equal(
	        receipt_verify(pk, &f, str_bytes(signature, sizeof signature)), ERR_FORGED);
	f.case_key[0] = 3;
	f.case_number = STR("EXW-2026-0002");
	assert_int_equal(
	        receipt_verify(pk, &f, str_bytes(signature, sizeof signature)), ERR_FORGED);
}

static void
test_chain_covers_every_field(void **state)
{
	const struct chain_link base = {
	        uid, 1, 10, 11, STR("message"), STR("{}"), STR("p:1"), 1, STR("body")};
	unsigned char zero[CHAIN_BYTES] = {0}, first[CHAIN_BYTES], h[CHAIN_BYTES];
	struct chain_link v[8];

	(void)state;
	for (size_t i = 0; i < 8; i++)
		v[i] = base;
	v[0].seq = 2;
	v[1].at_utc_s = 11;
	v[2].recorded_utc_s = 12;
	v[3].kind = STR("note");
	v[4].clear = STR("{ }");
	v[5].actor = STR("p:2");
	v[6].sealed_with = 2;
	v[7].body = STR("bodY");
	chain_next(zero, &base, first);
	for (size_t i = 0; i < 8; i++) {
		chain_next(zero, &v[i], h);
		assert_memory_not_equal(h, first, CHAIN_BYTES);
	}
	chain_next(first, &base, h);
	assert_memory_not_equal(h, first, CHAIN_BYTES);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_field_is_bound_to_its_place),
	        cmocka_unit_test(test_wraps),
	        cmocka_unit_test(test_team_wraps),
	        cmocka_unit_test(test_pair_and_capsule),
	        cmocka_unit_test(test_receipt_texts),
	        cmocka_unit_test(test_repeatable_code),
	        cmocka_unit_test(test_signed_statement),
	        cmocka_unit_test(test_chain_covers_every_field),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
