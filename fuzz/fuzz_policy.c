/* Any bytes as a policy file, as an instance file, and as a target: read or refused, with mistakes
 * that stand in the file; canonical forms stay what they are when they are read again. */
#include "policy/config.h"
#include "policy/page.h"
#include "policy/pattern.h"
#include "policy/scope.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct str in_hosts[] = {STR("*.exact.works")};
static const struct str in_paths[] = {STR("/api/*")};
static const struct str in_purls[] = {STR("pkg:npm/%40exact/*")};
static const struct policy_rule in[] = {
        {.id = STR("domains"), .hosts = in_hosts, .hosts_n = 1, .apex = true},
        {.id = STR("api"), .paths = in_paths, .paths_n = 1},
        {.id = STR("packages"), .purls = in_purls, .purls_n = 1},
};
static const struct policy fixed = {.scope = {.in = in, .in_n = 3}};

static void
must(bool ok)
{
	if (!ok)
		abort();
}

static void
check_diags(const struct diags *ds, struct str text, enum err e)
{
	size_t lines = 1;

	for (size_t i = 0; i < text.n; i++)
		lines += text.p[i] == '\n' || text.p[i] == '\r' || (unsigned char)text.p[i] >= 0x80;
	must((e == ERR_OK) == (ds->n == 0));
	for (size_t i = 0; i < ds->n; i++) {
		must(ds->d[i].line <= lines + 1 && ds->d[i].what[0] != '\0');
		must(i == 0 || ds->d[i].line >= ds->d[i - 1].line);
	}
}

static void
check_target(struct arena *a, struct str text)
{
	struct scope_answer s;
	struct target t, again;

	scope_match(a, &fixed, text, &s);
	must((s.verdict == SCOPE_UNKNOWN) == (s.rule == NULL));
	if (target_parse(a, text, &t) != ERR_OK) {
		must(s.verdict == SCOPE_UNKNOWN);
		return;
	}
	if (t.kind != TARGET_HOST) {
		return;
	}
	/* Whatever it looked like: in scope only with the name at its end. */
	must((s.verdict == SCOPE_IN) ==
	        (str_eq(t.host, STR("exact.works")) || str_ends(t.host, STR(".exact.works"))));
	must(target_parse(a, str_fmt(a, "https://%.*s", STR_ARG(t.host)), &again) == ERR_OK);
	must(str_eq(t.host, again.host) && str_eq(t.path, target_path(a, t.path)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_bytes(data, size);
	struct arena *a = arena_new(3 * POLICY_ARENA_BYTES);
	struct diags policy_ds = {0}, config_ds = {0};
	const struct policy *p;
	const struct config *c;
	enum err e = policy_parse(a, "policy.yaml", text, &policy_ds, &p);

	check_diags(&policy_ds, text, e);
	if (e == ERR_OK) {
		struct scope_answer s;
		struct buf b;

		buf_init(&b, POLICY_PAGE_MAX);
		policy_page(&b, p);
		must(!b.full);
		buf_clear(&b);
		scope_match(a, p, STR("https://www.exact.works/api/x"), &s);
	}
	e = config_parse(a, "vdpd.yaml", text, &config_ds, &c);
	check_diags(&config_ds, text, e);
	check_target(a, text);
	arena_free(a);
	return 0;
}
