/* Taking the state of an instance. */
#include "cli/admin/backup_state.h"

#include "base/time.h"
#include "keyd/store/keyd_set.h"
#include "store/copy.h"
#include "store/db_engine.h"
#include "store/file_store.h"
#include "store/statements.h"
#include "store/turnstile.h"

#include <stdlib.h>
#include <unistd.h>

enum { STRETCH = 1024, ARENA_BYTES = 1 << 20 };

static enum err
failed(struct db *db, const char *file, enum err e, struct diag *d)
{
	return diag_set(d, e, e == ERR_FULL ? "make room on that disk" : "`vdpd doctor` tells more",
	        "%s: %s", file, db_why(db));
}

enum err
state_blobs(struct db *db, struct state_blob **list, size_t *n, struct diag *d)
{
	struct state_blob *got = NULL;
	size_t have = 0, room = 0, more = 1;
	int64_t after = 0;
	enum err e = ERR_OK;

	while (e == ERR_OK && more > 0) {
		struct arena *a = arena_new(ARENA_BYTES);
		struct file_blob_row *rows;

		e = file_blob_list(a, db, after, STRETCH, &rows, &more);
		if (e == ERR_OK && have + more > room) {
			room = 2 * room + STRETCH;
			got = reallocarray(got, room, sizeof *got);
			if (got == NULL)
				abort();
		}
		for (size_t i = 0; e == ERR_OK && i < more; i++) {
			memcpy(got[have].id, rows[i].blob, sizeof got[have].id);
			memcpy(got[have].hash, rows[i].hash, sizeof got[have].hash);
			got[have++].size_bytes = rows[i].size_bytes;
			after = rows[i].id;
		}
		arena_free(a);
	}
	if (e != ERR_OK) {
		free(got);
		return failed(db, "data/vdpd.db", e, d);
	}
	*list = got;
	*n = have;
	return ERR_OK;
}

/* One database while no writer is in the main one. */
static enum err
hold(struct db *db, const char *file, struct diag *d)
{
	enum err e = db_begin(db, false);

	if (e != ERR_OK)
		return failed(db, file, e, d);
	e = db_pin(db);
	if (e == ERR_OK)
		return ERR_OK;
	failed(db, file, e, d);
	db_rollback(db);
	return e;
}

static enum err
hold_both(struct backup_state *s, bool *main_whole, struct diag *d)
{
	enum err e = db_settle(s->main, main_whole);

	if (e != ERR_OK)
		return failed(s->main, "data/vdpd.db", e, d);
	e = hold(s->main, "data/vdpd.db", d);
	if (e != ERR_OK)
		return e;
	e = hold(s->keyd, "keys/keyd.db", d);
	if (e != ERR_OK)
		db_rollback(s->main);
	s->held = e == ERR_OK;
	s->at_utc_s = now_utc_s();
	return e;
}

/* keyd is alone at its database, but not held up here: a commit of its own between the settling and
 * the pinning leaves the file behind what is pinned, so its copy, which is small, is always made.
 */
static enum err
read_both(struct backup_state *s, bool main_whole, struct diag *d)
{
	enum err e = db_copy(s->keyd, "run", &s->keyd_fd, &s->keyd_bytes, d);

	if (e == ERR_OK && main_whole) {
		e = db_file(s->main, "data/vdpd.db", &s->main_fd, &s->main_bytes);
		if (e != ERR_OK)
			failed(s->main, "data/vdpd.db", e, d);
	} else if (e == ERR_OK) {
		e = db_copy(s->main, "run", &s->main_fd, &s->main_bytes, d);
	}
	return e == ERR_OK ? state_blobs(s->main, &s->blobs, &s->blobs_n, d) : e;
}

static enum err
take(struct backup_state *s, struct turnstile *turn, struct diag *d)
{
	bool main_whole = false;
	/* Also before the first start of a newer version: that is when one is wanted most. */
	enum err e = db_open("data", &store_set, DB_LAZY | DB_OLDER, d, &s->main);

	if (e == ERR_OK)
		e = db_open("keys", &keyd_set, DB_LAZY | DB_OLDER, d, &s->keyd);
	if (e != ERR_OK)
		return e;
	/* Most of it before anybody has to wait. */
	e = db_settle(s->main, &main_whole);
	if (e != ERR_OK)
		return failed(s->main, "data/vdpd.db", e, d);
	e = turnstile_enter(turn);
	if (e != ERR_OK)
		return diag_set(d, e, NULL, "data/vdpd.db.turn cannot be locked");
	e = hold_both(s, &main_whole, d);
	turnstile_leave(turn);
	return e == ERR_OK ? read_both(s, main_whole, d) : e;
}

enum err
state_take(struct backup_state **out, struct diag *d)
{
	struct backup_state *s = calloc(1, sizeof *s);
	struct turnstile turn;
	enum err e;

	if (s == NULL)
		abort();
	s->main_fd = s->keyd_fd = -1;
	e = turnstile_init(&turn, "data/vdpd.db.turn");
	if (e == ERR_OK) {
		e = take(s, &turn, d);
		turnstile_clear(&turn);
	} else {
		diag_set(d, e, "start as the owner of the directory",
		        "data/vdpd.db.turn cannot be opened");
	}
	if (e == ERR_OK)
		*out = s;
	else
		state_free(s);
	return e;
}

void
state_release(struct backup_state *s)
{
	if (!s->held)
		return;
	db_rollback(s->keyd);
	db_rollback(s->main);
	s->held = false;
}

enum err
state_blob_named(struct backup_state *s, const unsigned char id[16], bool *named)
{
	return file_blob_named(s->main, id, named);
}

void
state_free(struct backup_state *s)
{
	if (s == NULL)
		return;
	state_release(s);
	db_close(s->main);
	db_close(s->keyd);
	if (s->main_fd >= 0)
		close(s->main_fd);
	if (s->keyd_fd >= 0)
		close(s->keyd_fd);
	free(s->blobs);
	free(s);
}
