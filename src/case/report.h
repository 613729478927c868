/* A report as its reporter sends it: one struct for the API, the form and mail, one table of its
 * fields and their bounds, and what is missing from it by the policy. */
#ifndef VDPD_CASE_REPORT_H
#define VDPD_CASE_REPORT_H

#include "policy/policy.h"

struct report_texts {
	const struct str *v;
	size_t n;
};

/* Empty text, no texts and 0 mean: not given. Times: UTC seconds. All text is UTF-8. */
struct report {
	struct str title;
	struct str description; /* the one field that must be given */
	struct str impact;
	struct str steps;
	struct report_texts affected;
	struct str component; /* as given: an id or a name */
	struct str proof_of_concept;
	struct str severity; /* the reporter's own: "critical" … "low" */
	struct str cvss;     /* a vector */
	struct str remediation;
	struct {
		struct report_texts accounts, source_addresses;
		int64_t from_utc_s, until_utc_s;
	} testing; /* what tells the reporter from an attacker */
	bool reached_others_data;
	bool caused_disruption;
	struct str kind; /* "report", "question"; "" means report */
	struct {
		struct str name, email, pgp_key;
	} reporter;
	struct {
		bool wanted;
		struct str name, url;
	} credit;
};

enum report_type {
	REPORT_LINE,   /* struct str without line ends or other control characters */
	REPORT_TEXT,   /* struct str: line ends and tabs are part of it */
	REPORT_LINES,  /* struct report_texts; a form has one a line */
	REPORT_CHOICE, /* struct str: one of `choices`, in any letter case */
	REPORT_BOOL,   /* bool */
	REPORT_TIME,   /* int64_t, from RFC 3339; a form's local date-time is UTC */
};

/* One field. The order of the table is the order of the form and of the canonical text. */
struct report_field {
	const char *object; /* "testing", "reporter", "credit"; NULL at the top */
	const char *key;    /* of the API, inside the object */
	const char *form;   /* its name in the form: "testing_accounts" */
	const char *label;  /* for people */
	enum report_type type;
	size_t offset;              /* in struct report */
	size_t chars_max;           /* code points; of each for REPORT_LINES */
	size_t items_max;           /* REPORT_LINES */
	enum report_key part;       /* how a policy's part names it; REPORT_KEY_NONE if none can */
	const char *const *choices; /* REPORT_CHOICE: NULL-terminated */
};

extern const struct report_field report_fields[];
extern const size_t report_fields_n;

/* A report without its files is at most this many bytes of JSON or form text. */
enum { REPORT_BODY_MAX = 1 << 20 };

/* Checks R against the table and against itself: bounds, line ends, choices (written anew as in the
 * table), the CVSS vector, the shape of addresses, URL and key, testing.until not before
 * testing.from, a description that is not blank. ERR_INVALID fills D: pointer ("/testing/from"),
 * what, mend. UTF-8 is the reader's to check. */
enum err report_check(struct report *r, struct diag *d) MUST_CHECK;

/* True if the field was given in R. */
bool report_given(const struct report *r, const struct report_field *f);

/* The parts of P's list of what to include that R lacks, in the order of the policy, in A: those
 * that are not optional and of whose fields none was given; for a question none. FILES: something
 * was attached. */
void report_missing(struct arena *a, const struct report *r, const struct policy *p, bool files,
        const struct policy_part ***out, size_t *n);

/* True if the reporter says that other people's data were reached or a service was disturbed. */
static inline bool
report_is_privacy_incident(const struct report *r)
{
	return r->reached_others_data || r->caused_disruption;
}

/* The title to show: the given one, else the first words of the description, one line of at most
 * 100 code points, in A. */
struct str report_title(struct arena *a, const struct report *r);

#endif
