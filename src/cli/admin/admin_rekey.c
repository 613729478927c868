/* vdpd rekey: a new storage key; everything that was sealed to the old one is sealed to it. keyd,
 * if it runs, opens with both meanwhile; whoever is killed in the middle goes on from there. */
#include "cli/admin/admin.h"

#include "base/id.h"
#include "base/time.h"
#include "cli/admin/place.h"
#include "cli/admin/rekey_sweep.h"
#include "cli/admin/staff.h"
#include "proc/instance.h"
#include "store/statements.h"
#include "store/wrap_store.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/file.h>
#include <unistd.h>

enum { ARENA_BYTES = 1 << 20, PASSES = 2 /* one that moves and one that checks */ };

struct rekey {
	const char *dir;
	bool json;
	bool live; /* the instance is served */
	struct rekey_keys keys;
	struct rekey_swept swept;
	struct db *db;
	int lock, keys_dir;
	struct diag why;
};

/* No other change, and no backup, which would mix old keys and new wraps. */
static enum err
be_alone(struct rekey *r)
{
	enum err e = instance_lock(&r->lock, &r->why);

	r->live = e == ERR_BUSY;
	if (e != ERR_OK && !r->live)
		return e;
	r->why = (struct diag){0};
	r->keys_dir = open("keys", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r->keys_dir >= 0 && flock(r->keys_dir, LOCK_EX | LOCK_NB) == 0)
		return ERR_OK;
	if (errno == EWOULDBLOCK)
		return diag_set(&r->why, ERR_BUSY, "wait for it, and run this again",
		        "a backup is being made, or the storage key is being changed already");
	return diag_set(&r->why, ERR_IO, NULL, "keys: %s", strerror(errno));
}

/* Tells keyd, in a session of its own: it lasts a minute, and the change perhaps longer. */
static enum err
tell_keyd(struct rekey *r, enum keyd_rekey_step step)
{
	struct arena *a = arena_new(ARENA_BYTES);
	struct staff *staff;
	enum err e = staff_open(a, &staff, &r->why);

	if (e == ERR_OK) {
		e = staff_rekey(staff, step, r->keys.new.secret.b, &r->why);
		staff_close(staff);
	}
	arena_free(a);
	return e;
}

static enum err
sweep(struct rekey *r)
{
	struct progress progress;
	int64_t cases, capsules;
	enum err e = wrap_count(r->db, &cases, &capsules);

	if (e != ERR_OK)
		return diag_set(&r->why, e, NULL, "data/vdpd.db: %s", db_why(r->db));
	progress_begin(&progress, "rekey", (uint64_t)(cases + capsules) * PASSES, r->json);
	e = rekey_sweep(r->db, &r->keys, r->live, &progress, &r->swept, &r->why);
	progress_end(&progress);
	return e;
}

static enum err
rekey(struct rekey *r)
{
	enum err e = place_go(r->dir, &r->why);

	if (e == ERR_OK)
		e = be_alone(r);
	/* The database first: nothing is begun beside one that does not open. */
	if (e == ERR_OK)
		e = db_open("data", &store_set, DB_LAZY, &r->why, &r->db);
	if (e == ERR_OK)
		e = rekey_begin("keys", &r->keys, &r->why);
	if (e == ERR_OK && r->live)
		e = tell_keyd(r, KEYD_REKEY_BEGIN);
	if (e == ERR_OK)
		e = sweep(r);
	if (e == ERR_OK)
		e = r->live ? tell_keyd(r, KEYD_REKEY_END)
		            : rekey_log("keys", &r->keys, now_utc_s(), &r->why);
	if (e == ERR_OK)
		e = rekey_replace("keys", &r->keys, &r->why);
	return e;
}

static void
print(const struct rekey *r)
{
	struct arena *a = arena_new(4096);
	struct str old = hex_str(a, r->keys.old.public_half, 8);
	struct str new = hex_str(a, r->keys.new.public_half, 8);

	if (r->json) {
		printf("{\"cases\":%zu,\"capsules\":%zu,\"not_opened\":%zu,\"resumed\":%s,"
		       "\"served\":%s,\"old_key\":\"%.*s\",\"new_key\":\"%.*s\"}\n",
		        r->swept.cases_n, r->swept.capsules_n, r->swept.closed_n,
		        r->keys.resumed ? "true" : "false", r->live ? "true" : "false",
		        STR_ARG(old), STR_ARG(new));
		arena_free(a);
		return;
	}
	printf("keys/storage.key is new%s: %zu cases and %zu addresses of reporters are sealed to "
	       "it.\n",
	        r->keys.resumed ? ", after a change that was cut off" : "", r->swept.cases_n,
	        r->swept.capsules_n);
	if (r->swept.closed_n > 0)
		printf("%zu could be opened with no key, before or now, and were left as they "
		       "are.\n",
		        r->swept.closed_n);
	printf("The old key (%.*s…) is gone from here. Make a backup of the new one (%.*s…);\n"
	       "earlier backups that were made without the storage key need the copy of the old "
	       "one.\n",
	        STR_ARG(old), STR_ARG(new));
	arena_free(a);
}

int
admin_rekey(int argc, char **argv)
{
	struct rekey r = {.lock = -1, .keys_dir = -1};
	const struct cli_option options[] = {
	        {.name = "directory", .letter = 'C', .value = &r.dir},
	        {.name = "json", .flag = &r.json},
	};
	int first, status = cli_options(argc, argv, options, 2, &first);
	enum err e;

	if (status != CLI_OK)
		return status;
	if (r.dir == NULL || argc != first)
		return cli_usage("rekey: -C with the instance's directory, and nothing else");
	e = rekey(&r);
	if (e == ERR_OK)
		print(&r);
	else
		status = cli_error(&r.why);
	db_close(r.db);
	sodium_memzero(&r.keys, sizeof r.keys);
	if (r.keys_dir >= 0)
		close(r.keys_dir);
	if (r.lock >= 0)
		close(r.lock);
	return status;
}
