/* Where the Web Key Directory has a key: the draft's own example, and ours. */
#include "unit.h"

#include "publish/wkd.h"

static void
test_paths(void **state)
{
	static const struct {
		const char *email, *direct, *advanced;
	} cases[] = {
	        /* draft-koch-openpgp-webkey-service, section 3.1 */
	        {"Joe.Doe@Example.ORG",
	                "/.well-known/openpgpkey/hu/iy9q119eutrkn8s1mk4r39qejnbu3n5q",
	                "/.well-known/openpgpkey/example.org/hu/iy9q119eutrkn8s1mk4r39qejnbu3n5q"},
	        /* as gpg --with-wkd-hash shows it */
	        {"security@exact.works",
	                "/.well-known/openpgpkey/hu/t5s8ztdbon8yzntexy6oz5y48etqsnbb",
	                "/.well-known/openpgpkey/exact.works/hu/t5s8ztdbon8yzntexy6oz5y48etqsnbb"},
	        {"@exact.works", NULL, NULL},
	        {"security@", NULL, NULL},
	        {"security", NULL, NULL},
	        {"", NULL, NULL},
	};
	struct arena *a = arena_new(1 << 16);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct wkd_paths at;
		enum err e = wkd_paths_of(a, str_of(cases[i].email), &at);

		assert_int_equal(e, cases[i].direct != NULL ? ERR_OK : ERR_INVALID);
		if (e != ERR_OK)
			continue;
		assert_true(str_eq(at.direct, str_of(cases[i].direct)));
		assert_true(str_eq(at.advanced, str_of(cases[i].advanced)));
		assert_true(str_ends(at.advanced_policy, STR("/policy")));
	}
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_paths)};

	return cmocka_run_group_tests_name("wkd", tests, NULL, NULL);
}
