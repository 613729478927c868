/* Telling the team in time. A running clock has two marks: the policy's percent of its promise gone
 * by, and the promise missed. A case row keeps in next_warn the earliest mark of which nobody was
 * told yet: an index, without an event of its own. */
#ifndef VDPD_ACT_WARN_H
#define VDPD_ACT_WARN_H

#include "act/act.h"

/* What next_warn of a row that says ROW_NEXT_WARN is to be at NOW, from the clocks as they are: the
 * first mark after now, or an earlier one that stands in the row and still waits to be told. A row
 * that says anything else is wrong; CASE_DUE_NEVER without any mark. */
int64_t act_next_warn(
        const struct clock_entry *entries, size_t n, int64_t row_next_warn, int64_t now);

/* The earliest mark, however long ago, of those clocks of NEW that are not in OLD with the same
 * start and due time: a severity given late may bring a clock that is past its mark already. */
int64_t act_new_marks(
        const struct clock_entry *old, size_t old_n, const struct clock_entry *new, size_t new_n);

/* Queues notices for the marks of the case from its row's next_warn up to NOW: to the assignee; to
 * the whole team if there is none, or if nothing happened in the case within the policy's
 * quiet_percent of that promise. Then moves next_warn on. *QUEUED is the number of notices. Each
 * mark is told once. Inside tx_run; ERR_CONFLICT if the case changed meanwhile. */
enum err act_warn(struct arena *a, struct db *db, const struct programme *pr, int64_t case_id,
        int64_t now, size_t *queued) MUST_CHECK;

/* What a notice of a mark is about, as one number: the clock and its due time. */
int64_t warn_about(enum clock_kind clock, int64_t due_utc_s);
enum err warn_about_parse(int64_t about, enum clock_kind *clock, int64_t *due_utc_s) MUST_CHECK;

#endif
