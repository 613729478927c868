/* vdpd restore: an instance from a backup, or the proof that it could be. */
#include "cli/admin/admin.h"

#include "base/id.h"
#include "base/time.h"
#include "cli/admin/audit_check.h"
#include "cli/admin/backup_key.h"
#include "cli/admin/keyd_check.h"
#include "cli/admin/owner.h"
#include "cli/admin/place.h"
#include "cli/admin/restore_unpack.h"
#include "keyd/store/keyd_restored.h"
#include "keyd/store/keyd_set.h"
#include "policy/policy.h"
#include "store/integrity.h"
#include "store/statements.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	KEY_ID_BYTES = 8, /* of its public half, as shown */
	ARENA_BYTES = CONFIG_ARENA_BYTES + POLICY_ARENA_BYTES + (1 << 20)
};

struct restore {
	struct arena *a;
	const char *dir, *key_file, *owner;
	bool json;
	struct key secret;
	struct unpack_request q;
	struct tree tree;
	struct unpacked found;
	struct audited audited;
	struct keyd_forgotten forgotten;
	struct public_keys keys;
	struct diag why;
};

static enum err
make_folders(struct restore *r)
{
	static const char *const folders[] = {"data", "data/blobs", "keys", "outbox", "run"};
	enum err e = ERR_OK;

	for (size_t i = 0; i < sizeof folders / sizeof folders[0] && e == ERR_OK; i++)
		e = tree_dir(&r->tree, folders[i], &r->why);
	return e;
}

/* A rehearsal's tree is made where temporary files are, and never gets its name. */
static enum err
begin_tree(struct restore *r)
{
	const char *folder = getenv("TMPDIR");
	const char *target = r->dir;
	enum err e;

	if (r->q.rehearse)
		target = str_z(r->a,
		        str_fmt(r->a, "%s/vdpd-rehearsal-%d",
		                folder != NULL && *folder != '\0' ? folder : "/var/tmp", getpid()));
	e = tree_begin(&r->tree, target, &r->why);
	if (e == ERR_OK && !r->q.rehearse && (r->owner != NULL || r->tree.uid == 0))
		e = owner_find(r->owner, &r->tree.uid, &r->tree.gid, &r->why);
	return e;
}

/* A rehearsal looks at every page and follows every chain. A restore does not: its bytes are proved
 * to be those that were backed up, and whoever restores is in a hurry. */
static enum err
check_all(struct restore *r, const struct config *config)
{
	enum err e = db_integrity("data", &store_set, &r->why);

	if (e == ERR_OK)
		e = db_integrity("keys", &keyd_set, &r->why);
	return e == ERR_OK ? audit_check(r->a, config, &r->audited, &r->why) : e;
}

static enum err
check_inside(struct restore *r)
{
	const struct config *config;
	enum err e = place_config(r->a, &config, &r->why);

	if (e == ERR_OK)
		e = place_public_keys(&r->keys, &r->why);

	if (e == ERR_OK && r->found.storage_key)
		e = keyd_check_keys(&r->why);
	return e == ERR_OK && r->q.rehearse ? check_all(r, config) : e;
}

static enum err
check(struct restore *r)
{
	int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum err e;

	if (here < 0 || fchdir(r->tree.fd) != 0) {
		e = diag_set(&r->why, ERR_IO, NULL, "%s: %s", r->tree.path, strerror(errno));
	} else {
		e = check_inside(r);
		if (fchdir(here) != 0 && e == ERR_OK)
			e = diag_set(&r->why, ERR_IO, NULL, "cannot go back: %s", strerror(errno));
	}
	if (here >= 0)
		close(here);
	return e;
}

static enum err
forget(struct restore *r)
{
	char keys[TREE_PATH_MAX];

	tree_path(&r->tree, "keys", keys);
	return keyd_restored(keys, now_utc_s(), r->found.made_at_utc_s, &r->forgotten, &r->why);
}

static enum err
restore(struct restore *r)
{
	enum err e = begin_tree(r);

	if (e == ERR_OK)
		e = make_folders(r);
	if (e == ERR_OK)
		e = restore_unpack(r->a, &r->q, &r->tree, &r->found, &r->why);
	if (e == ERR_OK)
		e = check(r);
	if (e == ERR_OK && !r->q.rehearse)
		e = forget(r);
	if (e == ERR_OK && !r->q.rehearse)
		return tree_finish(&r->tree, &r->why);
	tree_drop(&r->tree);
	return e;
}

