/* vdpd policy: what is wrong with a policy file, and the policy as a page. */
#include "cli/commands.h"
#include "cli/policy_file.h"
#include "policy/manual.h"
#include "policy/page.h"

static void
promises_json(struct buf *b, const struct policy *p)
{
	buf_z(b, ",\"promises\":[");
	for (size_t i = 0; i < p->timeline.n; i++) {
		const struct policy_promise *promise = &p->timeline.list[i];

		buf_fmt(b, "%s{\"clock\":\"%s\",", i > 0 ? "," : "", promise->clock);
		if (promise->severity != SEVERITY_NONE)
			buf_fmt(b, "\"severity\":\"%s\",", severity_name(promise->severity));
		buf_fmt(b, "\"%s_s\":%lld}", promise->every ? "every" : "within",
		        (long long)promise->s);
	}
	buf_char(b, ']');
}

static void
check(struct buf *b, const struct policy *p, const char *path, bool json)
{
	if (!json) {
		buf_fmt(b, "%s: a valid policy, version %s\n", path, p->sha256_hex);
		return;
	}
	buf_z(b, "{\"programme\":");
	buf_json(b, p->programme);
	buf_fmt(b, ",\"version\":\"%s\"", p->sha256_hex);
	promises_json(b, p);
	buf_z(b, "}\n");
}

static void
page(struct buf *b, const struct policy *p, const char *path, bool json)
{
	struct buf text;

	(void)path;
	if (!json) {
		policy_page(b, p);
		return;
	}
	buf_init(&text, POLICY_PAGE_MAX);
	policy_page(&text, p);
	buf_fmt(b, "{\"version\":\"%s\",\"markdown\":", p->sha256_hex);
	buf_json(b, buf_view(&text));
	buf_z(b, "}\n");
	buf_clear(&text);
}

static const struct {
	const char *name;
	void (*write)(struct buf *b, const struct policy *p, const char *path, bool json);
} actions[] = {{"check", check}, {"page", page}};

/* What may stand in the two files. */
static int
keys(struct buf *b)
{
	buf_z(b, "policy.yaml\n\n");
	policy_manual(b);
	buf_z(b, "\nvdpd.yaml\n\n");
	config_manual(b);
	fwrite(b->p, 1, b->n, stdout);
	return CLI_OK;
}

/* The policy in PATH, checked or as a page. */
static int
show(struct buf *b, const char *action, const char *path, bool json)
{
	const struct policy *p;
	struct arena *a;
	int status = CLI_NO;
	size_t i = 0;

	while (i < 2 && strcmp(action, actions[i].name) != 0)
		i++;
	if (i == 2)
		return cli_usage("policy: \"%s\" is neither check nor page", action);
	a = arena_new(POLICY_ARENA_BYTES + 2 * POLICY_FILE_MAX);
	if (cli_policy(a, path, &p) == ERR_OK) {
		actions[i].write(b, p, strcmp(path, "-") == 0 ? "stdin" : path, json);
		fwrite(b->p, 1, b->n, stdout);
		status = CLI_OK;
	}
	arena_free(a);
	return status;
}

int
cmd_policy(int argc, char **argv)
{
	bool json = false;
	const struct cli_option options[] = {{.name = "json", .flag = &json}};
	int first, status = cli_options(argc, argv, options, 1, &first);
	struct buf b;

	if (status != CLI_OK)
		return status;
	buf_init(&b, 8 * POLICY_PAGE_MAX);
	if (argc - first == 1 && strcmp(argv[first], "keys") == 0)
		status = keys(&b);
	else if (argc - first == 2)
		status = show(&b, argv[first], argv[first + 1], json);
	else
		status = cli_usage("policy: give check or page, and a policy file");
	buf_clear(&b);
	return status;
}
