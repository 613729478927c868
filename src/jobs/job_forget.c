/* Which mail was taken, and who had a receipt by mail: kept for as long as a mail may come again,
 * and no longer. An MTA gives up after days, not months. */
#include "base/time.h"
#include "jobs/jobs.h"
#include "store/mail_store.h"
#include "store/tx.h"

enum { KEPT_S = 90 * DAY_S };

struct forgetting {
	int64_t before, n;
};

static enum err
some(struct db *db, void *ctx)
{
	struct forgetting *f = ctx;

	return mail_forget(db, f->before, &f->n);
}

enum err
job_forget(struct arena *a, struct jobs *j, int64_t now, size_t *done)
{
	struct forgetting f = {.before = now - KEPT_S, .n = 1};
	enum err e = ERR_OK;

	(void)a;
	while (e == ERR_OK && f.n > 0 && !atomic_load(j->stop)) {
		e = tx_run(j->db, some, &f);
		if (e == ERR_OK)
			*done += (size_t)f.n;
	}
	return e;
}
