/* What keyd would do for the demo, done with its files while nothing runs. Apart from the rest,
 * since keyd and actions each have an actor of their own. */
#ifndef VDPD_CLI_ADMIN_DEMO_KEYD_H
#define VDPD_CLI_ADMIN_DEMO_KEYD_H

#include "base/secret.h"
#include "cli/admin/demo_plan.h"

enum { DEMO_TEAM_MAX = 16, DEMO_YEARS = 2 };

struct demo_keyd {
	int64_t team[DEMO_TEAM_MAX]; /* persons' ids, in the order of the texts */
	/* The first number of the year before the current one, and of that. */
	int64_t next_number[DEMO_YEARS];
	int year; /* the current one */
	unsigned char signing_secret[64];
	unsigned char storage_public[32];
	struct key intake_key;
};

/* Adds the team, who cannot sign in before they get a link, takes numbers for the N cases of ALL,
 * and reads the keys of the working directory's instance. D is filled. */
enum err demo_keyd_open(struct arena *a, const struct demo_texts *t, struct str prefix,
        const struct demo_case *all, size_t n, int64_t now_utc_s, struct demo_keyd *out,
        struct diag *d) MUST_CHECK;
void demo_keyd_wipe(struct demo_keyd *k);

#endif
