/* The pieces of the case page, each made from an opened case; texts in the given arena. */
#ifndef VDPD_WEB_DESK_CASE_PARTS_H
#define VDPD_WEB_DESK_CASE_PARTS_H

#include "case/report.h"
#include "web/desk/desk.h"

/* The report as received: the parts that were given, and the verdict of the scope for each place
 * that it names. */
struct view_rows part_report(struct arena *a, const struct case_view *v, const struct report *r);
/* One line for all that it names: "in scope", "out of scope: dos", "scope not known". */
struct str part_scope(struct arena *a, const struct case_view *v, const struct report *r);
/* Name, address, key, credit, letter, test accounts. */
struct view_rows part_reporter(struct arena *a, const struct case_view *v, const struct report *r);
/* Files that came with event SEQ. */
struct view_files part_files(struct arena *a, const struct case_view *v, int64_t seq);
/* Messages, notes and what happened, in order. */
void part_thread(struct arena *a, const struct case_view *v, const struct keyd_people *people,
        struct view_case *out);
/* The chain's entries. */
void part_events(struct arena *a, const struct case_view *v, const struct keyd_people *people,
        struct view_case *out);
/* The policy's replies with their words filled in; *ask is the question for what is missing. */
void part_templates(struct arena *a, const struct desk *d, const struct case_view *v,
        const struct report *r, struct view_case *out);

#endif
