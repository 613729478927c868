/* POST /case/lost: a link to the case is mailed to the address of the case, and to nobody else; one
 * an hour at the most. The answer is the same whether there is such a case and address or not. */
#include "base/time.h"
#include "store/writer.h"
#include "web/public/link_page.h"
#include "web/public/page.h"
#include "web/respond.h"

struct lost_job {
	struct writer_job job;
	struct request *req;
	struct str number;
};

static struct lost_job *
job_of(struct writer_job *job)
{
	return (struct lost_job *)((char *)job - offsetof(struct lost_job, job));
}

static enum err
lost_apply(struct db *db, struct writer_job *job)
{
	static const unsigned char nobody[32];
	struct lost_job *j = job_of(job);
	int64_t now = now_utc_s();
	struct case_row row;
	enum err e = view_find(j->req->a, db, &public_app(j->req)->in.programme, j->number, &row);

	if (e == ERR_NOT_FOUND ||
	        (e == ERR_OK && (row.erased_at != 0 ||
	                                memcmp(row.contact_hash, nobody, sizeof nobody) == 0)))
		return ERR_OK;
	if (e != ERR_OK)
		return e;
	/* The hour is what the notice is about: a second one within it is the same. */
	return notice_queue(db, &(struct notice_row){
	                                .case_id = row.id,
	                                .template = str_of(notice_name(NOTICE_CASE_LINK)),
	                                .about = now / HOUR_S,
	                                .recipient = NOTICE_RECIPIENT_REPORTER,
	                                .queued_at = now,
	                                .try_at = now,
	                        });
}

static void
answer(void *ctx)
{
	struct lost_job *j = ctx;

	if (j->job.err != ERR_OK) {
		respond_error(j->req, j->job.err, NULL);
		return;
	}
	public_message(j->req, 200, STR("Look into your mail"),
	        STR("If there is a report of that number and an address was left with it, a link "
	            "is "
	            "on its way there. It serves once, within three days; one is sent an hour at "
	            "the most."),
	        STR("/case"), STR("Back"));
}

static void
lost_done(struct writer_job *job, enum err e)
{
	struct lost_job *j = job_of(job);

	j->job.err = e;
	request_finish_by(j->req, answer, j);
}

void
lost_page_post(struct request *req)
{
	struct lost_job *j = ARENA_NEW(req->a, struct lost_job);
	struct str number = request_form(req, "case");
	enum err e;

	if (!token_ok(req))
		return;
	j->req = req;
	j->number = number.p != NULL ? str_trim(number) : STR("");
	j->job = (struct writer_job){.apply = lost_apply, .done = lost_done};
	request_suspend(req);
	e = writer_submit(public_app(req)->writer, &j->job);
	if (e != ERR_OK)
		lost_done(&j->job, e);
}
