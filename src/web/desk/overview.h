/* The figures of the overview in words, for the page and for the files that are taken away. */
#ifndef VDPD_WEB_DESK_OVERVIEW_H
#define VDPD_WEB_DESK_OVERVIEW_H

#include "policy/policy.h"
#include "web/views_overview.h"

/* "first answer", "triage", "fix"; static. */
const char *overview_time_name(enum overview_time t);
/* What a row of weaknesses ("CWE-79 …") or of components counts, for people; in A. */
struct str overview_name(
        struct arena *a, const struct policy *p, const struct overview_named *n, bool weakness);

/* The figures as CSV (RFC 4180): section, what, of, value. A value that a spreadsheet would take
 * for a formula gets an apostrophe in front. */
void overview_csv(struct buf *b, struct arena *a, const struct policy *p, const struct overview *o);
void overview_json(
        struct buf *b, struct arena *a, const struct policy *p, const struct overview *o);

#endif
