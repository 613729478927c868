/* What happens to each case of the demo, and when: drawn by dice that fall alike every time. Pure.
 */
#ifndef VDPD_CLI_ADMIN_DEMO_PLAN_H
#define VDPD_CLI_ADMIN_DEMO_PLAN_H

#include "cli/admin/demo_texts.h"

enum { DEMO_DAYS = 183, DEMO_STEPS_MAX = 40 };

enum demo_kind {
	DEMO_VALID,
	DEMO_DUPLICATE, /* of an earlier one with the same text */
	DEMO_NOISE,
	DEMO_SPAM,
	DEMO_QUESTION,
	DEMO_WITHDRAWN,
	DEMO_FORGOTTEN, /* valid, and nobody has touched it */
};

enum demo_move {
	DEMO_ACKNOWLEDGE,
	DEMO_ASSIGN,
	DEMO_ASK,
	DEMO_REPLY, /* the reporter's */
	DEMO_NOTE,
	DEMO_TRIAGE,
	DEMO_NEWS,
	DEMO_DISCLOSE, /* the reporter would like to publish */
	DEMO_FIX,
	DEMO_THANKS, /* the reporter's */
	DEMO_CREDIT,
	DEMO_LETTER,
	DEMO_STILL, /* the reporter: it is not mended */
	DEMO_REOPEN,
	DEMO_ANSWER, /* of a question, or of noise: with the close */
	DEMO_CLOSE,
	DEMO_WITHDRAW,
};

struct demo_step {
	int64_t at_utc_s;
	enum demo_move move;
};

struct demo_case {
	enum demo_kind kind;
	int64_t received_utc_s;
	const struct demo_report *text;
	struct str thing;
	const struct demo_person *reporter;     /* NULL: nobody who gave a name */
	bool credit;                            /* wants to be named */
	bool silent;                            /* did not answer when asked */
	size_t member;                          /* of the team: who works on it */
	const char *channel;                    /* "web", "api", "mail" */
	size_t of;                              /* DEMO_DUPLICATE: index of the other */
	struct demo_step steps[DEMO_STEPS_MAX]; /* in order of time, none after the end */
	size_t n;
};

/* N cases of the DEMO_DAYS before NOW, in the order of their coming, in A. */
struct demo_case *demo_plan(
        struct arena *a, const struct demo_texts *t, size_t n, int64_t now_utc_s);

#endif
