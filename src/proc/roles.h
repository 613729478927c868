/* Which roles there are, what each is given, and who may ask whom: the whole of what a process can
 * reach, as two tables. */
#ifndef VDPD_PROC_ROLES_H
#define VDPD_PROC_ROLES_H

#include "proc/control.h"

struct role_row {
	const char *executable; /* beside the supervisor's; NULL: no process of ours */
	uint32_t slots;         /* bits 1u << enum slot, without channels */
	bool serves_others;     /* stopped after those that may still ask it */
};

/* By enum role_id. */
extern const struct role_row role_rows[ROLE_COUNT];

/* N channels on which FROM asks TO; FROM finds them in SLOT. */
struct link_row {
	enum role_id from, to;
	enum slot slot;
	unsigned n;
};

extern const struct link_row link_rows[];
extern const size_t link_rows_n;

#endif
