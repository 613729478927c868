/* vdpd init: a new instance. It is made beside its place and appears there whole. */
#include "cli/admin/admin.h"

#include "base/buf.h"
#include "base/time.h"
#include "cli/admin/init_ask.h"
#include "cli/admin/owner.h"
#include "cli/admin/tree.h"
#include "keyd/store/keyd_store.h"
#include "keyd/store/pgp_store.h"
#include "policy/config.h"
#include "policy/policy.h"
#include "store/migrate.h"
#include "store/statements.h"

#include <sys/stat.h>

#define PUBLIC_URL "http://127.0.0.1:8080"
#define DESK_URL   "http://127.0.0.1:8081"

enum { ANSWER_MAX = 16 * 1024 };

struct init {
	struct arena *a;
	const char *dir, *policy_file, *owner;
	const char *public_url, *desk_url;
	bool json;
	struct str policy_text, config_text;
	const struct policy *policy;
	const struct config *config;
	struct keyd_invited first;
	struct tree tree;
	struct diag why;
};

static int
say_all(const struct diags *ds)
{
	for (size_t i = 0; i < ds->n; i++)
		(void)cli_error(&ds->d[i]);
	if (ds->more > 0)
		fprintf(stderr, "and %zu more\n", ds->more);
	return CLI_NO;
}

/* Asks for a policy. What would stop the making is looked at before ten questions are answered. */
static int
ask_for_it(struct init *in)
{
	struct draft_made made;
	enum err e = tree_begin(&in->tree, in->dir, &in->why);

	if (e != ERR_OK)
		return cli_error(&in->why);
	tree_drop(&in->tree);
	e = init_ask(in->a, in->public_url, in->desk_url, now_utc_s(), &made, &in->why);
	if (e == ERR_NOT_FOUND)
		return cli_usage("init: give --policy with a file, or answer on stdin");
	if (e != ERR_OK)
		return cli_error(&in->why);
	in->policy_text = made.policy_text;
	in->config_text = made.config_text;
	in->policy = made.policy;
	in->config = made.config;
	return CLI_OK;
}

/* Reads what is given, and says every mistake in it, before anything is made. */
static int
read_given(struct init *in)
{
	struct diags ds = {0};

	if (in->policy_file == NULL)
		return ask_for_it(in);

	if (cli_read(in->a, in->policy_file, POLICY_FILE_MAX, &in->policy_text, &in->why) != ERR_OK)
		return cli_error(&in->why);
	if (policy_parse(in->a, in->policy_file, in->policy_text, &ds, &in->policy) != ERR_OK)
		return say_all(&ds);
	in->config_text = config_text(in->a, in->policy->programme,
	        str_of(in->public_url != NULL ? in->public_url : PUBLIC_URL), str_of(in->desk_url));
	if (config_parse(in->a, "the new vdpd.yaml", in->config_text, &ds, &in->config) != ERR_OK)
		return say_all(&ds);
	return CLI_OK;
}

/* Made by vdpd-pgp as soon as the instance runs. */
static enum err
order_pgp_key(struct init *in, const char *dir)
{
	struct keyd_store s;
	enum err e = keyd_store_open(dir, &s, &in->why);

	if (e != ERR_OK)
		return e;
	e = pgp_want(in->a, s.db, &keyd_operator, KEYD_PGP_WISH_CREATE, now_utc_s());
	if (e != ERR_OK)
		diag_set(&in->why, e, NULL, "cannot write down that a key is wanted: %s",
		        db_why(s.db));
	keyd_store_close(&s);
	return e;
}

static enum err
make_keys(struct init *in)
{
	char path[TREE_PATH_MAX];
	enum err e;

	tree_path(&in->tree, "keys", path);
	e = keyd_store_create(in->a, path, now_utc_s(), &in->first, &in->why);
	if (e == ERR_OK && in->policy->contact.pgp != POLICY_PGP_NONE)
		e = order_pgp_key(in, path);
	return e;
}

static enum err
make_database(struct init *in)
{
	char path[TREE_PATH_MAX];

	tree_path(&in->tree, "data", path);
	return migrate_run(path, &store_set, &in->why);
}

static enum err
make_programme(struct init *in)
{
	const struct str name = in->policy->programme;
	const char *dir = str_z(in->a, str_fmt(in->a, "programmes/%.*s", STR_ARG(name)));
	const char *file = str_z(in->a, str_fmt(in->a, "%s/policy.yaml", dir));
	enum err e = tree_dir(&in->tree, "programmes", &in->why);

	if (e == ERR_OK)
		e = tree_dir(&in->tree, dir, &in->why);
	if (e == ERR_OK)
		e = tree_file(&in->tree, file, in->policy_text, &in->why);
	return e;
}

