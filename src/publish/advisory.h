/* An advisory: the one record from which every format is written. It holds only what was chosen for
 * publication; nothing of a case stands in it by itself. Kept and edited as JSON
 * (publish/record.h); the names of its keys are the members' names here. */
#ifndef VDPD_PUBLISH_ADVISORY_H
#define VDPD_PUBLISH_ADVISORY_H

#include "publish/record.h"

enum advisory_tlp { TLP_CLEAR, TLP_GREEN, TLP_AMBER, TLP_RED }; /* FIRST, TLP 2.0 */

/* A stretch of versions that is affected: from INTRODUCED ("" or "0": from the first) until before
 * FIXED, or until LAST_AFFECTED and with it; neither: everything after too. */
struct advisory_range {
	struct str introduced, fixed, last_affected;
};

struct advisory_product {
	struct str vendor, name;
	struct str purl;      /* without a version: "pkg:npm/%40exact/sdk" */
	struct str cpe;       /* CPE 2.3, formatted string */
	struct str ecosystem; /* OSV's: "npm", "PyPI"; "" where there is none */
	struct str repo;      /* of the source: an https URL */
	const struct advisory_range *ranges;
	size_t ranges_n;
	const struct str *versions; /* named one by one besides */
	size_t versions_n;
};

enum advisory_reference_type {
	REFERENCE_WEB,
	REFERENCE_ADVISORY,
	REFERENCE_FIX,
	REFERENCE_REPORT,
	REFERENCE_ARTICLE,
	REFERENCE_EVIDENCE,
	REFERENCE_PACKAGE,
	REFERENCE_TYPE_COUNT
};

struct advisory_reference {
	int type; /* enum advisory_reference_type */
	struct str url, text;
};

/* The roles that CVE and OSV know. */
enum advisory_credit_role {
	CREDIT_FINDER,
	CREDIT_REPORTER,
	CREDIT_ANALYST,
	CREDIT_COORDINATOR,
	CREDIT_REMEDIATION_DEVELOPER,
	CREDIT_REMEDIATION_REVIEWER,
	CREDIT_REMEDIATION_VERIFIER,
	CREDIT_TOOL,
	CREDIT_SPONSOR,
	CREDIT_OTHER,
	CREDIT_ROLE_COUNT
};

struct advisory_credit {
	struct str name; /* as the researcher wishes it */
	int role;        /* enum advisory_credit_role */
	struct str url;
};

struct advisory_moment {
	int64_t at;
	struct str text;
};

struct advisory_revision {
	int64_t number; /* from 1 */
	int64_t at;
	struct str summary; /* what changed */
};

struct advisory {
	struct str id; /* "EXW-SA-2026-0001": letters, digits, '-', '_', '.'; stands in URLs */
	struct str title;
	struct str summary;     /* what it is, in a paragraph or two; Markdown */
	struct str impact;      /* what it lets somebody do */
	struct str details;     /* more, for who wants it */
	struct str remediation; /* what to do */
	struct str workarounds;
	struct str severity;    /* "critical" … "low" */
	const struct str *cvss; /* vectors, at most one of each version */
	size_t cvss_n;
	const struct str *cwe; /* "CWE-79" */
	size_t cwe_n;
	struct str cve;            /* "CVE-2026-11586" */
	const struct str *aliases; /* other names: "GHSA-…" */
	size_t aliases_n;
	const struct advisory_product *products;
	size_t products_n;
	const struct advisory_reference *references;
	size_t references_n;
	const struct advisory_credit *credits;
	size_t credits_n;
	const struct advisory_moment *timeline;
	size_t timeline_n;
	const struct advisory_revision *revisions; /* the oldest first; the last is in force */
	size_t revisions_n;
	const struct str *cases; /* numbers of the cases it is about */
	size_t cases_n;
	int tlp;           /* enum advisory_tlp */
	int64_t published; /* of the first revision; UTC seconds */
	int64_t modified;  /* of the last */
	int64_t withdrawn; /* 0: it stands */
	struct str withdrawn_why;
};

extern const struct record_table advisory_table;

/* Reads and checks a record: as record_read, and besides ERR_INVALID with D's pointer for vectors,
 * weaknesses, names and ranges that are none, revisions that do not count up, and times that go
 * backwards. */
enum err advisory_read(
        struct arena *a, struct str json, struct advisory *out, struct diag *d) MUST_CHECK;
/* The checks alone. */
enum err advisory_check(const struct advisory *v, struct diag *d) MUST_CHECK;

/* The record as JSON. */
void advisory_write(const struct advisory *v, struct buf *out);

/* An advisory's id may stand in a URL and a file name. */
bool advisory_id_valid(struct str id);

/* The words of the record: "remediation developer", "fix", "CLEAR". Static. */
const char *advisory_credit_role_name(int role);
const char *advisory_reference_type_name(int type);
const char *advisory_tlp_name(int tlp);

/* Who publishes, for the formats that say so. */
struct publisher {
	struct str name;       /* "exact.works" */
	struct str namespace_; /* its URL: "https://exact.works" */
	struct str contact;    /* an address */
	struct str public_url; /* without a slash at the end: where advisories stand below
	                          /advisories */
	struct str cna_org_id; /* the CNA's UUID at the CVE programme; "" if it is none */
	struct str cna_short_name;
};

/* ---- The formats. Each appends the whole document to OUT. ---- */

enum advisory_format { FORMAT_CSAF, FORMAT_OSV, FORMAT_CVE, FORMAT_MARKDOWN, FORMAT_RECORD };

/* "csaf", "osv", "cve", "markdown", "json". */
enum err advisory_format_parse(struct str s, enum advisory_format *out) MUST_CHECK;

/* CSAF 2.0 (OASIS), profile csaf_security_advisory. CVSS v4 vectors, which 2.0 has no place for,
 * stand in a note. */
void advisory_csaf(const struct advisory *v, const struct publisher *p, struct buf *out);
/* The file name by section 5.1 of CSAF ("exw-sa-2026-0001.json"), and the canonical URL. */
void advisory_csaf_name(struct str id, struct buf *out);
void advisory_csaf_url(const struct advisory *v, const struct publisher *p, struct buf *out);
/* OSV 1.x (OpenSSF). */
void advisory_osv(const struct advisory *v, const struct publisher *p, struct buf *out);
/* CVE record 5.1, state PUBLISHED or, where it is withdrawn, REJECTED. ERR_STATE: it has no CVE
 * number, or the publisher is no CNA. */
enum err advisory_cve(
        const struct advisory *v, const struct publisher *p, struct buf *out) MUST_CHECK;
void advisory_markdown(const struct advisory *v, const struct publisher *p, struct buf *out);

/* ---- And back. JSON by others: unknown members are passed over, texts too long are cut at the
 * limits of the record. ERR_SYNTAX: no JSON; ERR_INVALID: not of that format, with D's what. ----
 */

enum import_format { IMPORT_CSAF, IMPORT_OSV, IMPORT_CVE, IMPORT_GHSA, IMPORT_RECORD };

/* "csaf", "osv", "cve", "ghsa", "json". */
enum err import_format_parse(struct str s, enum import_format *out) MUST_CHECK;

/* The document TEXT as a record, in A, which has passed advisory_read. */
enum err advisory_import(struct arena *a, enum import_format format, struct str text,
        struct advisory *out, struct diag *d) MUST_CHECK;

#endif
