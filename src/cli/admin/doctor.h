/* What `vdpd doctor` looks at, and what it finds: a table of checks, each in a file with its
 * kind. */
#ifndef VDPD_CLI_ADMIN_DOCTOR_H
#define VDPD_CLI_ADMIN_DOCTOR_H

#include "policy/config.h"

enum { DOCTOR_FINDINGS_MAX = 100 };

enum finding_level {
	FINDING_NOTE,    /* good to know: nothing needs doing now */
	FINDING_PROBLEM, /* exit status 1 */
};

struct finding {
	enum finding_level level;
	const char *check; /* the name of the check */
	struct diag what;  /* what, and what to do */
};

struct doctor {
	struct arena *a;             /* for the whole examination */
	const struct config *config; /* NULL where it cannot be read */
	const char *check;           /* the one that is running */
	struct finding findings[DOCTOR_FINDINGS_MAX];
	size_t n, more;
	bool repair;  /* what can be computed anew is written anew, and is a note */
	bool offline; /* nothing is asked of the network */
	bool broken;  /* databases or configuration cannot be read: cases are left out */
};

void doctor_problem(struct doctor *doc, const struct diag *d);
void doctor_note(struct doctor *doc, const struct diag *d);
/* A problem in words; MEND says what to do. */
void doctor_say(struct doctor *doc, const char *mend, const char *what_fmt, ...) PRINTF_LIKE(3, 4);

/* doctor_files.c */
void doctor_permissions(struct doctor *doc);
void doctor_disk(struct doctor *doc);
/* doctor_clock.c */
void doctor_clock(struct doctor *doc);
/* doctor_processes.c */
void doctor_processes(struct doctor *doc);
/* doctor_pgp.c */
void doctor_pgp(struct doctor *doc);
/* doctor_backup.c */
void doctor_backup(struct doctor *doc);
/* doctor_outside.c */
void doctor_security_txt(struct doctor *doc);
void doctor_relay(struct doctor *doc);
/* doctor_kernel.c */
void doctor_kernel(struct doctor *doc);
/* doctor_data.c */
void doctor_configuration(struct doctor *doc);
void doctor_keys(struct doctor *doc);
void doctor_databases(struct doctor *doc);
void doctor_cases(struct doctor *doc);
void doctor_notices(struct doctor *doc);

#endif