static enum err
make(struct init *in)
{
	static const char *const folders[] = {"data", "data/blobs", "outbox", "run"};
	enum err e = tree_begin(&in->tree, in->dir, &in->why);

	if (e != ERR_OK)
		return e;
	if (in->owner != NULL || in->tree.uid == 0)
		e = owner_find(in->owner, &in->tree.uid, &in->tree.gid, &in->why);
	for (size_t i = 0; i < sizeof folders / sizeof folders[0] && e == ERR_OK; i++)
		e = tree_dir(&in->tree, folders[i], &in->why);
	if (e == ERR_OK)
		e = make_programme(in);
	if (e == ERR_OK)
		e = tree_file(&in->tree, "vdpd.yaml", in->config_text, &in->why);
	if (e == ERR_OK)
		e = make_keys(in);
	if (e == ERR_OK)
		e = make_database(in);
	if (e != ERR_OK) {
		tree_drop(&in->tree);
		return e;
	}
	return tree_finish(&in->tree, &in->why);
}

static void
print_text(const struct init *in)
{
	char until[RFC3339_MAX];
	struct str desk = in->config->desk_url.text;

	time_format(in->first.expires_at, until);
	printf("%s is an instance now, for %.*s.\n\n", in->tree.target,
	        STR_ARG(in->policy->programme));
	printf("Its policy is %s/programmes/%.*s/policy.yaml:\n"
	       "`vdpd policy check` and `vdpd policy page` tell what a change to it does.\n\n",
	        in->tree.target, STR_ARG(in->policy->programme));
	printf("The keys are in %s/keys. storage.key is the only thing that opens reports.\n"
	       "Keep a backup of that folder apart from the backup of the rest: who loses the\n"
	       "key loses every report for good, and who gets both reads them all.\n\n",
	        in->tree.target);
	printf("Start it with `vdpd serve -C %s`. Then the first person, who becomes\n"
	       "administrator and coordinator, enrols here, once, until %s:\n"
	       "  %.*s/enrol/%.*s\n",
	        in->tree.target, until, STR_ARG(desk), STR_ARG(in->first.enrolment));
}

static void
print_json(const struct init *in)
{
	struct str desk = in->config->desk_url.text;
	struct buf b;
	char until[RFC3339_MAX];

	time_format(in->first.expires_at, until);
	buf_init(&b, ANSWER_MAX);
	buf_z(&b, "{\"instance\":");
	buf_json(&b, str_of(in->tree.target));
	buf_z(&b, ",\"programme\":");
	buf_json(&b, in->policy->programme);
	buf_z(&b, ",\"public_url\":");
	buf_json(&b, in->config->public_url.text);
	buf_z(&b, ",\"desk_url\":");
	buf_json(&b, desk);
	buf_z(&b, ",\"storage_key\":");
	buf_json(&b, str_fmt(in->a, "%s/keys/storage.key", in->tree.target));
	buf_z(&b, ",\"enrolment\":");
	buf_json(
	        &b, str_fmt(in->a, "%.*s/enrol/%.*s", STR_ARG(desk), STR_ARG(in->first.enrolment)));
	buf_fmt(&b, ",\"expires_at\":\"%s\"}\n", until);
	fwrite(b.p, 1, b.n, stdout);
	buf_clear(&b);
}

static int
run(struct init *in)
{
	int status = read_given(in);

	if (status != CLI_OK)
		return status;
	in->why = (struct diag){0};
	umask(0077);
	if (make(in) != ERR_OK)
		return cli_error(&in->why);
	if (in->json)
		print_json(in);
	else
		print_text(in);
	return CLI_OK;
}

int
admin_init(int argc, char **argv)
{
	struct init in = {.desk_url = DESK_URL};
	const struct cli_option options[] = {
	        {.name = "policy", .value = &in.policy_file},
	        {.name = "public-url", .value = &in.public_url},
	        {.name = "desk-url", .value = &in.desk_url},
	        {.name = "owner", .value = &in.owner},
	        {.name = "json", .flag = &in.json},
	};
	int first, status = cli_options(argc, argv, options, 5, &first);

	if (status != CLI_OK)
		return status;
	if (argc - first != 1)
		return cli_usage("init: give one directory");
	in.dir = argv[first];
	in.a = arena_new(DRAFT_ARENA_BYTES);
	status = run(&in);
	arena_free(in.a);
	return status;
}
