/* The table of jobs. Those that look at an index and mostly find nothing come by each second. */
#include "jobs/jobs.h"

#include "base/time.h"

const struct job job_table[] = {
        {.name = "warn", .period_s = 1, .run = job_warn},
        {.name = "changes", .period_s = 1, .run = job_changes},
        {.name = "notices", .period_s = 1, .run = job_notices},
        {.name = "checkpoint", .period_s = 1, .run = job_checkpoint},
        {.name = "retention", .period_s = DAY_S, .kept = true, .run = job_retention},
        {.name = "scrub", .period_s = 5, .run = job_scrub},
        {.name = "overview", .period_s = MINUTE_S, .run = job_overview},
        {.name = "forget", .period_s = DAY_S, .kept = true, .run = job_forget},
        {.name = "sweep", .period_s = DAY_S, .kept = true, .run = job_sweep},
};
const size_t job_table_n = sizeof job_table / sizeof job_table[0];
