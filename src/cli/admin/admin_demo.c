/* vdpd demo: fills an instance that is empty with half a year that nobody lived through, so that
 * pages and charts can be judged. */
#include "cli/admin/admin.h"

#include "base/time.h"
#include "cli/admin/demo_write.h"
#include "cli/admin/place.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { CASES = 200, CASES_MAX = 5000, ARENA_EXTRA = 64 << 20 };

static const char mark[] = "\n# Filled by `vdpd demo`: pages say so.\ndemo: true\n";

/* Before the first case is there, so that none is ever shown without it. */
static enum err
mark_as_demo(const struct config *config, struct diag *d)
{
	int fd;
	bool ok;

	if (config->demo)
		return ERR_OK;
	fd = open("vdpd.yaml", O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
	ok = fd >= 0 && write(fd, mark, sizeof mark - 1) == (ssize_t)sizeof mark - 1 &&
	     fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	return ok ? ERR_OK : diag_set(d, ERR_IO, NULL, "vdpd.yaml cannot be written");
}

/* Never beside reports of real people. */
static enum err
check_empty(struct arena *a, struct cases *cases, struct diag *d)
{
	int64_t *ids;
	size_t n;
	enum err e;

	if (place_is_served())
		return diag_set(d, ERR_BUSY, "stop it first", "the instance is being served");
	e = case_list_after(a, cases->db, 0, 1, &ids, &n);
	if (e != ERR_OK)
		return diag_set(
		        d, e, "`vdpd doctor` tells more", "data/vdpd.db: %s", db_why(cases->db));
	if (n > 0)
		return diag_set(d, ERR_CONFLICT, "make another one with `vdpd init`",
		        "the instance has cases already: a demo is for an empty one");
	return ERR_OK;
}

static enum err
policy_of(struct arena *a, const struct config *config, const struct policy **out, struct diag *d)
{
	const char *file =
	        str_z(a, str_fmt(a, "programmes/%.*s/policy.yaml", STR_ARG(config->programme)));
	struct diags ds = {.n = 0};
	struct str text;
	enum err e = cli_read(a, file, POLICY_FILE_MAX, &text, d);

	if (e == ERR_OK)
		e = policy_parse(a, file, text, &ds, out);
	diags_first(&ds, d);
	return e;
}

static enum err
fill(struct demo *m, const struct config *config, struct diag *d)
{
	enum err e = check_empty(m->a, m->cases, d);

	if (e == ERR_OK)
		e = policy_of(m->a, config, &m->policy, d);
	if (e != ERR_OK)
		return e;
	m->public_url = config->public_url.text;
	m->texts = demo_texts_read(m->a);
	m->all = demo_plan(m->a, m->texts, m->n, m->now_utc_s);
	e = mark_as_demo(config, d);
	if (e == ERR_OK)
		e = demo_keyd_open(m->a, m->texts, m->policy->case_prefix, m->all, m->n,
		        m->now_utc_s, &m->keyd, d);
	if (e == ERR_OK)
		e = demo_write(m);
	demo_keyd_wipe(&m->keyd);
	return e;
}

static int
run(const char *dir, size_t n, bool json)
{
	struct arena *a = arena_new(POLICY_ARENA_BYTES + CONFIG_ARENA_BYTES + ARENA_EXTRA);
	const struct config *config;
	struct cases cases = {0};
	struct diag d = {.what = ""};
	struct demo m = {.a = a, .cases = &cases, .n = n, .why = &d};
	enum err e = place_enter(a, dir, &config, &d);

	m.now_utc_s = now_utc_s();
	if (e == ERR_OK)
		e = cases_open(a, config, &cases, &d);
	if (e == ERR_OK) {
		d = (struct diag){.what = ""};
		e = fill(&m, config, &d);
		cases_close(&cases);
	}
	if (e == ERR_OK && json)
		printf("{\"cases\":%zu,\"actions\":%zu,\"files\":%zu,\"members\":%zu}\n", m.n,
		        m.events, m.files, m.texts->team_n);
	else if (e == ERR_OK)
		printf("%zu cases of the last %d days, with %zu actions and %zu files.\n"
		       "All pages say that it is a demo. Start it with `vdpd serve -C %s`;\n"
		       "`vdpd member invite` gives you a link, if that of `vdpd init` is gone.\n",
		        m.n, DEMO_DAYS, m.events, m.files, dir);
	arena_free(a);
	return e == ERR_OK ? CLI_OK : cli_error(&d);
}

int
admin_demo(int argc, char **argv)
{
	const char *dir = NULL, *cases = NULL;
	uint64_t n = CASES;
	bool json = false;
	const struct cli_option options[] = {
	        {.letter = 'C', .name = "directory", .value = &dir},
	        {.name = "cases", .value = &cases},
	        {.name = "json", .flag = &json},
	};
	int first, status = cli_options(argc, argv, options, 3, &first);

	if (status != CLI_OK)
		return status;
	if (dir == NULL && argc - first == 1)
		dir = argv[first++];
	if (dir == NULL || argc != first)
		return cli_usage("demo: give the directory of an instance");
	if (cases != NULL && (str_u64(str_of(cases), CASES_MAX, &n) != ERR_OK || n == 0))
		return cli_usage("demo: --cases is a number from 1 to %d", CASES_MAX);
	return run(dir, (size_t)n, json);
}
