/* Several mistakes of one file, so that a person can mend them in one go. */
#ifndef VDPD_POLICY_DIAGS_H
#define VDPD_POLICY_DIAGS_H

#include "base/err.h"

enum { DIAGS_MAX = 20 };

/* Starts as {0}. */
struct diags {
	struct diag d[DIAGS_MAX]; /* in the order of the file, once the reader is done */
	size_t n;
	size_t more; /* found, but not kept */
};

/* Adds a mistake at LINE and COLUMN (from 1; 0 = none) of FILE. MEND may be NULL. */
void diags_add(struct diags *ds, const char *file, unsigned line, unsigned column, const char *mend,
        const char *what_fmt, ...) PRINTF_LIKE(6, 7);

/* By line, then column; what was found first stays first. */
void diags_sort(struct diags *ds);

/* Copies the first mistake to D (NULL allowed): for callers that show one only. */
void diags_first(const struct diags *ds, struct diag *d);

#endif
