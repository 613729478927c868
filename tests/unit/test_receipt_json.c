/* cli: signed receipts and public keys as people hand them in. */
#include "unit.h"

#include "base/buf.h"
#include "base/id.h"
#include "base/time.h"
#include "cli/key_file.h"
#include "cli/receipt_json.h"

#include <sodium.h>

struct made {
	struct arena *a;
	unsigned char public_key[SIGNING_PUBLIC_BYTES];
	struct str json;
};

static void
make_receipt(struct made *m)
{
	unsigned char secret[64], signature[RECEIPT_SIGNATURE_BYTES];
	struct receipt_facts f = {.programme = STR("exact.works"),
	        .case_number = STR("EXW-2026-0001"),
	        .received_utc_s = 1767603600,
	        .signed_utc_s = 1767603601};

	m->a = arena_new(1 << 20);
	random_bytes(f.content_sha256, sizeof f.content_sha256);
	random_bytes(f.policy_sha256, sizeof f.policy_sha256);
	random_bytes(f.case_key, sizeof f.case_key);
	crypto_sign_keypair(m->public_key, secret);
	receipt_sign(secret, &f, signature);
	m->json = str_fmt(m->a,
	        "{\"programme\":\"exact.works\",\"case\":\"EXW-2026-0001\",\"received_at\":\"%.*"
	        "s\","
	        "\"signed_at\":\"%.*s\",\"content_sha256\":\"%.*s\",\"policy\":\"%.*s\","
	        "\"case_key\":\"%.*s\",\"signature\":\"%.*s\"}",
	        STR_ARG(time_str(m->a, f.received_utc_s)), STR_ARG(time_str(m->a, f.signed_utc_s)),
	        STR_ARG(hex_str(m->a, f.content_sha256, 32)),
	        STR_ARG(hex_str(m->a, f.policy_sha256, 32)), STR_ARG(hex_str(m->a, f.case_key, 32)),
	        STR_ARG(base64_str(m->a, signature, sizeof signature)));
}

static enum err
verify(struct made *m, struct str json)
{
	struct receipt_facts f;
	struct str signature;
	struct diag d = {0};
	enum err e = receipt_json_read(m->a, json, &f, &signature, &d);

	return e == ERR_OK ? receipt_verify(m->public_key, &f, signature) : e;
}

static struct str
replaced(struct arena *a, struct str s, const char *from, const char *to)
{
	const char *whole = str_z(a, s);
	const char *at = strstr(whole, from);

	assert_non_null(at);
	return str_fmt(a, "%.*s%s%s", (int)(at - whole), whole, to, at + strlen(from));
}

static void
test_receipts(void **state)
{
	static const struct {
		const char *from, *to;
		enum err want;
	} cases[] = {
	        {"EXW-2026-0001", "EXW-2026-0002", ERR_FORGED},
	        {"exact.works", "other.works", ERR_FORGED},
	        {"2026-01-05T09:00:00Z", "2026-01-05T08:59:59Z", ERR_FORGED},
	        {"2026-01-05T09:00:00Z", "yesterday", ERR_INVALID},
	        {"\"policy\":\"", "\"policy\":\"00", ERR_INVALID},
	        {"\"case\":\"EXW", "\"case\":\"E\\nXW", ERR_INVALID},
	        {"\"case_key\"", "\"case-key\"", ERR_INVALID},
	        {"\"signature\":\"", "\"signature\":\"AAAA", ERR_INVALID},
	        {"{", "[", ERR_SYNTAX},
	};
	struct made m;

	(void)state;
	make_receipt(&m);
	assert_int_equal(verify(&m, m.json), ERR_OK);
	assert_int_equal(verify(&m, str_fmt(m.a, "{\"case\":\"x\",\"signed_receipt\":%.*s}",
	                                    STR_ARG(m.json))),
	        ERR_OK);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(verify(&m, replaced(m.a, m.json, cases[i].from, cases[i].to)),
		        cases[i].want);
	assert_int_equal(verify(&m, STR("")), ERR_SYNTAX);
	assert_int_equal(verify(&m, STR("[]")), ERR_INVALID);
	arena_free(m.a);
}

static void
assert_key(struct arena *a, struct str text, const unsigned char *key)
{
	struct public_key_list list;
	struct diag d = {0};

	assert_int_equal(key_file_read(a, text, &list, &d), ERR_OK);
	assert_int_equal(list.n, 1);
	assert_memory_equal(list.k[0], key, PUBLIC_KEY_BYTES);
}

static void
test_keys(void **state)
{
	static const unsigned char head[] = {
	        0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
	unsigned char key[PUBLIC_KEY_BYTES], der[sizeof head + PUBLIC_KEY_BYTES], both[64];
	struct arena *a = arena_new(1 << 20);
	struct public_key_list list;
	struct diag d = {0};
	struct str hex;

	(void)state;
	memset(key, 0xe7, sizeof key);
	memcpy(der, head, sizeof head);
	memcpy(der + sizeof head, key, sizeof key);
	memset(both, 0x99, sizeof both);
	memcpy(both + 32, key, sizeof key);
	hex = hex_str(a, key, sizeof key);
	assert_key(a, str_bytes(key, sizeof key), key);
	assert_key(a, str_bytes(both, sizeof both), key);
	assert_key(a, str_fmt(a, " %.*s\n", STR_ARG(hex)), key);
	assert_key(a, base64_str(a, key, sizeof key), key);
	assert_key(a, base64url_str(a, key, sizeof key), key);
	assert_key(a,
	        str_fmt(a, "-----BEGIN PUBLIC KEY-----\r\n%.*s\r\n-----END PUBLIC KEY-----\n",
	                STR_ARG(base64_str(a, der, sizeof der))),
	        key);
	assert_key(a,
	        str_fmt(a, "{\"items\":[{\"use\":\"receipts\",\"public_key\":\"%.*s\"}]}",
	                STR_ARG(hex)),
	        key);
	assert_int_equal(key_file_read(a, STR("no key"), &list, &d), ERR_INVALID);
	assert_int_equal(key_file_read(a, STR("{\"x\":[1,2]}"), &list, &d), ERR_INVALID);
	assert_int_equal(key_file_read(a, STR("{"), &list, &d), ERR_INVALID);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_receipts),
	        cmocka_unit_test(test_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
