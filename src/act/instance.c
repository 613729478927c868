/* What a process that serves a programme holds. */
#include "act/instance.h"

#include "base/log.h"
#include "base/time.h"
#include "keyd/client/public_keys.h"
#include "store/migrate.h"
#include "store/policy_store.h"
#include "store/statements.h"
#include "store/tx.h"

#include <stdatomic.h>
#include <unistd.h>

/* All of the file at FD, at most MAX bytes, in A. */
static enum err
file_read(struct arena *a, int fd, size_t max, struct str *out)
{
	char *p = arena_array(a, max + 1, 1);
	size_t n = 0;

	while (n <= max) {
		ssize_t r = pread(fd, p + n, max + 1 - n, (off_t)n);

		if (r < 0)
			return ERR_IO;
		if (r == 0)
			break;
		n += (size_t)r;
	}
	if (n > max)
		return ERR_TOO_LARGE;
	*out = str_bytes(p, n);
	return ERR_OK;
}

static void
config_read(struct instance *in)
{
	struct arena *a = arena_new(2 * CONFIG_FILE_MAX);
	struct diags ds = {0};
	struct diag d = {0};
	struct str text;
	int fd = role_fd(in->role, SLOT_CONFIG);
	enum err e = file_read(a, fd, CONFIG_FILE_MAX, &text);

	if (e == ERR_OK)
		e = config_parse(in->a, "vdpd.yaml", text, &ds, &in->config);
	if (e != ERR_OK) {
		diag_set(&d, e, NULL, "vdpd.yaml cannot be read");
		diags_first(&ds, &d);
		role_fail(in->role, &d);
	}
	close(fd);
	arena_free(a);
}

static void
keys_read(struct instance *in)
{
	struct public_keys keys;
	struct diag d = {0};
	int fd = role_fd(in->role, SLOT_PUBLIC_KEYS);

	if (public_keys_read(fd, &keys) != ERR_OK) {
		diag_set(&d, ERR_INVALID, "restore the folder keys/ from its backup",
		        "keys/public.keys is not a file of keys");
		role_fail(in->role, &d);
	}
	close(fd);
	memcpy(in->programme.signing_public, keys.signing, sizeof keys.signing);
	in->programme.wrapper = wrapper_new(keys.storage);
	in->intake_key = key_new();
	if (!role_has(in->role, SLOT_SERVER_KEY))
		return;
	fd = role_fd(in->role, SLOT_SERVER_KEY);
	if (key_read(fd, in->intake_key) != ERR_OK) {
		diag_set(&d, ERR_INVALID, "restore the folder keys/ from its backup",
		        "keys/server.key is not a key of 32 bytes");
		role_fail(in->role, &d);
	}
	close(fd);
}

struct keep {
	struct instance *in;
	const struct policy *policy;
	int64_t programme_id;
};

static enum err
policy_write_down(struct db *db, void *ctx)
{
	struct keep *k = ctx;
	struct policy_row row = {.in_force_at = now_utc_s(), .text = k->policy->text};
	enum err e = programme_ensure(
	        db, k->policy->programme, k->policy->case_prefix, &k->programme_id);

	memcpy(row.sha256, k->policy->sha256, sizeof row.sha256);
	row.programme_id = k->programme_id;
	return e == ERR_OK ? policy_keep(db, &row) : e;
}

enum err
instance_policy_read(struct instance *in, struct db *db, int fd, struct diag *d)
{
	struct arena *a = arena_new(2 * POLICY_FILE_MAX);
	struct keep k = {.in = in};
	struct str text;
	enum err e = file_read(a, fd, POLICY_FILE_MAX, &text);

	close(fd);
	if (e == ERR_OK)
		e = policies_add(in->programme.policies, "policy.yaml", text, d, &k.policy);
	if (e == ERR_OK)
		e = tx_run(db, policy_write_down, &k);
	if (e == ERR_OK) {
		in->programme.id = k.programme_id;
		in->programme.name = k.policy->programme;
		in->programme.case_prefix = k.policy->case_prefix;
		atomic_store(&in->in_force, k.policy);
	}
	arena_free(a);
	return e;
}

void
instance_open(struct instance *in, enum role_id self)
{
	struct diag d = {0};
	struct db *db;

	*in = (struct instance){.a = arena_new(CONFIG_ARENA_BYTES)};
	in->role = role_start(self);
	config_read(in);
	keys_read(in);
	in->keyd = (struct keyd_client){.pool = role_pool(in->role, SLOT_TO_KEYD)};
	in->programme.keyd = &in->keyd;
	in->supervisor = role_pool(in->role, SLOT_TO_SUPERVISOR);
	role_dir(in->role, SLOT_DATA_DIR, in->data_dir);
	in->programme.policies = policies_new();
	if (migrate_run(in->data_dir, &store_set, &d) != ERR_OK)
		role_fail(in->role, &d);
	db = instance_db(in);
	if (instance_policy_read(in, db, role_fd(in->role, SLOT_POLICY), &d) != ERR_OK) {
		if (d.what[0] == '\0')
			diag_set(&d, ERR_STORE, "see vdpd doctor",
			        "the policy cannot be written down in the database");
		role_fail(in->role, &d);
	}
	db_close(db);
}

struct db *
instance_db(struct instance *in)
{
	struct diag d = {0};
	struct db *db;

	if (db_open(in->data_dir, &store_set, 0, &d, &db) != ERR_OK)
		role_fail(in->role, &d);
	return db;
}

const struct policy *
instance_policy(struct instance *in)
{
	return atomic_load(&in->in_force);
}