static void
print_json(const struct restore *r)
{
	char at[RFC3339_MAX];

	time_format(r->found.made_at_utc_s, at);
	printf("{\"id\":\"%.*s\",\"made_at\":\"%s\",\"rehearsal\":%s,\"storage_key\":%s,"
	       "\"storage_key_id\":\"%.*s\","
	       "\"backups\":%zu,\"files\":%zu,\"files_missing\":%zu,\"files_damaged\":%zu",
	        STR_ARG(hex_str(r->a, r->found.id, sizeof r->found.id)), at,
	        r->q.rehearse ? "true" : "false", r->found.storage_key ? "true" : "false",
	        STR_ARG(hex_str(r->a, r->keys.storage, KEY_ID_BYTES)), r->found.backups_n,
	        r->found.blobs_n, r->found.missing_n, r->found.damaged_n);
	if (r->q.rehearse)
		printf(",\"cases\":%zu,\"events\":%zu}\n", r->audited.cases_n, r->audited.events_n);
	else
		printf(",\"sessions_ended\":%lld,\"invitations_ended\":%lld,"
		       "\"numbers_skipped\":%lld}\n",
		        (long long)r->forgotten.sessions, (long long)r->forgotten.invitations,
		        (long long)r->forgotten.numbers_skipped);
}

static void
print_text(const struct restore *r)
{
	char at[RFC3339_MAX];

	time_format(r->found.made_at_utc_s, at);
	if (r->q.rehearse)
		printf("%s can be restored; nothing was changed.\n", r->q.file);
	else
		printf("%s is the instance as of %s.\n", r->tree.target, at);
	printf("made at         %s\n", at);
	if (r->q.rehearse)
		printf("cases           %zu, %zu events: every chain is whole\n",
		        r->audited.cases_n, r->audited.events_n);
	printf("files of cases  %zu, each as its row says\n"
	       "storage key     %.*s, %s\n",
	        r->found.blobs_n - r->found.missing_n - r->found.damaged_n,
	        STR_ARG(hex_str(r->a, r->keys.storage, KEY_ID_BYTES)),
	        r->found.storage_key ? "in it" : "NOT in it: no report can be opened without it");
	if (r->q.rehearse)
		return;
	printf("sessions        all ended: %lld, and %lld open invitations\n\n",
	        (long long)r->forgotten.sessions, (long long)r->forgotten.invitations);
	printf("`vdpd audit verify -C %s` follows every chain.\n", r->tree.target);
	if (!r->found.storage_key)
		printf("Put keys/storage.key back from its own backup (mode 600) before the "
		       "start.\n");
	printf("%lld case numbers of this year are left out, because the old instance may have "
	       "given\nthem after %s. If it gave more, they are given again: then tell their\n"
	       "reporters. Never run both.\n",
	        (long long)r->forgotten.numbers_skipped, at);
}

/* What was lost before the backup was made is no fault of it, but it is not well. */
static int
say_losses(const struct restore *r)
{
	if (r->found.missing_n + r->found.damaged_n == 0)
		return CLI_OK;
	fprintf(stderr,
	        "%s: %zu files of cases were missing and %zu damaged when it was made: an earlier "
	        "backup may have them\n",
	        r->q.file, r->found.missing_n, r->found.damaged_n);
	return CLI_NO;
}

static int
run(struct restore *r)
{
	enum err e = backup_key_secret(r->a, r->key_file, &r->secret, &r->why);
	int status;

	umask(0077);
	r->q.secret = &r->secret;
	if (e == ERR_OK)
		e = restore(r);
	if (e != ERR_OK)
		return cli_error(&r->why);
	status = say_losses(r);
	if (r->json)
		print_json(r);
	else
		print_text(r);
	return status;
}

int
admin_restore(int argc, char **argv)
{
	struct restore r = {.tree = {.fd = -1}};
	const struct cli_option options[] = {
	        {.name = "key", .value = &r.key_file},
	        {.name = "bases", .value = &r.q.bases},
	        {.name = "owner", .value = &r.owner},
	        {.name = "rehearse", .flag = &r.q.rehearse},
	        {.name = "json", .flag = &r.json},
	};
	int first, status = cli_options(argc, argv, options, 5, &first);

	if (status != CLI_OK)
		return status;
	if (r.key_file == NULL || argc - first != (r.q.rehearse ? 1 : 2))
		return cli_usage(r.q.rehearse
		                         ? "restore --rehearse: the backup, and --key with its key"
		                         : "restore: the backup, a new directory, and --key with "
		                           "the backup's key");
	r.q.file = argv[first];
	r.q.quiet = r.json;
	if (!r.q.rehearse)
		r.dir = argv[first + 1];
	r.a = arena_new(ARENA_BYTES);
	status = run(&r);
	arena_free(r.a);
	key_wipe(&r.secret);
	return status;
}
