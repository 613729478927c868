/* Answers that are more than a redirect, after a commit: made on a thread of their own, so that the
 * writer goes on with the next batch meanwhile. */
#ifndef VDPD_WEB_DESK_ANSWERS_H
#define VDPD_WEB_DESK_ANSWERS_H

#include "web/api/jobs.h"

struct answers;

/* Starts the thread. ERR_IO if the system has no more of them. */
enum err answers_start(struct answers **out) MUST_CHECK;

/* Has act_job_end(J, E) called there, in the order of handing over. */
void answers_hand_over(struct answers *a, struct act_job *j, enum err e);

/* Ends the thread and frees A. Nothing may be waiting: stop the server first. NULL allowed. */
void answers_stop(struct answers *a);

#endif
