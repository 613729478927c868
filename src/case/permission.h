/* Who may do what: the table of roles of the contract, as data. Denied unless a row allows. */
#ifndef VDPD_CASE_PERMISSION_H
#define VDPD_CASE_PERMISSION_H

#include "base/str.h"

/* A person's or token's roles, as a set: these values are stored and travel between processes. */
enum staff_role {
	STAFF_ADMINISTRATOR = 1,
	STAFF_COORDINATOR = 2,
	STAFF_ANALYST = 4,
	STAFF_AUDITOR = 8,
	STAFF_ROLES_ALL = 15,
};

enum permission {
	PERMISSION_NONE,         /* nobody's */
	PERMISSION_READ_CASES,   /* titles, content, notes, files */
	PERMISSION_HANDLE_CASES, /* acknowledge, request_info, message, note, assign, triage, fix */
	PERMISSION_DECIDE_CASES, /* close, reopen, enter a report by hand, approve and publish */
	PERMISSION_SEE_FIGURES,  /* numbers, states, clocks, dates; the log */
	PERMISSION_MANAGE,       /* members, tokens, settings, keys */
	PERMISSION_COUNT
};

/* True if one of ROLES (a set of enum staff_role) has P. */
bool permission_allows(unsigned roles, enum permission p);

/* "read_cases" … for golden files and messages; static. */
const char *permission_name(enum permission p);

/* "administrator" … "auditor" for one role; "" for another number. Static. */
const char *staff_role_name(unsigned role);
/* "Administrator" …, for people. */
const char *staff_role_label(unsigned role);
/* Reads one role's name, in any letter case, or several with commas between, as a set of at least
 * one. ERR_INVALID for another word. */
enum err staff_roles_parse(struct str s, unsigned *out) MUST_CHECK;
/* The names of ROLES with commas between, in A. */
struct str staff_roles_str(struct arena *a, unsigned roles);

#endif
