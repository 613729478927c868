/* Keys, databases, cases: whether they are there, sound, and fit each other. */
#include "cli/admin/doctor.h"

#include "base/id.h"
#include "base/time.h"
#include "cli/admin/chain_check.h"
#include "cli/admin/doctor_signatures.h"
#include "cli/admin/fold_check.h"
#include "cli/admin/keyd_check.h"
#include "cli/admin/place.h"
#include "keyd/store/keyd_rekey.h"
#include "keyd/store/keyd_set.h"
#include "store/integrity.h"
#include "store/statements.h"

#include <sys/stat.h>
#include <unistd.h>

void
doctor_configuration(struct doctor *doc)
{
	struct diag d = {0};

	if (place_config(doc->a, &doc->config, &d) == ERR_OK)
		return;
	doctor_problem(doc, &d);
	doc->broken = true;
}

void
doctor_keys(struct doctor *doc)
{
	struct diag d = {0};

	if (keyd_check_keys(&d) != ERR_OK)
		doctor_problem(doc, &d);
	if (access("keys/" STORAGE_KEY_NEXT, F_OK) == 0) {
		diag_set(&d, ERR_STATE, "run `vdpd rekey -C DIR` again: it goes on from there",
		        "a change of the storage key is not at its end (keys/" STORAGE_KEY_NEXT
		        ")");
		doctor_problem(doc, &d);
	}
}

/* Opening compares the migrations and prepares every statement. */
static void
check_database(struct doctor *doc, const char *dir, const struct db_set *set)
{
	struct diag d = {0};
	struct db *db;

	if (db_integrity(dir, set, &d) == ERR_OK && db_open(dir, set, 0, &d, &db) == ERR_OK) {
		db_close(db);
		return;
	}
	doctor_problem(doc, &d);
	doc->broken = true;
}

void
doctor_databases(struct doctor *doc)
{
	check_database(doc, "data", &store_set);
	check_database(doc, "keys", &keyd_set);
}

/* ---- Cases ---- */

struct examination {
	struct doctor *doc;
	struct cases cases;
	struct checkpoints *checkpoints; /* NULL where they could not be read */
	struct signatures *signatures;   /* NULL: no second thread */
	int64_t now, last_event;
};

static void
check_files(struct doctor *doc, const struct case_seen *c)
{
	struct file_row *files;
	size_t n;

	if (file_list(c->a, c->of->db, c->row.id, &files, &n) != ERR_OK) {
		doctor_say(doc, NULL, "%.*s: its files cannot be listed: %s", STR_ARG(c->number),
		        db_why(c->of->db));
		return;
	}
	for (size_t i = 0; i < n; i++) {
		struct str name = hex_str(c->a, files[i].blob, sizeof files[i].blob);
		const char *path =
		        str_z(c->a, str_fmt(c->a, "data/blobs/%.2s/%.*s", name.p, STR_ARG(name)));
		struct stat st;

		if (stat(path, &st) != 0)
			doctor_say(doc, "restore it from a backup",
			        "%.*s, file %lld: %s is not there", STR_ARG(c->number),
			        (long long)files[i].number, path);
		else if (st.st_size < files[i].size_bytes)
			doctor_say(doc, "restore it from a backup",
			        "%.*s, file %lld: %s is cut off", STR_ARG(c->number),
			        (long long)files[i].number, path);
	}
}

/* The row is not what its events make it, as D says. */
static void
check_index(struct examination *x, const struct case_seen *c, struct diag *d)
{
	if (!x->doc->repair || fold_repair(c, x->now) != ERR_OK) {
		doctor_problem(x->doc, d);
		return;
	}
	snprintf(d->mend, sizeof d->mend, "it was written anew: nothing is to be done");
	doctor_note(x->doc, d);
}

