/* What to do about a weakness, by the decision tables of SSVC (Stakeholder-Specific Vulnerability
 * Categorization, CERT/CC): a few questions, each with a few answers, and a table that holds the
 * outcome of every combination. Pure. */
#ifndef VDPD_CASE_SSVC_H
#define VDPD_CASE_SSVC_H

#include "base/str.h"

enum { SSVC_POINTS_MAX = 7, SSVC_VALUES_MAX = 5 };

struct ssvc_value {
	const char *key;  /* "A" */
	const char *name; /* "Active" */
};

/* A question: a decision point. */
struct ssvc_point {
	const char *key;  /* "E" */
	const char *name; /* "Exploitation" */
	const char *id;   /* "ssvc:E:1.1.0" */
	unsigned values_n;
	struct ssvc_value values[SSVC_VALUES_MAX];
};

struct ssvc_table {
	const char *id;      /* here: "cisa-coordinator" */
	const char *key;     /* of SSVC: "DT_CO" */
	const char *version; /* "2.0.3" */
	const char *name;    /* "CISA Coordinator" */
	unsigned points_n;
	struct ssvc_point points[SSVC_POINTS_MAX];
	struct ssvc_point outcome;
	const char *results; /* a digit a combination, the last point changing fastest */
};

extern const struct ssvc_table ssvc_tables[];
extern const size_t ssvc_tables_n;

/* The table called S: by id, key or name, or by the name of its file in SSVC's own repository
 * ("cisa_coordinator_2_0_3"), in any letter case. NULL if there is none. */
const struct ssvc_table *ssvc_table(struct str s);

/* The answers given so far; -1: none. Begin with ssvc_begin. */
struct ssvc_answers {
	const struct ssvc_table *table;
	int value[SSVC_POINTS_MAX];
};
void ssvc_begin(struct ssvc_answers *s, const struct ssvc_table *table);

/* Takes "KEY=VALUE", each by key or name in any letter case ("E=A", "exploitation=active"); a
 * point also by its id. ERR_INVALID with D for one that the table does not have, or has already. */
enum err ssvc_answer(struct ssvc_answers *s, struct str given, struct diag *d) MUST_CHECK;

/* The outcome. ERR_INVALID with D naming the first point that has no answer, and its values. */
enum err ssvc_outcome(
        const struct ssvc_answers *s, const struct ssvc_value **out, struct diag *d) MUST_CHECK;

#endif
