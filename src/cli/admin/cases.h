/* The cases of the instance that was entered, one after the other, for commands that check or list
 * them all. Nothing that is sealed is opened. */
#ifndef VDPD_CLI_ADMIN_CASES_H
#define VDPD_CLI_ADMIN_CASES_H

#include "act/act.h"
#include "policy/config.h"

struct cases {
	struct db *db;
	struct programme programme;  /* policies included */
	const struct policy *policy; /* as its file says now */
	bool rows_only;              /* set after cases_open: cases_walk reads no events */
};

/* Opens data/vdpd.db and reads the programme that C names with its policy and the public keys.
 * Texts are in A. The database may be new: then the programme's id is 0. Errors fill D. */
enum err cases_open(
        struct arena *a, const struct config *c, struct cases *out, struct diag *d) MUST_CHECK;
void cases_close(struct cases *s);

/* One case as it stood at one moment. */
struct case_seen {
	struct arena *a; /* for this case alone */
	struct cases *of;
	struct case_row row;
	const struct event_row *events; /* with bodies */
	size_t n;
	struct str number; /* "EXW-2026-0001" */
};

/* Calls SEE for each case in order of id, until one returns other than ERR_OK: that is the result
 * then. ERR_STORE with D if the database fails; WHY it does is told there. */
enum err cases_walk(struct cases *s, enum err (*see)(void *ctx, const struct case_seen *c),
        void *ctx, struct diag *d) MUST_CHECK;

#endif
