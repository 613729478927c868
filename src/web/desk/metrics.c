/* GET /metrics: figures for a monitor, as OpenMetrics 1.0. Counts and times alone: nothing of any
 * case, and no names. */
#include "web/desk/desk.h"

#include "base/log.h"
#include "base/time.h"
#include "store/job_store.h"

enum { TEXT_MAX = 16 * 1024 };

struct figure {
	const char *name; /* without _total */
	const char *type; /* "gauge", "counter" */
	const char *unit; /* "seconds"; NULL: a count */
	const char *help;
	double value;
};

static void
put(struct buf *b, const struct figure *f)
{
	bool counter = strcmp(f->type, "counter") == 0;
	bool whole = f->value == (double)(int64_t)f->value;

	buf_fmt(b, "# TYPE %s %s\n", f->name, f->type);
	if (f->unit != NULL)
		buf_fmt(b, "# UNIT %s %s\n", f->name, f->unit);
	buf_fmt(b, "# HELP %s %s\n%s%s ", f->name, f->help, f->name, counter ? "_total" : "");
	if (whole)
		buf_fmt(b, "%lld\n", (long long)f->value);
	else
		buf_fmt(b, "%.6f\n", f->value);
}

/* What the database says; a monitor is told the rest even where it says nothing. */
static void
stored(struct request *req, struct buf *b)
{
	const struct desk *d = desk_of(req);
	struct db *db = who_of(req)->db;
	struct queue_counts cases = {0};
	struct checkpoint_row last = {0};
	int64_t notices = 0;
	enum err e = queue_count(db, d->in.programme.id, 0, now_utc_s(), &cases);

	if (e == ERR_OK)
		e = notice_count_waiting(db, &notices);
	if (e == ERR_OK && checkpoint_last(req->a, db, &last) != ERR_OK)
		last.at_utc_s = 0; /* before the first */
	if (e != ERR_OK) {
		log_error("metrics", "why", db_why(db));
		return;
	}
	const struct figure figures[] = {
	        {"vdpd_cases_open", "gauge", NULL, "Open cases, up to 1000.", (double)cases.open},
	        {"vdpd_cases_waiting", "gauge", NULL,
	                "Open cases that wait for their reporter, up to 1000.",
	                (double)cases.waiting},
	        {"vdpd_cases_overdue", "gauge", NULL,
	                "Open cases with a promise that is missed, up to 1000.",
	                (double)cases.overdue},
	        {"vdpd_notices_waiting", "gauge", NULL, "Notices that are not sent yet.",
	                (double)notices},
	        {"vdpd_checkpoint_time_seconds", "gauge", "seconds",
	                "When the chains were last signed; 0 before the first time.",
	                (double)last.at_utc_s},
	};

	for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++)
		put(b, &figures[i]);
}

void
desk_metrics(struct request *req)
{
	struct writer_stats s;
	struct buf b;

	writer_stats(desk_of(req)->writer, &s);
	const struct figure figures[] = {
	        {"vdpd_desk_start_time_seconds", "gauge", "seconds", "When the process started.",
	                (double)desk_of(req)->started_utc_s},
	        {"vdpd_desk_writes", "counter", NULL, "Changes that were asked for.",
	                (double)s.jobs},
	        {"vdpd_desk_writes_failed", "counter", NULL, "Of these, how many were refused.",
	                (double)s.failed},
	        {"vdpd_desk_commits", "counter", NULL, "Transactions that they were written in.",
	                (double)s.batches},
	        {"vdpd_desk_commit_seconds", "counter", "seconds", "Time that these took.",
	                (double)s.commit_us / 1e6},
	        {"vdpd_desk_writes_queued", "gauge", NULL, "Changes that wait now.",
	                (double)s.queued},
	};

	buf_init(&b, TEXT_MAX);
	for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++)
		put(&b, &figures[i]);
	stored(req, &b);
	buf_z(&b, "# EOF\n");
	respond_bytes(req, 200, "application/openmetrics-text; version=1.0.0; charset=utf-8", &b);
}
