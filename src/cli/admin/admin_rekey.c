/* vdpd rekey: a new storage key; everything that was sealed to the old one is sealed to it. The
 * instance stands still meanwhile: what is sealed must not come to a key that is on its way out. */
#include "cli/admin/admin.h"

#include "base/time.h"
#include "cli/admin/place.h"
#include "keyd/store/keyd_rekey.h"
#include "proc/instance.h"
#include "seal/capsule.h"
#include "seal/team_wrap.h"
#include "store/statements.h"
#include "store/tx.h"
#include "store/wrap_store.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/file.h>
#include <unistd.h>

enum { STRETCH = 256 };
#define BATCH_ARENA_BYTES ((size_t)64 << 20)

struct rekey {
	const char *dir;
	bool json;
	struct rekey_keys keys;
	struct db *db;
	int lock, keys_dir;
	size_t cases_n, capsules_n, closed_n; /* the last: open with neither key */
	struct diag why;
};

/* One stretch of rows; what it counts is added once it is committed. */
struct batch {
	const struct rekey_keys *keys;
	struct wrapper *wrapper; /* to the new key */
	int64_t after, last;     /* ids */
	size_t read_n, done_n, closed_n;
};

/* Sealed to the new key in a run that was cut off. */
static bool
is_done(const struct batch *b, const struct wrap_row *row)
{
	struct key team;
	bool done = team_unwrap(b->keys->new.public_half, &b->keys->new.secret, row->team_wrap,
	                    row->uid, &team) == ERR_OK;

	key_wipe(&team);
	return done;
}

static enum err
wrap_anew(struct db *db, struct batch *b, const struct wrap_row *row)
{
	unsigned char wrap[TEAM_WRAP_BYTES];
	struct key team;
	enum err e;

	if (team_unwrap(b->keys->old.public_half, &b->keys->old.secret, row->team_wrap, row->uid,
	            &team) != ERR_OK) {
		if (is_done(b, row))
			b->done_n++;
		else
			b->closed_n++;
		return ERR_OK;
	}
	team_wrap(b->wrapper, &team, row->uid, wrap);
	e = wrap_put(db, row->id, str_bytes(wrap, sizeof wrap));
	b->done_n++;
	key_wipe(&team);
	return e;
}

static enum err
wraps_tx(struct db *db, void *ctx)
{
	struct batch *b = ctx;
	struct arena *a = arena_new(BATCH_ARENA_BYTES);
	struct wrap_row *rows;
	enum err e;

	b->done_n = b->closed_n = 0;
	e = wrap_list(a, db, b->after, STRETCH, &rows, &b->read_n);
	for (size_t i = 0; e == ERR_OK && i < b->read_n; i++) {
		e = wrap_anew(db, b, &rows[i]);
		b->last = rows[i].id;
	}
	arena_free(a);
	return e;
}

static enum err
seal_anew(struct arena *a, struct db *db, struct batch *b, const struct sealed_row *row)
{
	const struct capsule_bond bond = {
	        (enum capsule_purpose)row->purpose, row->uid, row->not_before_utc_s};
	struct str plain;

	if (capsule_open(a, b->keys->old.public_half, &b->keys->old.secret, &bond, row->content,
	            &plain) == ERR_OK) {
		b->done_n++;
		return sealed_put(
		        db, row->id, capsule_seal(a, b->keys->new.public_half, &bond, plain));
	}
	if (capsule_open(a, b->keys->new.public_half, &b->keys->new.secret, &bond, row->content,
	            &plain) == ERR_OK)
		b->done_n++;
	else
		b->closed_n++;
	return ERR_OK;
}

static enum err
capsules_tx(struct db *db, void *ctx)
{
	struct batch *b = ctx;
	struct arena *a = arena_new(BATCH_ARENA_BYTES);
	struct sealed_row *rows;
	enum err e;

	b->done_n = b->closed_n = 0;
	e = sealed_list(a, db, b->after, STRETCH, &rows, &b->read_n);
	for (size_t i = 0; e == ERR_OK && i < b->read_n; i++) {
		e = seal_anew(a, db, b, &rows[i]);
		b->last = rows[i].id;
	}
	arena_free(a);
	return e;
}

static enum err
run_over(struct rekey *r, tx_fn *step, size_t *done)
{
	struct batch b = {
	        .keys = &r->keys, .wrapper = wrapper_new(r->keys.new.public_half), .read_n = 1};
	enum err e = ERR_OK;

	while (e == ERR_OK && b.read_n > 0) {
		e = tx_run(r->db, step, &b);
		b.after = b.last;
		if (e == ERR_OK) {
			*done += b.done_n;
			r->closed_n += b.closed_n;
		}
	}
	wrapper_free(b.wrapper);
	if (e != ERR_OK)
		return diag_set(&r->why, e, "mend that and run it again: it goes on from there",
		        "data/vdpd.db: %s", db_why(r->db));
	return ERR_OK;
}

/* Alone: no process that seals or opens, and no backup that would mix old keys and new wraps. */
static enum err
be_alone(struct rekey *r)
{
	enum err e = instance_lock(&r->lock, &r->why);

	if (e == ERR_BUSY)
		return diag_set(&r->why, e, "stop it, run this, and start it again",
		        "the storage key cannot be changed while the instance is served");
	if (e != ERR_OK)
		return e;
	r->keys_dir = open("keys", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r->keys_dir >= 0 && flock(r->keys_dir, LOCK_EX | LOCK_NB) == 0)
		return ERR_OK;
	if (errno == EWOULDBLOCK)
		return diag_set(&r->why, ERR_BUSY, "wait for it, and run this again",
		        "a backup is being made");
	return diag_set(&r->why, ERR_IO, NULL, "keys: %s", strerror(errno));
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
	if (e == ERR_OK)
		e = run_over(r, wraps_tx, &r->cases_n);
	if (e == ERR_OK)
		e = run_over(r, capsules_tx, &r->capsules_n);
	if (e == ERR_OK)
		e = rekey_finish("keys", &r->keys, now_utc_s(), &r->why);
	return e;
}

static void
print(const struct rekey *r)
{
	if (r->json) {
		printf("{\"cases\":%zu,\"capsules\":%zu,\"not_opened\":%zu,\"resumed\":%s}\n",
		        r->cases_n, r->capsules_n, r->closed_n, r->keys.resumed ? "true" : "false");
		return;
	}
	printf("keys/storage.key is new%s: %zu cases and %zu addresses of reporters are sealed to "
	       "it.\n",
	        r->keys.resumed ? ", after a change that was cut off" : "", r->cases_n,
	        r->capsules_n);
	if (r->closed_n > 0)
		printf("%zu could be opened with no key, before or now, and were left as they "
		       "are.\n",
		        r->closed_n);
	printf("The old key is gone from here. Make a backup of the new one; earlier backups that\n"
	       "were made without the storage key need the copy of the old one.\n");
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
