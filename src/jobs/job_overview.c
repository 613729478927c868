/* The figures of the overview, counted in the background. */
#include "act/overview.h"
#include "jobs/jobs.h"

enum err
job_overview(struct arena *a, struct jobs *j, int64_t now, size_t *done)
{
	bool counted;
	enum err e = overview_refresh(j->db, j->programme->id, now, &counted);

	(void)a;
	if (e == ERR_OK)
		*done = counted;
	return e;
}
