/* What the public pages show. See web/views_common.h for the rules; which view takes which struct
 * stands at the top of each file in views/public. */
#ifndef VDPD_WEB_VIEWS_PUBLIC_H
#define VDPD_WEB_VIEWS_PUBLIC_H

#include "policy/policy.h"
#include "web/views_common.h"

enum view_nav {
	VIEW_NAV_NONE,
	VIEW_NAV_POLICY,
	VIEW_NAV_REPORT,
	VIEW_NAV_TRACK,
	VIEW_NAV_ADVISORIES,
	VIEW_NAV_THANKS,
	VIEW_NAV_TRUST,
};

/* What every public page has around its content. */
struct view_page {
	const struct policy *policy; /* in force now */
	struct str title;            /* of this page */
	enum view_nav nav;
	bool pgp_key; /* /pgp-key.asc exists */
	bool demo;    /* what is here was made up: said on every page */
};

/* ---- Policy: view_public_policy at / and /policy, view_public_policy_version at /policy/SHA256 */
struct view_policy {
	struct view_page page;
	const struct policy *policy; /* the version shown */
	uint64_t kept, ended; /* promises that ended so far, and those kept; 0, 0 = none yet */
	/* A version page only: */
	bool in_force;       /* this version is the one in force */
	int64_t from, until; /* when it was; 0 = open */
};

/* ---- Advisories: view_public_advisories at /advisories, view_public_advisory at /advisories/ID,
 * view_public_acknowledgments at /acknowledgments */
struct view_advisory_item {
	struct str id, title;
	struct str severity; /* "critical" …; "" */
	struct str cve;      /* "" */
	int64_t published;
	bool withdrawn;
};
struct view_advisories {
	struct view_page page;
	const struct view_advisory_item *items;
	size_t n;
	bool first_page;
	struct str older; /* where the next page begins; "": this is the last */
};
struct view_advisory {
	struct view_page page;
	struct str id;
	struct safe_html text; /* all of it, its heading too */
	struct str cve;        /* "": there is no CVE record to link to */
	struct str csaf;       /* URL of the document */
};
struct view_thanked {
	int64_t year;
	struct str name, url; /* url "": none */
};
struct view_thanks {
	struct view_page page;
	const struct view_thanked *people; /* by year, the latest first */
	size_t n;
};

/* ---- Report: view_public_report at /report, view_public_report_check after its first step
 * -------- POST /report, multipart or urlencoded. Button: name "step", value check | edit | send.
 * Fields: the view_input members of view_report (a member's name is the field's name); kind is
 * "report" or "question"; severity is "" or critical|high|medium|low; the two questions are "yes"
 * or "no"; anonymous and credit_wanted are "yes" or absent; testing_from and testing_until are
 * local date-times (HTML standard, section 2.3.5.5), meant as UTC. Files ("files") are chosen at
 * the check step, since a browser cannot carry them from page to page. Sections, hints, questions
 * and limits come from page.policy. */
struct view_report {
	struct view_page page;
	struct view_hiddens hidden;
	struct view_mistakes mistakes;
	struct view_input kind, title, description, impact, steps, affected, component,
	        proof_of_concept, severity, cvss, remediation, testing_accounts, testing_addresses,
	        testing_from, testing_until, reached_others_data, caused_disruption, reporter_name,
	        reporter_email, reporter_pgp_key, anonymous, credit_wanted, credit_name, credit_url;
};

/* One section of the form (view report_part). */
struct view_report_part {
	const struct view_report *report;
	size_t i; /* of policy->report.parts */
};

/* One of the guidelines' questions (view report_question); CLAUSE NULL: the policy does not ask. */
struct view_report_question {
	const char *name;
	const struct policy_clause *clause;
	struct view_input in;
};

struct view_report_check {
	struct view_page page;
	struct view_hiddens hidden; /* every field again, with the form's own */
	struct view_mistakes mistakes;
	bool is_question;
	struct view_rows rows;     /* what will be sent, in order */
	struct view_texts missing; /* parts left out: "Steps to reproduce" */
	bool anonymous;            /* no address was left */
};

