/* Taking the state of an instance. */
#include "cli/admin/backup_state.h"

#include "base/time.h"
#include "keyd/store/keyd_set.h"
#include "store/copy.h"
#include "store/file_store.h"
#include "store/statements.h"
#include "store/turnstile.h"
#include "store/tx.h"

#include <stdlib.h>
#include <unistd.h>

enum { STRETCH = 1024, ARENA_BYTES = 1 << 20 };

struct taking {
	struct backup_state *s;
	struct turnstile turn;
	bool turn_held;
	struct diag *d;
};

static enum err
failed(struct db *db, const char *file, enum err e, struct diag *d)
{
	return diag_set(d, e, "`vdpd doctor` tells more", "%s: %s", file, db_why(db));
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

static enum err
pin(struct db *db, const char *file, struct taking *t)
{
	enum err e = db_pin(db);

	return e == ERR_OK ? ERR_OK : failed(db, file, e, t->d);
}

static enum err
with_both(struct db *keyd, void *ctx)
{
	struct taking *t = ctx;
	struct backup_state *s = t->s;
	enum err e = pin(keyd, "keys/keyd.db", t);

	turnstile_leave(&t->turn);
	t->turn_held = false;
	s->at_utc_s = now_utc_s();
	if (e == ERR_OK)
		e = db_copy(keyd, "run", &s->keyd_fd, &s->keyd_bytes, t->d);
	if (e == ERR_OK)
		e = db_copy(s->main, "run", &s->main_fd, &s->main_bytes, t->d);
	if (e == ERR_OK)
		e = state_blobs(s->main, &s->blobs, &s->blobs_n, t->d);
	return e;
}

static enum err
with_main(struct db *db, void *ctx)
{
	struct taking *t = ctx;
	enum err e = pin(db, "data/vdpd.db", t);

	return e == ERR_OK ? tx_read(t->s->keyd, with_both, t) : e;
}

static enum err
take(struct taking *t)
{
	struct backup_state *s = t->s;
	enum err e = db_open("data", &store_set, DB_LAZY, t->d, &s->main);

	if (e == ERR_OK)
		e = db_open("keys", &keyd_set, DB_LAZY, t->d, &s->keyd);
	if (e == ERR_OK) {
		e = turnstile_enter(&t->turn);
		if (e != ERR_OK)
			return diag_set(t->d, e, NULL, "data/vdpd.db.turn cannot be locked");
		t->turn_held = true;
		e = tx_read(s->main, with_main, t);
	}
	if (e != ERR_OK && t->d->what[0] == '\0')
		failed(s->main, "data/vdpd.db", e, t->d);
	return e;
}

enum err
state_take(struct backup_state **out, struct diag *d)
{
	struct taking t = {.s = calloc(1, sizeof *t.s), .d = d};
	enum err e;

	if (t.s == NULL)
		abort();
	t.s->main_fd = t.s->keyd_fd = -1;
	e = turnstile_init(&t.turn, "data/vdpd.db.turn");
	if (e == ERR_OK) {
		e = take(&t);
		if (t.turn_held)
			turnstile_leave(&t.turn);
		turnstile_clear(&t.turn);
	} else {
		diag_set(d, e, "start as the owner of the directory",
		        "data/vdpd.db.turn cannot be opened");
	}
	if (e == ERR_OK)
		*out = t.s;
	else
		state_free(t.s);
	return e;
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
	if (s->main_fd >= 0)
		close(s->main_fd);
	if (s->keyd_fd >= 0)
		close(s->keyd_fd);
	db_close(s->main);
	db_close(s->keyd);
	free(s->blobs);
	free(s);
}
