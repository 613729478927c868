/* The signatures that a second thread checks while the doctor does the rest. */
#ifndef VDPD_CLI_ADMIN_DOCTOR_SIGNATURES_H
#define VDPD_CLI_ADMIN_DOCTOR_SIGNATURES_H

#include "cli/admin/doctor.h"

struct signatures;

/* Begins with the cases of the instance that was entered. NULL where it cannot: then signatures_has
 * is false for all of them. */
struct signatures *signatures_start(const struct doctor *doc);
/* Is the signature of the case CASE_ID left to S? S may be NULL. */
bool signatures_has(const struct signatures *s, int64_t case_id);
/* Waits for it, adds what it found to DOC, and frees S. NULL allowed. */
void signatures_end(struct signatures *s, struct doctor *doc);

#endif
