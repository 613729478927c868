/* Writing from a request: the handler prepares a job and lets its connection wait; the writer
 * applies many in one transaction; after the commit the job answers. Used by every handler of both
 * origins that changes a case. */
#ifndef VDPD_WEB_API_JOBS_H
#define VDPD_WEB_API_JOBS_H

#include "act/instance.h"
#include "act/intake.h"
#include "store/writer.h"
#include "web/respond.h"

/* A new case. Lives in the request's arena. */
struct intake_job {
	struct writer_job job;
	struct request *req;
	struct intake in;
	/* Fills the response; on the connection's thread. */
	void (*answer)(struct intake_job *j, enum err e);
	void *ctx; /* the handler's */
};

/* Suspends the request and hands J over; req, in (sealed) and answer are set. Keys are wiped after
 * the answer. */
void intake_job_start(struct intake_job *j, struct writer *w);

/* For writer_config.batch, with a struct instance as ctx: asks keyd once to number and sign the
 * intakes among the jobs. */
void intake_jobs_sign(void *ctx, struct writer_job *const *jobs, size_t n);

/* An action on a case. Lives in the request's arena. */
struct act_job {
	struct writer_job job;
	struct request *req;
	int64_t case_id;
	struct act act; /* a, programme, actor, why are set; db, now and what act_open fills are the
	                   job's */
	struct act_request q;
	struct team_keys
	        team; /* held by value; act.keys point here or are NULL. Wiped after the answer */
	struct reporter_keys shared;
	struct diag why;
	void (*answer)(struct act_job *j, enum err e);
	void *ctx;
	/* Called on the writer's thread in place of `answer` where that takes its time: passes J
	 * on to a thread that calls act_job_end. NULL: none. */
	void (*later)(struct act_job *j, enum err e);
	enum err result;      /* for `later` */
	struct act_job *next; /* likewise */
};

/* Suspends the request and hands J over. */
void act_job_start(struct act_job *j, struct writer *w);

/* Answers, wipes the keys and sends. */
void act_job_end(struct act_job *j, enum err e);

#endif
