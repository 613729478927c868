/* vdpd audit verify: has anything been rewritten? Reads the databases, opens nothing sealed, needs
 * no process. */
#include "cli/admin/admin.h"

#include "cli/admin/chain_check.h"
#include "cli/admin/keyd_check.h"
#include "cli/admin/place.h"

enum { ARENA_BYTES = CONFIG_ARENA_BYTES + POLICY_ARENA_BYTES };

struct audit {
	struct arena *a;
	const char *dir;
	bool json;
	struct cases cases;
	struct checkpoints *checkpoints;
	size_t cases_n, events_n, checkpoints_n;
	int64_t last_event;
	struct keyd_records keyd;
	struct diag why;
};

static enum err
see(void *ctx, const struct case_seen *c)
{
	struct audit *v = ctx;

	v->cases_n++;
	v->events_n += c->n;
	if (c->n > 0 && c->events[c->n - 1].id > v->last_event)
		v->last_event = c->events[c->n - 1].id;
	checkpoints_see(v->checkpoints, c);
	return chain_check(c, &v->why);
}

/* keyd signed more than the database has: it was put back to an older state. */
static enum err
compare_with_keyd(struct audit *v)
{
	if (v->keyd.last.event_id <= v->last_event)
		return ERR_OK;
	return diag_set(&v->why, ERR_FORGED, "compare data/vdpd.db with a backup",
	        "keyd signed events up to %lld, and the last one in the database is %lld: the "
	        "database is older than keyd's, or events were taken out",
	        (long long)v->keyd.last.event_id, (long long)v->last_event);
}

static enum err
verify(struct audit *v)
{
	enum err e = keyd_check(v->a, v->cases.programme.name, &v->keyd, &v->why);

	if (e == ERR_OK)
		e = checkpoints_begin(
		        &v->cases, &v->keyd.last, &v->checkpoints, &v->checkpoints_n, &v->why);
	if (e == ERR_OK)
		e = cases_walk(&v->cases, see, v, &v->why);
	if (e == ERR_OK)
		e = compare_with_keyd(v);
	if (e == ERR_OK)
		e = checkpoints_end(v->checkpoints, &v->why);
	return e;
}

static void
print(const struct audit *v)
{
	int64_t upto = checkpoints_upto(v->checkpoints);

	if (v->json) {
		printf("{\"valid\":true,\"cases\":%zu,\"events\":%zu,\"checkpoints\":%zu,"
		       "\"signed_upto\":%lld,\"last_event\":%lld,\"log_entries\":%lld}\n",
		        v->cases_n, v->events_n, v->checkpoints_n, (long long)upto,
		        (long long)v->last_event, (long long)v->keyd.log_entries);
		return;
	}
	printf("cases        %zu, %zu events: every chain is whole\n", v->cases_n, v->events_n);
	printf("checkpoints  %zu, all signed by keyd and fitting", v->checkpoints_n);
	if (v->last_event > upto)
		printf("; the newest events are not signed yet");
	printf("\nkeyd's log   %lld entries, whole\n", (long long)v->keyd.log_entries);
}

static int
run(struct audit *v)
{
	const struct config *config;
	enum err e = place_enter(v->a, v->dir, &config, &v->why);

	if (e == ERR_OK)
		e = cases_open(v->a, config, &v->cases, &v->why);
	if (e != ERR_OK)
		return cli_error(&v->why);
	e = verify(v);
	if (e == ERR_OK)
		print(v);
	else
		(void)cli_error(&v->why);
	checkpoints_free(v->checkpoints);
	cases_close(&v->cases);
	return e == ERR_OK ? CLI_OK : CLI_NO;
}

int
admin_audit(int argc, char **argv)
{
	struct audit v = {0};
	const struct cli_option options[] = {
	        {.name = "directory", .letter = 'C', .value = &v.dir},
	        {.name = "json", .flag = &v.json},
	};
	int first, status = cli_options(argc, argv, options, 2, &first);

	if (status != CLI_OK)
		return status;
	if (v.dir == NULL || argc - first != 1 || strcmp(argv[first], "verify") != 0)
		return cli_usage("audit: verify, and -C with the instance's directory");
	v.a = arena_new(ARENA_BYTES);
	status = run(&v);
	arena_free(v.a);
	return status;
}
