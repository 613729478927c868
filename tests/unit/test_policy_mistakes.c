/* policy: every kind of mistake, made in the file of the first programme, with its place. */
#include "unit.h"

#include "policy/policy.h"
#include "policy/yaml.h"

#include <stdio.h>
#include <stdlib.h>

static struct str
read_seed(struct arena *a)
{
	FILE *f = fopen("programmes/exact.works/policy.yaml", "r");
	char *p = arena_alloc(a, POLICY_FILE_MAX);
	size_t n;

	assert_non_null(f);
	n = fread(p, 1, POLICY_FILE_MAX, f);
	fclose(f);
	return (struct str){p, n};
}

/* Where Z begins: the first place from FROM on, else the last one before it. */
static size_t
offset_of(struct str s, const char *z, size_t from)
{
	const char *at = memmem(s.p + from, s.n - from, z, strlen(z)), *next = s.p;

	while (at == NULL || at < s.p + from) {
		next = memmem(next, s.n - (size_t)(next - s.p), z, strlen(z));
		if (next == NULL || next >= s.p + from)
			break;
		at = next++;
	}
	if (at == NULL)
		print_message("not in the file: %s\n", z);
	assert_non_null(at);
	return (size_t)(at - s.p);
}

static bool
is_at(const struct diag *d, struct str text, size_t offset)
{
	unsigned line = 1, column = 1;

	for (size_t i = 0; i < offset; i++) {
		column = text.p[i] == '\n' ? 1 : column + 1;
		line += text.p[i] == '\n';
	}
	return d->line == line && d->column == column;
}

static bool
says(const struct diag *d, const char *expect)
{
	struct str all[2] = {str_of(d->what), str_of(d->mend)};

	return str_contains(all[0], str_of(expect)) || str_contains(all[1], str_of(expect));
}

