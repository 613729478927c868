/* keyd.db after a restore. */
#include "keyd/store/keyd_restored.h"

#include "base/time.h"
#include "keyd/store/counter_store.h"
#include "keyd/store/enrolment_store.h"
#include "keyd/store/keyd_store.h"
#include "keyd/store/session_store.h"

struct restored {
	int64_t now, made_at;
	struct keyd_forgotten forgotten;
};

static enum err
restored_tx(struct db *db, void *ctx)
{
	struct restored *r = ctx;
	struct arena *a = arena_new(4096);
	struct keyd_log_entry entry = {
	        .at = r->now,
	        .actor = actor_text(a, &keyd_operator),
	        .action = STR("restored"),
	};
	char made[RFC3339_MAX];
	int year;
	enum err e = session_end_everyone(db, &r->forgotten.sessions);

	time_format(r->made_at, made);
	entry.detail = str_fmt(a, "from a backup of %s", made);
	if (e == ERR_OK)
		e = enrolment_withdraw_all(db, &r->forgotten.invitations);
	if (e == ERR_OK) {
		time_date(r->now, &year, NULL, NULL);
		e = counter_skip(db, year, &r->forgotten.numbers_skipped);
	}
	if (e == ERR_OK)
		e = log_append(db, &entry);
	arena_free(a);
	return e;
}

enum err
keyd_restored(
        const char *dir, int64_t now, int64_t made_at, struct keyd_forgotten *out, struct diag *d)
{
	struct restored r = {.now = now, .made_at = made_at};
	struct keyd_store s;
	enum err e = keyd_store_open(dir, &s, d);

	if (e != ERR_OK)
		return e;
	e = tx_run(s.db, restored_tx, &r);
	if (e != ERR_OK)
		diag_set(d, e, NULL, "%s/keyd.db: %s", dir, db_why(s.db));
	keyd_store_close(&s);
	if (e == ERR_OK)
		*out = r.forgotten;
	return e;
}
