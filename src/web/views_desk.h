/* What the desk's pages show. See web/views_common.h for the rules; which view takes which struct
 * stands at the top of each file in views/desk. */
#ifndef VDPD_WEB_VIEWS_DESK_H
#define VDPD_WEB_VIEWS_DESK_H

#include "web/views_common.h"

enum view_desk_nav {
	VIEW_DESK_NONE,
	VIEW_DESK_QUEUE,
	VIEW_DESK_MINE,
	VIEW_DESK_WAITING,
	VIEW_DESK_OVERDUE,
	VIEW_DESK_ALL,
	VIEW_DESK_OVERVIEW,
};

/* What every desk page has around its content. Signing out is POST /sign-out. */
struct view_desk {
	struct str programme, title;
	enum view_desk_nav nav;
	struct view_hiddens hidden; /* sent by every form of the page */
	struct str person;          /* who is signed in; "" = nobody, and no navigation */
	struct str roles;           /* "coordinator, administrator" */
	bool administrator;
	bool may_enter;                         /* reports that came another way */
	uint64_t queue, mine, waiting, overdue; /* cases */
	bool demo;                              /* what is here was made up: said on every page */
	struct str query;                       /* in the search box */
	struct str done; /* what the last action did: "Sent to the reporter."; "" = nothing */
};

/* ---- Enrolment and sign-in ----------------------------------------------------------------------
 * view_desk_enrol: POST to its own path (`action`): name, email, password, password_again, code.
 * view_desk_sign_in: POST /sign-in: name, password, code. */
struct view_enrol {
	struct view_desk page;
	struct view_mistakes mistakes;
	struct str action;
	struct str roles; /* that the link gives: "administrator and coordinator" */
	struct view_input name, email, password;
	unsigned password_min; /* characters */
	struct str secret;     /* base32, shown in groups */
	struct str uri;        /* otpauth://…, shown as text */
	struct svg_path qr;
	unsigned qr_width; /* modules */
	struct view_input code;
};

struct view_sign_in {
	struct view_desk page;
	struct view_mistakes mistakes;
	struct view_input name;
	struct str next;             /* path to go to afterwards; "" = the queue */
	struct str challenge, rp_id; /* for a passkey: base64url, host; "" = none here */
};

/* ---- Queue: view_desk_queue at /?view=&state=&severity=&assignee=&q=&cursor=
 * ------------------------ */
struct view_queue_row {
	struct str case_number, title;
	struct view_promise next; /* the promise that falls due next; what = "" if none runs */
	struct str severity;      /* "critical"; "" = not said */
	bool severity_claimed;    /* by the reporter, not yet assessed */
	struct str cvss;          /* "8.7"; "" = none */
	struct str part, who;     /* component, assignee; "" = none */
	struct str state;         /* "new", "triaged", "closed · duplicate" */
	bool privacy;  /* says that other people's data were reached or a service disturbed */
	bool question; /* not a report */
	int64_t received_at;
};
/* A severity as the view `severity` shows it: "critical?", "high 8.7". */
struct view_severity {
	struct str word, cvss;
	bool claimed;
};
struct view_stand_in {
	struct str name, href; /* the cases of that person */
	int64_t until;         /* the last second */
};
struct view_queue {
	struct view_desk page;
	const struct view_stand_in *stand_ins; /* for whom who looks is deputy now */
	size_t n_stand_ins;
	struct view_texts news; /* of colleagues: sentences */
	const struct view_queue_row *rows;
	size_t n;
	int64_t now;
	struct str view; /* value of "view" that the filters keep */
	struct view_options states, severities,
	        people;                       /* filters; the first of each is "any", value "" */
	struct str state, severity, assignee; /* chosen */
	bool filtered;                        /* anything chosen or searched for */
	struct str first_href, next_href;     /* paging; "" = none */
	bool never_any;                       /* no case has ever come */
	bool may_open;                        /* cases; otherwise rows are no links */
	struct str public_url;                /* for the empty state */
};

