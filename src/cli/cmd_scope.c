/* vdpd scope: is a target in the scope of a policy? */
#include "cli/commands.h"
#include "cli/policy_file.h"

#include "base/buf.h"
#include "policy/scope.h"

enum { ANSWER_MAX = 1 << 20 };

static void
answer_json(struct buf *b, struct str target, const struct scope_answer *s)
{
	buf_z(b, "{\"target\":");
	buf_json(b, target);
	buf_fmt(b, ",\"scope\":\"%s\",\"rule\":", scope_verdict_name(s->verdict));
	if (s->rule != NULL) {
		buf_json(b, s->rule->id);
		buf_z(b, ",\"text\":");
		buf_json(b, s->rule->text);
	} else {
		buf_z(b, "null");
	}
	if (s->component != NULL) {
		buf_z(b, ",\"component\":");
		buf_json(b, s->component->id);
	}
	if (s->third_party != NULL && s->third_party->report_to.n > 0) {
		buf_z(b, ",\"report_to\":");
		buf_json(b, s->third_party->report_to);
	}
	buf_char(b, '}');
}

static int
print_answer(struct arena *a, const struct policy *p, struct str target, bool json)
{
	struct scope_answer s;
	struct buf b;

	scope_match(a, p, target, &s);
	buf_init(&b, ANSWER_MAX);
	if (json) {
		answer_json(&b, target, &s);
	} else {
		buf_z(&b, scope_verdict_name(s.verdict));
		if (s.rule != NULL)
			buf_fmt(&b, " %.*s", STR_ARG(s.rule->id));
	}
	printf("%.*s\n", STR_ARG(buf_view(&b)));
	buf_clear(&b);
	return s.verdict == SCOPE_IN ? CLI_OK : CLI_NO;
}

int
cmd_scope(int argc, char **argv)
{
	const char *path = NULL;
	bool json = false;
	const struct cli_option options[] = {
	        {.name = "policy", .value = &path},
	        {.name = "json", .flag = &json},
	};
	int first, status = cli_options(argc, argv, options, 2, &first);
	const struct policy *p;
	struct arena *a;

	if (status != CLI_OK)
		return status;
	if (path == NULL || argc - first != 1)
		return cli_usage("scope: give --policy FILE and one target");
	a = arena_new(POLICY_ARENA_BYTES + (16 << 20));
	status = CLI_NO;
	if (cli_policy(a, path, &p) == ERR_OK)
		status = print_answer(a, p, str_of(argv[first]), json);
	arena_free(a);
	return status;
}