static void
test_mutations(void **state)
{
	static const struct {
		const char *find, *put;
		const char *at; /* the mistake stands where this begins, in or after what was put */
		const char *expect;
	} cases[] = {
	        /* keys */
	        {"case_prefix:", "case_prefx:", "case_prefx", "did you mean \"case_prefix\"?"},
	        {"  team: Security Team\n", "", "heading: Contact\n", "contact lacks \"team\""},
	        {"safe_harbour:", "safe_harbor:", "safe_harbor", "did you mean \"safe_harbour\"?"},
	        {"  trust: /trust", "  trust: /trust\n  trust: /x", "trust: /x",
	                "\"trust\" is given twice, first on line 30"},
	        {"  trust: /trust", "  trust: /trust\n  nonsense: 1", "nonsense", "leave it out"},
	        {"      text: Social engineering attacks\n", "", "id: social-engineering",
	                "a rule lacks \"text\""},
	        /* types */
	        {"languages: [en]", "languages: en", "en", "must be a list, not a single value"},
	        {"  team: Security Team", "  team: [a]", "[a]",
	                "must be a single value, not a list"},
	        {"  paid_bounty: false", "  paid_bounty: perhaps", "perhaps", "neither yes nor no"},
	        {"  files: 10", "  files: ten", "ten", "is not a whole number"},
	        {"  files: 10", "  files: 101", "101", "is not between 0 and 100"},
	        {"  files: 10", "  files: -1", "-1", "is not a whole number"},
	        {"  credit: with-permission", "  credit: always", "always",
	                "write \"never\" or \"with-permission\""},
	        {"  team: Security Team", "  team: ''", "''", "\"team\" is empty"},
	        {"accent: \"#0b5345\"", "accent: red", "red", "is not a colour"},
	        {"security@exact.works", "security", "security\n", "is not an address"},
	        {"security@exact.works", "a@b@exact.works", "a@b", "is not an address"},
	        {"case_prefix: EXW", "case_prefix: exw", "exw", "cannot begin case numbers"},
	        {"languages: [en]", "languages: [english!]", "english!", "is not a language tag"},
	        {"trust: /trust", "trust: trust", "trust\n", "is not a path"},
	        {"https://stripe.com/", "http://stripe.com/", "http://stripe", "is not an https"},
	        {"  file: 25 MB", "  file: 25 megs", "25 megs", "is not a size"},
	        {"  file: 25 MB", "  file: 250 MB", "100 MB", "less room than one"},
	        /* durations */
	        {"within: 48 h", "within: 48 hours", "48 hours", "is not a duration"},
	        {"within: 48 h", "within: 48", "48", "write \"48 h\" or \"7 d\""},
	        {"within: 48 h", "within: 0 h", "0 h", "is not a duration"},
	        {"within: 48 h", "within: -48 h", "-48 h", "is not a duration"},
	        {"within: 48 h", "within: 1.5 d", "1.5 d", "is not a duration"},
	        {"within: 48 h", "within: 48  h", "48  h", "is not a duration"},
	        {"within: 48 h", "within: 99999 d", "99999 d", "is not a duration"},
	        {"within: 48 h", "within: 99999999999999999999 s", "9999", "is not a duration"},
	        {"within: 48 h", "within: 9223372036854775807 d", "9223", "is not a duration"},
	        {"within: 48 h", "every: 48 h", "48 h", "only \"update\" comes every so long"},
	        {"every: 14 d", "within: 14 d", "14 d", "\"update\" comes every so long"},
	        {"    within: 48 h\n", "", "Initial ack", "lacks its duration"},
	        {"    every: 14 d", "    every: 14 d\n    within: 14 d", "14 d",
	                "both \"within\" and \"every\""},
	        {"    critical:", "    catastrophic:", "catastrophic", "is not a key of fix"},
	        /* ids and names */
	        {"id: physical", "id: abuse", "abuse\n      text: Spam",
	                "id \"abuse\" is there twice, first on line 63"},
	        {"id: physical", "id: payment", "payment\n      text: Phys", "is there twice"},
	        {"id: physical", "id: Physical", "Physical\n", "is not an id"},
	        {"id: physical", "id: a--b", "a--b", "is not an id"},
	        {"  - id: auth\n", "  - id: data\n", "data\n      text: Data",
	                "id \"data\" is there twice"},
	        {"    name: Website", "    name: API endpoints", "API endpoints\n  - id: sandbox",
	                "is there twice"},
	        {"also: [agent sandbox]", "also: [Website]", "Website]", "is there twice"},
	        {"components: [web]", "components: [wb]", "wb", "there is no component \"wb\""},
	        {"id: good-faith\n      text: L", "id: anti-hacking\n      text: L",
	                "anti-hacking\n      text: L", "is there twice"},
	        /* patterns */
	        {"hosts: [\"*.exact.works\"]", "hosts: [\"*.exact.works\", \"*.exact.works\"]",
	                "\"*.exact.works\"]", "is there twice"},
	        {"hosts: [\"*.exact.works\"]", "hosts: [\"*.exact.works\", \"*.EXACT.works.\"]",
	                "\"*.EXACT", "is there twice, first in \"domains\""},
	        {"hosts: [\"*.supabase.com\", ", "hosts: [\"*.stripe.com\", ",
	                "\"*.stripe.com\", \"*.supa", "is there twice, first in \"third-parties\""},
	        {"hosts: [\"*.exact.works\"]", "hosts: [\"https://exact.works\"]", "\"https",
	                "is not a host pattern"},
	        {"hosts: [\"*.exact.works\"]", "hosts: [\"a.*.works\"]", "\"a.*", "is not a host"},
	        {"hosts: [\"*.exact.works\"]", "hosts: [\"\xD0\xB5xact.works\"]", "\"\xD0\xB5",
	                "is not a host pattern"},
	        {"paths: [\"/api/*\"]", "paths: [\"api/*\"]", "\"api", "is not a path pattern"},
	        {"paths: [\"/api/*\"]", "paths: [\"/*/x\"]", "\"/*/x", "is not a path pattern"},
	        {"paths: [\"/api/*\"]", "purls: [\"npm/x\"]", "\"npm", "is not a purl pattern"},
	        {"      components: [sandbox]\n", "", "sandbox\n      text", "holds on nothing"},
	        /* an in-rule that an out-rule covers */
	        {"text: Social engineering attacks",
	                "text: S\n      hosts: [\"*.exact.works\"]\n"
	                "      apex: true",
	                "", "\"domains\" can never hold: \"social-engineering\" on line"},
	        {"text: Social engineering attacks", "text: S\n      hosts: [\"*.works\"]", "",
	                "\"domains\" can never hold"},
	        {"text: Social engineering attacks", "text: S\n      paths: [\"/*\"]", "",
	                "\"api\" can never hold"},
	        {"text: Social engineering attacks", "text: S\n      components: [data]", "",
	                "\"data\" can never hold"},
	        /* texts */
	        {"      asks: testing\n", "", "Which accounts", "belongs to no key of the report"},
	        {"      asks: testing\n", "      asks: caused_disruption\n", "caused_disruption",
	                "is there twice"},
	        {"fields: [steps]", "fields: [step]", "step]", "\"fields\" cannot be \"step\""},
	        {"fields: [steps]", "fields: [impact]", "impact]", "belongs to an earlier part"},
	        {"fields: [description, impact]", "fields: [impact]", "- id: description",
	                "no part of the report holds \"description\""},
	        {"{name},\n\n    thank you for", "{nmae},\n\n    thank you for", "",
	                "nothing is known that fills {nmae}"},
	        /* YAML */
	        {"accent: ", "accent: &a ", "&a", "anchors"},
	        {"accent: \"#0b5345\"", "accent: *a", "*a", "aliases"},
	        {"accent: ", "accent: !!str ", "!!str", "tags"},
	        {"accent: \"#0b5345\"", "accent: \"a\\0b\"", "\"a", "NUL"},
	        {"accent: \"#0b5345\"", "accent: \"unclosed", "", "this is not YAML"},
	        {"accent: \"#0b5345\"", "accent: {<<: x}", "{<<", "must be a single value"},
	        {"accent: \"#0b5345\"", "accent: \"\xFF\"", "\xFF", "not UTF-8"},
	        {"accent: \"#0b5345\"", "? [a, b]\n: c", "[a, b]", "a key is not a name"},
	        {"limits:", "retention:\n  spam: soon\nlimits:", "soon",
	                "is not a time to keep cases"},
	        {"limits:", "...\n---\nlimits:", "---", "more than one document"},
	        {"limits:", "\tlimits:", "", "this is not YAML"},
	};

	size_t failed = 0;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct arena *a = arena_new(2 * POLICY_ARENA_BYTES);
		struct str seed = read_seed(a), text;
		const struct policy *p = NULL;
		struct diags ds = {0};
		bool found = false;
		size_t at;

		at = offset_of(seed, cases[i].find, 0);
		text = str_fmt(a, "%.*s%s%.*s", (int)at, seed.p, cases[i].put,
		        STR_ARG(str_sub(seed, at + strlen(cases[i].find), seed.n)));
		assert_int_not_equal(policy_parse(a, "p.yaml", text, &ds, &p), ERR_OK);
		assert_null(p);
		for (size_t k = 0; k < ds.n && !found; k++)
			found = says(&ds.d[k], cases[i].expect) &&
			        (cases[i].at[0] == '\0' ||
			                is_at(&ds.d[k], text, offset_of(text, cases[i].at, at)));
		for (size_t k = 0; k < ds.n && !found; k++) {
			char line[1024];

			diag_format(&ds.d[k], line, sizeof line);
			print_message("%s -> %s\n  got: %s\n", cases[i].find, cases[i].put, line);
		}
		failed += !found;
		arena_free(a);
	}
	assert_int_equal(failed, 0);
}

