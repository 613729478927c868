/* vdpd audit verify: has anything been rewritten? */
#include "cli/admin/admin.h"

#include "cli/admin/audit_check.h"
#include "cli/admin/place.h"
#include "policy/policy.h"

enum { ARENA_BYTES = CONFIG_ARENA_BYTES + POLICY_ARENA_BYTES };

static void
print(const struct audited *v, bool json)
{
	if (json) {
		printf("{\"valid\":true,\"cases\":%zu,\"events\":%zu,\"checkpoints\":%zu,"
		       "\"signed_upto\":%lld,\"last_event\":%lld,\"log_entries\":%lld}\n",
		        v->cases_n, v->events_n, v->checkpoints_n, (long long)v->signed_upto,
		        (long long)v->last_event, (long long)v->log_entries);
		return;
	}
	printf("cases        %zu, %zu events: every chain is whole\n", v->cases_n, v->events_n);
	printf("checkpoints  %zu, all signed by keyd and fitting", v->checkpoints_n);
	if (v->last_event > v->signed_upto)
		printf("; the newest events are not signed yet");
	printf("\nkeyd's log   %lld entries, whole\n", (long long)v->log_entries);
}

static int
run(struct arena *a, const char *dir, bool json)
{
	const struct config *config;
	struct audited found;
	struct diag why = {0};
	enum err e = place_enter(a, dir, &config, &why);

	if (e == ERR_OK)
		e = audit_check(a, config, &found, &why);
	if (e != ERR_OK)
		return cli_error(&why);
	print(&found, json);
	return CLI_OK;
}

int
admin_audit(int argc, char **argv)
{
	const char *dir = NULL;
	bool json = false;
	const struct cli_option options[] = {
	        {.name = "directory", .letter = 'C', .value = &dir},
	        {.name = "json", .flag = &json},
	};
	int first, status = cli_options(argc, argv, options, 2, &first);
	struct arena *a;

	if (status != CLI_OK)
		return status;
	if (dir == NULL || argc - first != 1 || strcmp(argv[first], "verify") != 0)
		return cli_usage("audit: verify, and -C with the instance's directory");
	a = arena_new(ARENA_BYTES);
	status = run(a, dir, json);
	arena_free(a);
	return status;
}
