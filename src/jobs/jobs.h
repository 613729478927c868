/* What the courier does by itself, as a table of jobs. */
#ifndef VDPD_JOBS_JOBS_H
#define VDPD_JOBS_JOBS_H

#include "act/act.h"
#include "jobs/transport.h"
#include "keyd/client/keyd_client.h"
#include "proc/blob.h"

/* What jobs work with. */
struct jobs {
	struct db *db; /* of the thread that runs them */
	const struct programme *programme;
	const struct config *config;
	const struct policy *policy; /* in force */
	const struct keyd_client *keyd;
	const struct key *server_key; /* for the addresses of cases */
	struct channel_pool *supervisor;
	struct transport *transport;
	const atomic_bool *stop;  /* true: finish what is begun and return */
	int64_t transport_down_s; /* job_notices: try nothing before this time; 0 at first */
};

/* Where the reporter of ROW, case NUMBER, is to answer to: the address that takes mail, with the
 * case's tag behind + where the configuration says that such mail arrives; "" for a case that did
 * not come by mail. In A; recipients.c. */
struct str mail_reply_to(
        struct arena *a, const struct jobs *j, const struct case_row *row, struct str number);

/* Does what there is to do at NOW (UTC seconds); *DONE is how much of it, for the log. What failed
 * is tried again with the next run. A is the run's own. */
typedef enum err job_fn(struct arena *a, struct jobs *j, int64_t now, size_t *done);

job_fn job_warn;       /* queues notices for promises that fall due */
job_fn job_changes;    /* queues notices of what changed in the team */
job_fn job_notices;    /* sends what is queued */
job_fn job_checkpoint; /* has keyd sign the heads of the chains */
job_fn job_retention;  /* erases closed cases by the policy */
job_fn job_scrub;      /* unlinks and empties what an erasing left */
job_fn job_overview;   /* counts the figures of the overview */
job_fn job_forget;     /* forgets which mail was taken long ago */
job_fn job_sweep;      /* unlinks blobs that no row names */

struct job {
	const char *name;
	int64_t period_s;
	bool kept; /* when it ran last is kept in the database, so that a restart does not count */
	job_fn *run;
};

extern const struct job job_table[];
extern const size_t job_table_n;

#endif
