/* How many different cases somebody may open in an hour: beyond a mark it is worth an alert, beyond
 * another it is refused. Opening the same case again costs nothing, so that working on one is never
 * stopped, and copying all of them soon is. */
#ifndef VDPD_KEYD_SERVER_BUDGET_H
#define VDPD_KEYD_SERVER_BUDGET_H

#include "base/str.h"

enum budget_kind { BUDGET_CASES, BUDGET_TITLES, BUDGET_CONTACTS, BUDGET_KINDS };

struct budget_marks {
	size_t alert, refuse; /* different cases an hour */
};

struct budget;

/* MARKS, one a kind, must outlive it. */
struct budget *budget_new(const struct budget_marks *marks);
void budget_free(struct budget *b);

/* Whether SUBJECT ("person 3") may open the N cases NUMBERS now. ERR_RATE with *retry_after_s;
 * *alert: the alert mark is reached with these. Nothing is counted yet. */
enum err budget_ask(struct budget *b, enum budget_kind kind, struct str subject,
        const struct str *numbers, size_t n, int64_t now, bool *alert,
        int64_t *retry_after_s) MUST_CHECK;

/* They were opened. */
void budget_count(struct budget *b, enum budget_kind kind, struct str subject,
        const struct str *numbers, size_t n, int64_t now);

#endif
