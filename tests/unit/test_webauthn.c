/* What a browser says about a passkey: the form of its client data, and refusals. (Real keys are
 * tried in tests/browser/passkeys.test.mjs.) */
#include "unit.h"

#include "keyd/server/webauthn.h"

#include <sodium.h>

static const struct webauthn_party party = {{"desk.example", 12}, {"https://desk.example", 20}};

#define HEAD "{\"type\":\"webauthn.get\",\"challenge\":\"QUJD\",\"origin\":\"https://desk.example\""

static void
test_client_data(void **state)
{
	static const struct {
		const char *text;
		enum err err;
	} cases[] = {
	        {HEAD ",\"crossOrigin\":false}", ERR_OK},
	        {HEAD ",\"crossOrigin\":false,\"other\":{}}", ERR_OK},
	        {HEAD "}", ERR_OK},
	        {HEAD ",\"crossOrigin\":true}", ERR_AUTH},
	        {HEAD ",\"crossOrigin\":falsehood}", ERR_AUTH},
	        {HEAD ",\"other\":1}", ERR_AUTH},
	        {HEAD, ERR_AUTH},
	        {HEAD "} ", ERR_AUTH},
	        {" " HEAD "}", ERR_AUTH},
	        {"", ERR_AUTH},
	        {"{\"type\":\"webauthn.create\",\"challenge\":\"QUJD\",\"origin\":"
	         "\"https://desk.example\"}",
	                ERR_AUTH},
	        {"{\"type\":\"webauthn.get\",\"challenge\":\"QUJD\",\"origin\":"
	         "\"https://desk.example.evil.test\"}",
	                ERR_AUTH},
	        {"{\"type\":\"webauthn.get\",\"challenge\":\"QUJD\",\"origin\":"
	         "\"http://desk.example\"}",
	                ERR_AUTH},
	        {"{\"type\":\"webauthn.get\",\"challenge\":\"!!\",\"origin\":"
	         "\"https://desk.example\"}",
	                ERR_AUTH},
	        {"{\"type\":\"webauthn.get\",\"challenge\":\"QUJD", ERR_AUTH},
	};
	struct arena *a = arena_new(1 << 16);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct str got = {0};

		assert_int_equal(
		        webauthn_challenge(a, &party, str_of(cases[i].text), "webauthn.get", &got),
		        cases[i].err);
		if (cases[i].err == ERR_OK)
			assert_true(str_eq(got, STR("ABC")));
		else
			assert_null(got.p);
	}
	arena_free(a);
}

static void
test_authenticator_data(void **state)
{
	static const struct {
		unsigned char flags;
		size_t n;
		bool other_party;
	} cases[] = {
	        {0x45, 0, false},
	        {0x45, 36, false},
	        {0x45, 37, false},
	        {0x44, 37, false},
	        {0x41, 37, false},
	        {0x45, 37, true},
	        {0x05, 55, false},
	        {0xc5, 200, false},
	};
	struct arena *a = arena_new(1 << 16);

	(void)state;
	webauthn_start();
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		unsigned char data[200] = {0};
		struct passkey p = {0};
		int64_t count = -1;

		crypto_hash_sha256(data, (const unsigned char *)party.rp_id.p, party.rp_id.n);
		data[0] ^= cases[i].other_party;
		data[32] = cases[i].flags;
		assert_int_equal(
		        webauthn_register(a, &party, STR("{}"), str_bytes(data, cases[i].n), &p),
		        ERR_AUTH);
		assert_int_equal(webauthn_verify(&party, &p, STR("{}"), str_bytes(data, cases[i].n),
		                         STR("not a signature"), &count),
		        ERR_AUTH);
		assert_int_equal(count, -1);
	}
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_client_data),
	        cmocka_unit_test(test_authenticator_data),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
