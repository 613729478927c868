/* keyd's log and keys. */
#include "cli/admin/keyd_check.h"

#include "keyd/store/counter_store.h"
#include "keyd/store/keyd_set.h"
#include "keyd/store/keyd_store.h"
#include "keyd/store/log_store.h"

#include <fcntl.h>
#include <unistd.h>

enum { STRETCH = 10000 };

static enum err
follow_log(struct db *db, struct keyd_records *out, struct diag *d)
{
	struct keyd_audit_verified at = {0};
	enum err e;

	do {
		int64_t before = at.upto_id;

		e = log_verify(db, before, STRETCH, &at);
		if (e == ERR_FORGED)
			return diag_set(d, e, "compare keys/keyd.db with a backup",
			        "keyd's log: an entry after %lld was changed or taken out",
			        (long long)before);
		if (e != ERR_OK)
			return diag_set(
			        d, e, "`vdpd doctor` tells more", "keys/keyd.db: %s", db_why(db));
		if (at.upto_id == before)
			break;
	} while (at.upto_id < at.last_id);
	out->log_entries = at.upto_id;
	return ERR_OK;
}

static enum err
read_last(struct arena *a, struct db *db, struct str programme, struct checkpoint_row *out,
        struct diag *d)
{
	struct signed_checkpoint c;
	enum err e = checkpoint_get(a, db, programme, &c);

	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	if (e != ERR_OK)
		return diag_set(d, e, "`vdpd doctor` tells more", "keys/keyd.db: %s", db_why(db));
	*out = (struct checkpoint_row){
	        .event_id = c.done.highest_event, .at_utc_s = c.done.signed_at};
	memcpy(out->heads_hash, c.done.heads_hash, sizeof out->heads_hash);
	memcpy(out->signature, c.done.signature, sizeof out->signature);
	return ERR_OK;
}

enum err
keyd_check(struct arena *a, struct str programme, struct keyd_records *out, struct diag *d)
{
	struct keyd_records found = {0};
	struct db *db;
	enum err e = db_open("keys", &keyd_set, DB_LAZY, d, &db);

	if (e != ERR_OK)
		return e;
	e = follow_log(db, &found, d);
	if (e == ERR_OK)
		e = read_last(a, db, programme, &found.last, d);
	db_close(db);
	if (e == ERR_OK)
		*out = found;
	return e;
}

/* The one key that keyd does not read itself: for the receipts of repeated requests. */
static enum err
check_server_key(struct diag *d)
{
	struct key k = {0};
	int fd = open("keys/server.key", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	enum err e = fd >= 0 ? key_read(fd, &k) : ERR_IO;

	if (fd >= 0)
		close(fd);
	key_wipe(&k);
	if (e != ERR_OK)
		return diag_set(d, ERR_INVALID, "restore it from the backup of the keys",
		        "keys/server.key is missing or damaged");
	return ERR_OK;
}

enum err
keyd_check_keys(struct diag *d)
{
	struct secrets *secrets;
	enum err e = secrets_read("keys", &secrets, d);

	if (e != ERR_OK)
		return e;
	secrets_free(secrets);
	return check_server_key(d);
}
