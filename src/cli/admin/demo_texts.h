/* The people and reports that `vdpd demo` fills an instance with: texts/demo.yaml, read. */
#ifndef VDPD_CLI_ADMIN_DEMO_TEXTS_H
#define VDPD_CLI_ADMIN_DEMO_TEXTS_H

#include "policy/policy.h"

struct demo_person {
	struct str name, email, url;
	struct str roles; /* of the team */
};

/* What is not given is "", 0 or NULL. */
struct demo_report {
	struct str title;
	const struct str *things; /* what {thing} can be */
	size_t things_n;
	struct str component; /* a component's id, where the policy has it */
	struct str severity;  /* the reporter's */
	struct str judged;    /* the team's */
	int64_t cwe;
	struct str cvss;
	struct str description, impact, steps, proof, remediation;
	const struct str *affected;
	size_t affected_n;
	bool incident;   /* says that other people's data were reached */
	struct str file; /* the name of what is attached */
	struct str note, question, reply, news, fixed; /* what the team and the reporter write */
	struct str close;                              /* the reason */
	struct str answer, ask; /* of what is not taken up: why, and what was asked before */
};

struct demo_reports {
	const struct demo_report *items;
	size_t n;
};

struct demo_texts {
	const struct demo_person *team, *reporters;
	size_t team_n, reporters_n;
	struct demo_reports reports, noise, spam, questions;
};

/* In A; the text is part of the program, so that a mistake in it aborts. */
const struct demo_texts *demo_texts_read(struct arena *a);
/* The picture that goes with a report whose file is called "screenshot.png". */
struct str demo_picture(void);

/* What stands for the words in braces. */
struct demo_words {
	struct str host, app, api;
	struct str thing;
	struct str day;
};
/* Hosts that are in the scope of P, in A. */
struct demo_words demo_words_of(struct arena *a, const struct policy *p);
/* TEXT with its words filled in, in A; a word that it begins with gets a capital. */
struct str demo_fill(struct arena *a, struct str text, const struct demo_words *w);

#endif