/* Several at once, in the order of the file, up to a cap. */
static void
test_many(void **state)
{
	struct arena *a = arena_new(2 * POLICY_ARENA_BYTES);
	struct str text = STR("");
	struct diags ds = {0};
	const struct policy *p;

	(void)state;
	for (int i = 0; i < 30; i++)
		text = str_fmt(a, "%.*sqqq%d: 1\n", STR_ARG(text), i);
	assert_int_equal(policy_parse(a, "p.yaml", text, &ds, &p), ERR_INVALID);
	assert_int_equal(ds.n, DIAGS_MAX);
	assert_true(ds.more >= 10);
	for (size_t i = 1; i < ds.n; i++)
		assert_true(ds.d[i].line > ds.d[i - 1].line);
	assert_string_equal(ds.d[0].file, "p.yaml");
	arena_free(a);
}

static void
test_sizes(void **state)
{
	struct arena *a = arena_new(2 * POLICY_ARENA_BYTES);
	char *z = arena_alloc(a, POLICY_FILE_MAX + 2);
	const struct policy *p;
	struct diags ds = {0};

	(void)state;
	memset(z, '#', POLICY_FILE_MAX + 1);
	assert_int_equal(
	        policy_parse(a, "p", (struct str){z, POLICY_FILE_MAX + 1}, &ds, &p), ERR_TOO_LARGE);
	assert_int_equal(policy_parse(a, "p", (struct str){z, POLICY_FILE_MAX}, &ds, &p),
	        ERR_INVALID); /* a comment: empty */
	ds = (struct diags){0};
	memset(z, '[', 2000);
	assert_int_equal(policy_parse(a, "p", (struct str){z, 2000}, &ds, &p), ERR_INVALID);
	assert_true(says(&ds.d[0], "nested too deeply"));
	assert_int_equal(ds.d[0].column, YAML_DEPTH_MAX + 1);
	ds = (struct diags){0};
	for (size_t i = 0; i < POLICY_FILE_MAX; i += 4)
		memcpy(z + i, "- a\n", 4);
	assert_int_equal(
	        policy_parse(a, "p", (struct str){z, POLICY_FILE_MAX}, &ds, &p), ERR_INVALID);
	assert_true(says(&ds.d[0], "too many values"));
	assert_int_equal(ds.d[0].line, YAML_NODES_MAX);
	arena_free(a);
}

