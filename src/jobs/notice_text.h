/* What a notice says: its template filled with what the case, the policy, or keyd's log says now.
 */
#ifndef VDPD_JOBS_NOTICE_TEXT_H
#define VDPD_JOBS_NOTICE_TEXT_H

#include "jobs/jobs.h"

struct notice_about {
	const struct notice_row *notice;
	enum notice_template template;
	const struct case_row *row; /* NULL: of no case, but of an entry of keyd's log */
	struct str number;          /* of the case */
};

/* Subject and text in A. ERR_NOT_FOUND if keyd's log has no such entry; store and keyd errors. */
enum err notice_text(struct arena *a, struct jobs *j, const struct notice_about *n,
        struct notice_mail *out) MUST_CHECK;

#endif