static enum err
see(void *ctx, const struct case_seen *c)
{
	struct examination *x = ctx;
	struct diag d = {0};

	if (c->n > 0 && c->events[c->n - 1].id > x->last_event)
		x->last_event = c->events[c->n - 1].id;
	if (x->checkpoints != NULL)
		checkpoints_see(x->checkpoints, c);
	if (chain_check_events(c, &d) != ERR_OK || (!signatures_has(x->signatures, c->row.id) &&
	                                                   chain_check_signature(c, &d) != ERR_OK))
		doctor_problem(x->doc, &d);
	else if (fold_check(c, x->now, &d) != ERR_OK)
		check_index(x, c, &d);
	check_files(x->doc, c);
	return ERR_OK;
}

static void
examine(struct examination *x)
{
	struct doctor *doc = x->doc;
	struct keyd_records keyd = {0};
	struct diag d = {0};
	size_t n;

	if (keyd_check(doc->a, x->cases.programme.name, &keyd, &d) != ERR_OK)
		doctor_problem(doc, &d);
	if (checkpoints_begin(&x->cases, &keyd.last, &x->checkpoints, &n, &d) != ERR_OK)
		doctor_problem(doc, &d);
	if (cases_walk(&x->cases, see, x, &d) != ERR_OK)
		doctor_problem(doc, &d);
	if (keyd.last.event_id > x->last_event)
		doctor_say(doc, "restore data/ and keys/ from backups of the same time",
		        "keyd signed events up to %lld, and the last one in the database is %lld",
		        (long long)keyd.last.event_id, (long long)x->last_event);
	else if (x->checkpoints != NULL && checkpoints_end(x->checkpoints, &d) != ERR_OK)
		doctor_problem(doc, &d);
}

void
doctor_cases(struct doctor *doc)
{
	struct examination x = {.doc = doc, .now = now_utc_s()};
	struct diag d = {0};

	if (doc->broken)
		return;
	/* Here the policy file is read too. */
	if (cases_open(doc->a, doc->config, &x.cases, &d) != ERR_OK) {
		doctor_problem(doc, &d);
		return;
	}
	x.signatures = signatures_start(doc);
	examine(&x);
	signatures_end(x.signatures, doc);
	checkpoints_free(x.checkpoints);
	cases_close(&x.cases);
}

/* ---- Notices ---- */

enum { NOTICES_MAX = 1000, NOTICE_LATE_S = HOUR_S };

/* Unsent for long: a relay that refuses, or nobody there to be told. */
static void
check_notices(struct doctor *doc, struct db *db, int64_t now)
{
	struct notice_row *rows;
	size_t n, late = 0;
	const struct notice_row *last = NULL;
	struct diag d = {0};

	if (notice_due(doc->a, db, INT64_MAX, NOTICES_MAX, &rows, &n) != ERR_OK) {
		doctor_say(doc, NULL, "notices cannot be listed: %s", db_why(db));
		return;
	}
	for (size_t i = 0; i < n; i++) {
		if (rows[i].tries == 0 || now - rows[i].queued_at < NOTICE_LATE_S)
			continue;
		last = &rows[i];
		late++;
	}
	if (last == NULL)
		return;
	if (str_eq(last->trouble, STR("nobody"))) {
		diag_set(&d, ERR_STATE, "enrol somebody who works on cases",
		        "%zu notices wait for over an hour, since there is nobody to get them",
		        late);
		doctor_note(doc, &d);
	} else {
		doctor_say(doc, "look at `notices` in vdpd.yaml, and at the relay",
		        "%zu notices wait for over an hour, the last because of: %.*s", late,
		        STR_ARG(last->trouble));
	}
}

void
doctor_notices(struct doctor *doc)
{
	struct diag d = {0};
	struct db *db;

	if (doc->broken)
		return;
	if (db_open("data", &store_set, DB_LAZY, &d, &db) != ERR_OK) {
		doctor_problem(doc, &d);
		return;
	}
	check_notices(doc, db, now_utc_s());
	db_close(db);
}