/* More hosts times paths than are looked at: told, not read. */
static void
test_many_patterns(void **state)
{
	struct arena *a = arena_new(2 * POLICY_ARENA_BYTES);
	struct str text = STR("scope:\n  in:\n"), list[2] = {STR(""), STR("")};
	char *filler = arena_alloc(a, 401);
	const struct policy *p;
	struct diags ds = {0};
	bool found = false;

	(void)state;
	memset(filler, 'x', 400);
	for (int i = 0; i < 100; i++) {
		list[0] = str_fmt(a, "%.*sh%d.example, ", STR_ARG(list[0]), i);
		list[1] = str_fmt(a, "%.*s/%d-%s, ", STR_ARG(list[1]), i, filler);
	}
	for (int i = 0; i < 15; i++)
		text = str_fmt(a,
		        "%.*s    - id: r%d\n      text: x\n      hosts: [%.*s]\n      paths: "
		        "[%.*s]\n",
		        STR_ARG(text), i, STR_ARG(list[0]), STR_ARG(list[1]));
	assert_true(text.n < POLICY_FILE_MAX);
	assert_int_equal(policy_parse(a, "p", text, &ds, &p), ERR_INVALID);
	for (size_t i = 0; i < ds.n; i++)
		found = found || says(&ds.d[i], "more than 2000 patterns");
	assert_true(found);
	arena_free(a);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_mutations),
	        cmocka_unit_test(test_many),
	        cmocka_unit_test(test_sizes),
	        cmocka_unit_test(test_many_patterns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
