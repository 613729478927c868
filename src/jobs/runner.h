/* Runs the jobs of jobs/jobs.h, one after the other, in one thread. */
#ifndef VDPD_JOBS_RUNNER_H
#define VDPD_JOBS_RUNNER_H

#include "act/instance.h"
#include "jobs/jobs.h"

struct runner;

/* A runner of the jobs with DB (its own from now on) and T, which it does not own; STOP is set by
 * runner_stop. Starts no thread yet. */
struct runner *runner_new(
        struct instance *in, struct db *db, struct transport *t, atomic_bool *stop);

/* Starts the thread. ERR_IO if the system has no more of them. */
enum err runner_start(struct runner *r) MUST_CHECK;

/* A new policy file came: the thread takes it into force before its next run. FD is taken over. Any
 * thread. */
void runner_policy(struct runner *r, int fd);

/* Ends the thread, after the message or transaction that is under way, and frees R. */
void runner_stop(struct runner *r);

#endif
