/* The policy file as a struct: everything that the programme says and promises. One file is one
 * version, named by its SHA-256; a case is pinned to the version under which it arrived. */
#ifndef VDPD_POLICY_POLICY_H
#define VDPD_POLICY_POLICY_H

#include "policy/diags.h"
#include "policy/promises.h"

enum { POLICY_SHA256_BYTES = 32, POLICY_FILE_MAX = 1 << 20, POLICY_ARENA_BYTES = 32 << 20 };

/* The keys of the report (of the API and the form) that a policy can speak of. */
enum report_key {
	REPORT_KEY_NONE,
	REPORT_KEY_DESCRIPTION,
	REPORT_KEY_IMPACT,
	REPORT_KEY_STEPS,
	REPORT_KEY_AFFECTED,
	REPORT_KEY_COMPONENT,
	REPORT_KEY_PROOF_OF_CONCEPT,
	REPORT_KEY_SEVERITY,
	REPORT_KEY_CVSS,
	REPORT_KEY_REMEDIATION,
	REPORT_KEY_ATTACHMENTS,
	REPORT_KEY_COUNT
};

/* "description" … "attachments". Static. */
const char *report_key_name(enum report_key k);

/* What answers by mail may hold to who reported by mail. */
enum policy_replies {
	REPLIES_ENCRYPTED, /* what was written goes out encrypted only; else that there is news */
	REPLIES_PLAIN
};
enum policy_pgp { POLICY_PGP_NONE, POLICY_PGP_ON_REQUEST, POLICY_PGP_PUBLISHED };
enum policy_credit { POLICY_CREDIT_NEVER, POLICY_CREDIT_WITH_PERMISSION };
enum policy_letter { POLICY_LETTER_NEVER, POLICY_LETTER_ON_REQUEST };

/* A line of a list: safe harbour clauses, guidelines. */
struct policy_clause {
	struct str id;
	struct str text;
	/* Guidelines only: what the report form asks because of it, and the question. */
	int asks; /* enum policy_ask */
	struct str question;
	struct str question_hint;
};

enum policy_ask {
	POLICY_ASK_NOTHING,
	POLICY_ASK_REACHED_OTHERS_DATA, /* a yes makes the case a privacy incident */
	POLICY_ASK_CAUSED_DISRUPTION,   /* likewise */
	POLICY_ASK_TESTING,             /* accounts, source addresses, when */
	POLICY_ASK_COUNT
};

/* Somebody else's service that a researcher may come upon. */
struct policy_third_party {
	struct str name;
	const struct str *hosts; /* host patterns */
	size_t hosts_n;
	struct str report_to; /* a URL; "" if not said */
};

/* A rule of the scope. It holds on a target if one of its hosts (and one of its paths, where it has
 * both) fits, or a path alone on a host in scope, or a component, a purl or a third party. A rule
 * with none of them is for people to read only. */
struct policy_rule {
	struct str id;
	struct str text;
	bool apex;               /* "*.a.b" also means "a.b" */
	const struct str *hosts; /* "*.exact.works", "api.exact.works:8443" */
	size_t hosts_n;
	const struct str
	        *paths; /* "/api/…": exact, or with a star after the last slash all below */
	size_t paths_n;
	const struct str *components; /* ids */
	size_t components_n;
	const struct str *purls; /* without version; exact, or all below as for paths */
	size_t purls_n;
	const struct policy_third_party *third_parties;
	size_t third_parties_n;
};

struct policy_component {
	struct str id; /* [a-z0-9-]+ : what cases and the API carry */
	struct str name;
	const struct str *also; /* other names that people use for it */
	size_t also_n;
	int severity_at_most; /* enum severity; SEVERITY_NONE: no cap */
};

/* One of the parts of a good report: a section of the form. */
struct policy_part {
	struct str id;
	struct str text;  /* the line of the policy */
	struct str title; /* the heading of the form's section */
	struct str hint;  /* what helps */
	struct str example;
	bool optional;     /* a report without it lacks nothing */
	const int *fields; /* enum report_key */
	size_t fields_n;
};

/* A promise as it is shown. */
struct policy_promise {
	const char *clock;      /* "acknowledge", "triage", "fix", "update" …: as `vdpd clocks` */
	enum severity severity; /* of "fix"; else SEVERITY_NONE */
	bool every;             /* "Every 14 days", not "Within 7 days" */
	struct str label;
	int64_t s;
	struct str within; /* "48 hours" */
};

enum { POLICY_PROMISES_MAX = 11 };

