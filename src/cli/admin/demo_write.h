/* Writing the planned cases of the demo: sealed, signed and acted on by the code that the desk
 * runs. */
#ifndef VDPD_CLI_ADMIN_DEMO_WRITE_H
#define VDPD_CLI_ADMIN_DEMO_WRITE_H

#include "cli/admin/cases.h"
#include "cli/admin/demo_keyd.h"

struct demo {
	struct arena *a;     /* for all of it */
	struct cases *cases; /* of the instance that was entered */
	const struct policy *policy;
	struct str public_url;
	const struct demo_texts *texts;
	struct demo_keyd keyd;
	struct demo_case *all;
	size_t n;
	int64_t now_utc_s;
	struct diag *why;
	/* Counted while writing. */
	size_t events, files;
};

/* All of them in one transaction, with notices of half a year told. D is filled. */
enum err demo_write(struct demo *m) MUST_CHECK;

#endif
