/* Writing from a request. */
#include "web/api/jobs.h"

#include "base/log.h"
#include "base/time.h"

static struct intake_job *
intake_of(struct writer_job *job)
{
	return (struct intake_job *)((char *)job - offsetof(struct intake_job, job));
}

static enum err
intake_apply(struct db *db, struct writer_job *job)
{
	return intake_insert(&intake_of(job)->in, db);
}

/* On the connection's thread: the writer has others to write. Where nobody waits for the answer any
 * more, the keys are in the request's arena, which is wiped as a whole. */
static void
intake_answer(void *ctx)
{
	struct intake_job *j = ctx;

	j->answer(j, j->job.err);
	intake_wipe(&j->in);
}

static void
intake_end(struct intake_job *j, enum err e)
{
	j->job.err = e;
	request_finish_by(j->req, intake_answer, j);
}

static void
intake_done(struct writer_job *job, enum err e)
{
	intake_end(intake_of(job), e);
}

void
intake_job_start(struct intake_job *j, struct writer *w)
{
	enum err e;

	j->job = (struct writer_job){.apply = intake_apply, .done = intake_done};
	request_suspend(j->req);
	e = writer_submit(w, &j->job);
	if (e != ERR_OK)
		intake_end(j, e);
}

void
intake_jobs_sign(void *ctx, struct writer_job *const *jobs, size_t n)
{
	struct instance *instance = ctx;
	struct intake *in[WRITER_BATCH_MAX];
	struct arena *a;
	size_t found = 0;
	enum err e;

	for (size_t i = 0; i < n; i++)
		if (jobs[i]->apply == intake_apply)
			in[found++] = &intake_of(jobs[i])->in;
	if (found == 0)
		return;
	a = arena_new(1 << 20);
	e = intake_sign(a, &instance->keyd, in, found);
	arena_free(a);
	for (size_t i = 0; i < n && e != ERR_OK; i++)
		if (jobs[i]->apply == intake_apply)
			jobs[i]->err = e;
}

static struct act_job *
act_of(struct writer_job *job)
{
	return (struct act_job *)((char *)job - offsetof(struct act_job, job));
}

static enum err
act_apply(struct db *db, struct writer_job *job)
{
	struct act_job *j = act_of(job);
	enum err e;

	log_request(j->req->id);
	j->act.db = db;
	j->act.now_utc_s = now_utc_s();
	j->act.why = &j->why;
	e = act_open(&j->act, j->case_id);
	if (e == ERR_OK)
		e = act_run(&j->act, &j->q);
	log_request(0);
	return e;
}

void
act_job_end(struct act_job *j, enum err e)
{
	struct request *req = j->req;
	uint64_t before;

	before = log_request(req->id);
	j->answer(j, e);
	log_request(before);
	team_keys_wipe(&j->team);
	reporter_keys_wipe(&j->shared);
	request_finish(req);
}

static void
act_done(struct writer_job *job, enum err e)
{
	struct act_job *j = act_of(job);

	if (j->later != NULL)
		j->later(j, e);
	else
		act_job_end(j, e);
}

void
act_job_start(struct act_job *j, struct writer *w)
{
	enum err e;

	j->job = (struct writer_job){.apply = act_apply, .done = act_done};
	request_suspend(j->req);
	e = writer_submit(w, &j->job);
	if (e != ERR_OK)
		act_job_end(j, e);
}