/* Texts offered to the team to begin an answer with. */
enum policy_reply {
	REPLY_ACKNOWLEDGE,
	REPLY_REQUEST_INFO,
	REPLY_MESSAGE,
	REPLY_TRIAGE,
	REPLY_FIX,
	REPLY_REOPEN,
	REPLY_CLOSE_RESOLVED,
	REPLY_CLOSE_DUPLICATE,
	REPLY_CLOSE_OUT_OF_SCOPE,
	REPLY_CLOSE_NOT_REPRODUCIBLE,
	REPLY_CLOSE_INFORMATIVE,
	REPLY_CLOSE_NOT_APPLICABLE,
	REPLY_CLOSE_SPAM,
	REPLY_CLOSE_WITHDRAWN,
	REPLY_COUNT
};

struct policy {
	/* Which version this is. */
	unsigned char sha256[POLICY_SHA256_BYTES]; /* of the file's bytes */
	char sha256_hex[2 * POLICY_SHA256_BYTES + 1];
	struct str text; /* the file itself */

	/* Who. */
	struct str programme;        /* "exact.works": the folder, and the name in receipts */
	struct str name;             /* of the organisation, in running text */
	struct str case_prefix;      /* "EXW" */
	struct str title;            /* "Security Policy" */
	struct str subtitle;         /* "Vulnerability Disclosure Policy for exact.works" */
	struct str updated;          /* "March 2026" */
	struct str accent;           /* "#rrggbb" */
	const struct str *languages; /* RFC 5646 tags, the preferred first */
	size_t languages_n;

	struct {
		struct str heading, text;
	} intro;
	struct {
		struct str heading;      /* "Contact" */
		struct str info_heading; /* "Contact Information" */
		struct str team;         /* "Security Team" */
		struct str email;
		int pgp; /* enum policy_pgp */
		struct str pgp_text;
		int replies;             /* enum policy_replies */
		struct str security_txt; /* "/.well-known/security.txt" */
		struct str trust;        /* "/trust" */
	} contact;
	struct {
		struct str heading, in_heading, out_heading;
		const struct policy_rule *in, *out;
		size_t in_n, out_n;
	} scope;
	const struct policy_component *components;
	size_t components_n;
	struct {
		struct str heading, intro;
		const struct policy_clause *clauses;
		size_t clauses_n;
		struct str no_legal_action; /* the promise below the clauses */
	} safe_harbour;

	/* Lowest CVSS score of each severity, in tenths. */
	int64_t score_from[SEVERITY_COUNT];

	struct promises promises; /* for the clocks */
	struct {
		struct str heading, action_heading, time_heading;
		struct policy_promise list[POLICY_PROMISES_MAX]; /* for people, in policy order */
		size_t n;
	} timeline;

	struct {
		struct str heading;
		const struct policy_part *parts;
		size_t parts_n;
	} report;
	struct {
		struct str heading;
		bool paid_bounty;
		int credit; /* enum policy_credit */
		int letter; /* enum policy_letter */
		const struct str *paragraphs;
		size_t paragraphs_n;
	} recognition;
	struct {
		struct str heading, intro;
		const struct policy_clause *items;
		size_t items_n;
	} guidelines;

	struct str replies[REPLY_COUNT]; /* "" where there is none: see policy/reply.h */
	struct {
		int64_t warn_percent;  /* of a promise gone by: tell the assignee */
		int64_t quiet_percent; /* of it without any event: tell everyone */
	} reminders;
	struct {
		int64_t spam_s;   /* after closing as spam its keys are destroyed; 0: never */
		int64_t closed_s; /* after closing for any other reason; likewise */
	} retention;
	struct {
		int64_t file_bytes;  /* one attachment */
		int64_t total_bytes; /* all of one report or message */
		int64_t files;       /* their number */
	} limits;
};

/* Reads the policy in TEXT, called FILENAME in errors, into A (POLICY_ARENA_BYTES hold any file).
 * ERR_INVALID, with every mistake found added to DS in the order of the file; ERR_TOO_LARGE over
 * POLICY_FILE_MAX. TEXT is copied. */
enum err policy_parse(struct arena *a, const char *filename, struct str text, struct diags *ds,
        const struct policy **out) MUST_CHECK;

/* The component called S: by id, name or another of its names, in any letter case. NULL if none. */
const struct policy_component *policy_component(const struct policy *p, struct str s);

/* What a CVSS score of TENTHS means by P, in the component called COMPONENT ("" for none): the
 * severity of its range, or what the component has at the most. SEVERITY_NONE for 0.0. */
enum severity policy_severity(const struct policy *p, int tenths, struct str component);

/* The guideline that makes the form ask ASK; NULL if the policy does not. */
const struct policy_clause *policy_question(const struct policy *p, enum policy_ask ask);

#endif