/* ---- Case: view_desk_case at /cases/CASE
 * ------------------------------------------------------------ Every action: POST
 * /cases/CASE/actions, field "action" as in the staff API (acknowledge, request_info, message,
 * note, assign, triage, fix, close, reopen) with text, to, severity, cvss, cwe, component, reason,
 * of. */
enum view_case_entry_kind {
	VIEW_ENTRY_FROM_REPORTER,
	VIEW_ENTRY_TO_REPORTER,
	VIEW_ENTRY_NOTE,  /* the team alone sees it */
	VIEW_ENTRY_EVENT, /* a line: "triaged: high" */
};
struct view_case_entry {
	enum view_case_entry_kind kind;
	int64_t at;
	struct str who; /* may be "" */
	struct str text;
	struct view_files files;
};
struct view_event {
	int64_t at;
	struct str what, who;
	struct str hash; /* of the chain, hex */
};
struct view_template {
	struct str name, text;
};

/* One triage. */
struct view_assessment {
	struct str what, who, reason;
	int64_t at;
};

struct view_case {
	struct view_desk page;
	struct view_mistakes mistakes;
	struct str case_number, title;
	struct str state;    /* "new", "closed · duplicate of EXW-2026-0017" */
	struct str severity; /* as view_queue_row */
	bool severity_claimed;
	struct str cvss, cvss_vector, cwe, part, who;
	struct str reported, reported_vector; /* the reporter's own: "high 7.1"; "" = none */
	struct str by_policy; /* what the score means, where it is not what was set; "" = nothing */
	const struct view_assessment *assessments; /* each that the team made, the newest first */
	size_t n_assessments;
	struct str triage_note; /* kept after a refused triage */
	struct str scope;       /* "in scope: api.exact.works", "not known" */
	struct str channel;     /* "web form", "API" */
	bool privacy, question, needs_info, anonymous;
	bool many_opened; /* by who looks, this hour: more will soon be refused */
	int64_t received_at, now;
	struct view_rows report; /* as received */
	struct view_files files;
	const struct view_case_entry *thread;
	size_t n_thread;
	struct view_promises promises;
	struct str reporter;            /* name for buttons; "the reporter" if anonymous */
	struct view_rows reporter_rows; /* name, address, key, credit, letter, testing */
	const struct view_event *events;
	size_t n_events;
	struct str policy; /* SHA-256 that the case is pinned to */
	struct str public_url;
	const struct view_template *templates;
	size_t n_templates;
	struct view_options people, components, severities, reasons; /* of the forms */
	struct str assignee, component, severity_now;                /* chosen in them */
	struct view_input text; /* kept after a refused reply */
	struct view_input note; /* kept after a refused note */
	bool triage_begun;      /* the calculator has sent somebody back: the form is open */
	struct view_input cvss_in, cwe_in, of; /* kept after a refused triage or close */
	struct str reason, typed;  /* likewise: the reason chosen, the optional message */
	struct str refused;        /* the action that was refused: its form is open; "" = none */
	struct view_input ask;     /* the question for what is missing, ready to be sent */
	struct view_texts missing; /* parts of the policy that the report lacks */
	struct str erased;         /* what became of a case that was erased; "" otherwise */
	int64_t erase_at;          /* announced by the policy; 0: not */
	bool held, erase_asked;
	bool may_hold, may_lift_hold, may_erase;
	bool may_acknowledge, may_ask, may_message, may_note, may_assign, may_triage, may_fix,
	        may_close, may_reopen;
};

/* The form of one action, for what all have alike. */
struct view_case_form {
	const struct view_case *v;
	const char *action;
};

/* ---- Messages: view_desk_message, view_desk_error; view_desk_keys takes struct view_desk
 * ----------- */
struct view_desk_message {
	struct view_desk page; /* its title is the heading */
	struct view_texts text;
	struct str href, label;
	bool apart; /* the link opens another tab */
};
struct view_desk_error {
	struct view_desk page;
	unsigned status;
	struct str what, mend;
	struct str request; /* what the log calls it; "" = nothing to look for there */
};

#endif
