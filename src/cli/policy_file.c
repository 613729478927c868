/* Reading a policy file for a command. */
#include "cli/policy_file.h"

#include "cli/cli.h"

enum err
cli_policy(struct arena *a, const char *path, const struct policy **out)
{
	const char *name = strcmp(path, "-") == 0 ? "stdin" : path;
	struct diags ds = {0};
	struct diag d = {0};
	struct str text;
	enum err e = cli_read(a, path, POLICY_FILE_MAX, &text, &d);

	if (e != ERR_OK) {
		cli_error(&d);
		return e;
	}
	e = policy_parse(a, name, text, &ds, out);
	for (size_t i = 0; i < ds.n; i++)
		cli_error(&ds.d[i]);
	if (ds.more > 0)
		fprintf(stderr, "%s: %zu more mistakes\n", name, ds.more);
	return e;
}
