/* The clear fields of an event as stored: "name=value" lines in a fixed order, so that the chain
 * covers them as they are. */
#ifndef VDPD_ACT_CLEAR_H
#define VDPD_ACT_CLEAR_H

#include "base/buf.h"
#include "case/event.h"

/* Empty slices and zeroes are left out. */
struct clear {
	enum severity severity;     /* triaged; on received: the reporter's */
	enum party to;              /* message */
	enum close_reason reason;   /* closed */
	enum regulator_report what; /* regulator_sent */
	bool question;              /* received */
	bool incident; /* received: other people's data were reached, or a service was disturbed */
	struct str channel;   /* received: "web", "api", "mail", "call", "talk", "hand" */
	struct str cvss;      /* triaged: a vector */
	int64_t cwe;          /* triaged */
	struct str component; /* triaged; on received: the reporter's */
	struct str of;        /* closed as duplicate: the other case's number */
	int64_t assignee;     /* assigned: a person's id; 0 = nobody */
	struct str advisory;  /* published */
	struct str date;      /* disclosure_asked: the day proposed, "2026-05-01" */
	int64_t file;         /* file_added: the file's number */
};

/* The stored form of C in A. Values come from tables and checked fields: none holds a line break.
 */
struct str clear_pack(struct arena *a, const struct clear *c);

/* Slices of TEXT. ERR_SYNTAX for a name or value that clear_pack does not write. */
enum err clear_parse(struct str text, struct clear *out) MUST_CHECK;

/* The part of an event that states and clocks need. */
struct event clear_event(enum event_kind kind, int64_t at_utc_s, const struct clear *c);

#endif
