/* The policies that cases are pinned to: read from the store once a version, kept for the life of
 * the process. */
#ifndef VDPD_ACT_POLICIES_H
#define VDPD_ACT_POLICIES_H

#include "policy/policy.h"
#include "store/db.h"

struct policies;

/* An empty set. Safe for many threads. */
struct policies *policies_new(void);
void policies_free(struct policies *p);

/* The version SHA256, read through DB if it is not held yet. Lives as long as P. ERR_NOT_FOUND if
 * it was never in force; ERR_STORE if its text is damaged. */
enum err policies_get(struct policies *p, struct db *db, const unsigned char sha256[32],
        const struct policy **out) MUST_CHECK;

/* Holds TEXT, a valid policy file named FILENAME, and gives it back parsed. D says what is wrong
 * with a bad one. */
enum err policies_add(struct policies *p, const char *filename, struct str text, struct diag *d,
        const struct policy **out) MUST_CHECK;

#endif