/* ---- Receipt: view_public_receipt, the answer to the report
 * -------------------------------------- Its forms: POST /receipt with "what" = signed | text (a
 * download), and POST /case. Both send `hidden`, which must let the handler know the case again
 * (the receipt). */
struct view_receipt {
	struct view_page page;
	struct view_hiddens hidden;
	struct str case_number;
	struct str code; /* 26 characters; shown in groups of four */
	int64_t received_at;
	struct view_promises promises;
	struct str policy;         /* SHA-256 that the case is pinned to */
	struct view_texts missing; /* what the team may ask for */
	bool anonymous;
	bool has_text; /* the canonical text can be downloaded */
};

/* ---- Track: view_public_track, GET /case without a receipt; POST /case, field "receipt" */
struct view_track {
	struct view_page page;
	struct view_hiddens hidden;
	struct view_input receipt; /* never give back a code that worked */
};

/* ---- Reporter's page: view_public_case
 * ------------------------------------------------------------ Forms, each with `hidden`: POST
 * /case/messages (text, files; multipart), /case/credit (credit_wanted, credit_name, credit_url),
 * /case/letter, /case/disclosure (date), /case/withdraw (first without "confirmed": answer with
 * view_public_confirm), /case/leave (forget the receipt). */

struct view_stage {
	struct str name;
	int64_t at; /* 0: not yet */
};

struct view_entry {
	int64_t at;
	bool from_you;     /* the reporter */
	struct str author; /* who of the team wrote; may be "" */
	struct str text;
	struct view_files files;
};

struct view_reporter {
	struct view_page page;
	struct view_hiddens hidden;
	struct view_mistakes mistakes;
	struct str done; /* what a form just did: "Your message was sent."; "" = nothing */
	struct str case_number, title;
	int64_t received_at, now;
	struct view_stage stages[5];
	struct str closed_as; /* in plain words, when it is closed otherwise than fixed; "" = not */
	bool waiting_for_you; /* the team asked for something */
	bool open;            /* messages can be written */
	struct view_promises promises; /* the one that runs now first */
	const struct view_entry *thread;
	size_t n_thread;
	struct view_rows report; /* as sent */
	struct view_files files; /* of the report */
	struct view_input text;
	bool credit_wanted;
	struct view_input credit_name, credit_url;
	int64_t letter_asked_at;
	struct str letter_href; /* once it is written */
	struct view_input date; /* of the disclosure form */
	struct str disclosure;  /* date asked for, "2026-04-01"; "" = not asked */
	bool may_ask_disclosure, may_withdraw, may_ask_letter;
	int64_t withdrawn_at;
	struct str policy;
};

/* ---- Trust center: view_public_trust ----------------------------------------------------------
 */

struct view_figure {
	struct str value, label, note;
};
struct view_quarter {
	struct str label; /* "Q1 2026" */
	uint64_t kept, missed;
};
struct view_key {
	struct str name, use; /* "Receipt signing key", "Ed25519" */
	struct str fingerprint;
	struct str href; /* to fetch it; "" = none */
};
struct view_trust {
	struct view_page page;
	const struct view_figure *figures; /* medians, share kept */
	size_t n_figures;
	const struct view_quarter *quarters; /* oldest first */
	size_t n_quarters;
	const struct view_key *keys;
	size_t n_keys;
	struct view_rows facts; /* what the policy says, in short */
	int64_t now;
};

/* ---- Messages: view_public_message, view_public_confirm, view_public_error ----------------------
 */

struct view_message {
	struct view_page page; /* its title is the heading */
	struct view_texts text;
	struct str href, label; /* where to go on; "" = nowhere */
};

struct view_confirm {
	struct view_page page;
	struct view_hiddens hidden; /* with "confirmed" = "yes" */
	struct view_texts text;
	struct str action; /* path that the form is sent to */
	struct str button; /* "Withdraw the report" */
	bool danger;
	struct str back; /* path of the way out */
};

struct view_error {
	struct view_page page; /* its title is the heading: "That page is not here" */
	unsigned status;
	struct str what;    /* happened; may be "" */
	struct str mend;    /* what to do next; may be "" */
	struct str request; /* what the log calls it; "" = nothing to look for there */
};

#endif
