/* vdpd security-txt: the file of an instance, and what is wrong with any such file. */
#include "cli/admin/admin.h"

#include "base/time.h"
#include "cli/admin/place.h"
#include "cli/admin/staff.h"
#include "publish/pgp_public.h"
#include "publish/security_txt.h"

enum { ARENA_BYTES = CONFIG_ARENA_BYTES + POLICY_ARENA_BYTES + 4 * (1 << 20) };

static void
say_all(const struct diags *ds)
{
	for (size_t i = 0; i < ds->n; i++)
		(void)cli_error(&ds->d[i]);
	if (ds->more > 0)
		fprintf(stderr, "and %zu more\n", ds->more);
}

/* The policy of the instance that was entered. */
static enum err
read_policy(struct arena *a, const struct config *c, const struct policy **p)
{
	const char *file =
	        str_z(a, str_fmt(a, "programmes/%.*s/policy.yaml", STR_ARG(c->programme)));
	struct diags ds = {0};
	struct diag d = {0};
	struct str text;
	enum err e = cli_read(a, file, POLICY_FILE_MAX, &text, &d);

	if (e == ERR_OK)
		e = policy_parse(a, file, text, &ds, p);
	if (ds.n > 0)
		say_all(&ds);
	else if (e != ERR_OK)
		(void)cli_error(&d);
	return e;
}

/* Errors fill D. */
static enum err
read_keys(struct arena *a, struct pgp_public *out, struct diag *d)
{
	struct staff *staff;
	enum err e = staff_open(a, &staff, d);

	if (e != ERR_OK)
		return e;
	e = staff_pgp_state(staff, &out->state, d);
	if (e == ERR_OK)
		e = staff_pgp_published(staff, &out->published, d);
	staff_close(staff);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static int
print(struct arena *a, const char *dir)
{
	const struct config *config;
	const struct policy *policy;
	struct pgp_public keys = {0};
	struct diag d = {0};
	struct buf b;

	if (place_enter(a, dir, &config, &d) != ERR_OK || read_keys(a, &keys, &d) != ERR_OK)
		return cli_error(&d);
	if (read_policy(a, config, &policy) != ERR_OK)
		return CLI_NO;
	buf_init(&b, SECURITY_TXT_MAX);
	security_txt_now(policy, config, &keys, now_utc_s(), &b);
	fwrite(b.p, 1, b.n, stdout);
	buf_clear(&b);
	return CLI_OK;
}

static int
check(struct arena *a, const char *file)
{
	struct diags wrong = {0}, advice = {0};
	struct diag d = {0};
	struct str text;
	enum err e;

	if (cli_read(a, file, SECURITY_TXT_MAX, &text, &d) != ERR_OK)
		return cli_error(&d);
	e = security_txt_check(
	        strcmp(file, "-") == 0 ? "stdin" : file, text, now_utc_s(), &wrong, &advice);
	say_all(&wrong);
	say_all(&advice);
	return e == ERR_OK ? CLI_OK : CLI_NO;
}

int
admin_security_txt(int argc, char **argv)
{
	const char *dir = NULL;
	const struct cli_option options[] = {{.name = "directory", .letter = 'C', .value = &dir}};
	int first, status = cli_options(argc, argv, options, 1, &first);
	struct arena *a;

	if (status != CLI_OK)
		return status;
	a = arena_new(ARENA_BYTES);
	if (argc - first == 1 && strcmp(argv[first], "print") == 0 && dir != NULL)
		status = print(a, dir);
	else if (argc - first == 2 && strcmp(argv[first], "check") == 0 && dir == NULL)
		status = check(a, argv[first + 1]);
	else
		status = cli_usage("security-txt: print -C with the instance's directory, or check "
		                   "with a file");
	arena_free(a);
	return status;
}
