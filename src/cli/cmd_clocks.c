/* vdpd clocks: the promises of a policy on the events of one case. */
#include "cli/commands.h"

#include "base/time.h"
#include "case/clocks.h"
#include "cli/event_json.h"
#include "cli/policy_file.h"

enum { EVENTS_ARENA_BYTES = 512 << 20 };

static void
print_entry(const struct clock_entry *e)
{
	char started[RFC3339_MAX], due[RFC3339_MAX], stopped[RFC3339_MAX];

	time_format(e->started_utc_s, started);
	time_format(e->due_utc_s, due);
	time_format(e->stopped_utc_s, stopped);
	printf("{\"clock\":\"%s\",\"state\":\"%s\",\"started_at\":\"%s\",\"due_at\":\"%s\",",
	        clock_name(e->clock), clock_state_name(e->state), started, due);
	if (e->stopped)
		printf("\"stopped_at\":\"%s\",\"remaining_s\":null}", stopped);
	else
		printf("\"stopped_at\":null,\"remaining_s\":%lld}", (long long)e->remaining_s);
}

static int
print_clocks(struct arena *a, const char *policy_path, int64_t now_utc_s)
{
	const struct policy *policy;
	struct clock_entry *entries;
	struct event *events;
	struct diag d = {0};
	struct str text;
	size_t n, n_entries;

	if (cli_policy(a, policy_path, &policy) != ERR_OK)
		return CLI_NO;
	if (cli_read(a, "-", EVENT_JSON_MAX, &text, &d) != ERR_OK ||
	        event_json_read(a, text, &events, &n, &d) != ERR_OK)
		return cli_error(&d);
	clocks_compute(a, &policy->promises, events, n, now_utc_s, &entries, &n_entries);
	fputs("[", stdout);
	for (size_t i = 0; i < n_entries; i++) {
		fputs(i > 0 ? ",\n " : "", stdout);
		print_entry(&entries[i]);
	}
	fputs("]\n", stdout);
	return CLI_OK;
}

int
cmd_clocks(int argc, char **argv)
{
	const char *policy = NULL, *now = NULL;
	bool json = false; /* always JSON; taken so that scripts can ask for it everywhere */
	const struct cli_option options[] = {
	        {.name = "policy", .value = &policy},
	        {.name = "now", .value = &now},
	        {.name = "json", .flag = &json},
	};
	int64_t now_utc_s;
	int first, status = cli_options(argc, argv, options, 3, &first);
	struct arena *a;

	if (status != CLI_OK)
		return status;
	if (policy == NULL || now == NULL || first != argc)
		return cli_usage(
		        "clocks: give --policy FILE and --now TIME, and the events on stdin");
	if (time_parse(str_of(now), &now_utc_s) != ERR_OK)
		return cli_usage("clocks: --now \"%s\" is no time like 2026-01-05T09:00:00Z", now);
	a = arena_new(EVENTS_ARENA_BYTES);
	status = print_clocks(a, policy, now_utc_s);
	arena_free(a);
	return status;
}
