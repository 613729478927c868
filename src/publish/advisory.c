/* The advisory's table of keys, and what must hold in one. */
#include "publish/advisory.h"

#include "case/cvss.h"
#include "case/cwe.h"
#include "policy/target.h"

#include <stdarg.h>
#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define TABLE(struct_, array)                                                                      \
	{                                                                                          \
		array, COUNT(array), sizeof(struct_)                                               \
	}
#define TEXT(struct_, member, max_)                                                                \
	.key = #member, .type = RECORD_TEXT, .offset = offsetof(struct_, member), .max = (max_)
#define LINE(struct_, member, max_) TEXT(struct_, member, max_), .line = true
#define TIME(struct_, member)                                                                      \
	.key = #member, .type = RECORD_TIME, .offset = offsetof(struct_, member)
#define LIST_OF(struct_, member, n)                                                                \
	.key = #member, .offset = offsetof(struct_, member),                                       \
	.offset_n = offsetof(struct_, member##_n), .items_max = (n)
#define LIST(struct_, member, n, table)                                                            \
	LIST_OF(struct_, member, n), .type = RECORD_LIST, .items = &(table)
#define LINES(struct_, member, n, max_)                                                            \
	LIST_OF(struct_, member, n), .type = RECORD_TEXTS, .max = (max_), .line = true

/* A CVE record's texts have at most 4,096 characters. */
enum { NAME_MAX_ = 200, TEXT_MAX = 4000, DETAILS_MAX = 60000, URL_LENGTH_MAX = 2000, MANY = 500 };

/* ---- Values ---- */

static enum err
check_vector(struct str s, struct diag *d)
{
	struct cvss v;

	return cvss_parse(s, &v, d);
}

static enum err
check_cwe(struct str s, struct diag *d)
{
	int64_t id;

	if (!str_starts(s, STR("CWE-")) || cwe_parse(s, &id) != ERR_OK)
		return diag_set(d, ERR_INVALID, "write \"CWE-79\"", "is no weakness of the list");
	return ERR_OK;
}

static bool
digits(struct str s, size_t least)
{
	size_t i = 0;

	while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
		i++;
	return i == s.n && s.n >= least;
}

static enum err
check_cve(struct str s, struct diag *d)
{
	if (s.n < 13 || s.n > 28 || !str_starts(s, STR("CVE-")) || !digits(str_sub(s, 4, 4), 4) ||
	        s.p[8] != '-' || !digits(str_sub(s, 9, SIZE_MAX), 4))
		return diag_set(d, ERR_INVALID, "write \"CVE-2026-12345\"", "is no CVE number");
	return ERR_OK;
}

static enum err
check_url(struct str s, struct diag *d)
{
	bool scheme = str_starts(s, STR("https://")) || str_starts(s, STR("http://"));

	for (size_t i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] <= ' ' || (unsigned char)s.p[i] > '~' ||
		        strchr("\"<>\\^`{|}", s.p[i]) != NULL)
			scheme = false;
	}
	if (!scheme || s.n < sizeof "http://x" - 1)
		return diag_set(
		        d, ERR_INVALID, "write \"https://example.org/page\"", "is no web address");
	return ERR_OK;
}

static enum err
check_purl(struct str s, struct diag *d)
{
	struct arena *a = arena_new(1 << 20);
	struct str canonical;
	enum err e = target_purl(a, s, &canonical);

	arena_free(a);
	if (e != ERR_OK)
		return diag_set(
		        d, ERR_INVALID, "write \"pkg:npm/name\"", "is no package URL (purl)");
	return ERR_OK;
}

static enum err
check_cpe(struct str s, struct diag *d)
{
	size_t colons = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == ':')
			colons++;
	}
	if (!str_starts(s, STR("cpe:2.3:")) || colons != 12)
		return diag_set(d, ERR_INVALID, "write \"cpe:2.3:a:vendor:product:…\", 11 parts",
		        "is no CPE 2.3 name");
	return ERR_OK;
}

bool
advisory_id_valid(struct str id)
{
	static const char others[] = "-_.";

	if (id.n == 0 || id.n > 64 || id.p[0] == '.')
		return false;
	for (size_t i = 0; i < id.n; i++) {
		char c = id.p[i];

		if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		            memchr(others, c, sizeof others - 1) != NULL))
			return false;
	}
	return true;
}

static enum err
check_id(struct str s, struct diag *d)
{
	return advisory_id_valid(s) ? ERR_OK
	                            : diag_set(d, ERR_INVALID,
	                                      "use letters, digits, '-', '_' and '.', 64 at most",
	                                      "cannot stand in a web address");
}

/* Versions stand in ranges of vers, whose signs they must not hold. */
static enum err
check_version(struct str s, struct diag *d)
{
	for (size_t i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] <= ' ' || strchr("|<>=!*,/", s.p[i]) != NULL)
			return diag_set(d, ERR_INVALID, "name one version: \"2.4.1\"",
			        "is no single version");
	}
	return ERR_OK;
}

static enum err
check_severity(struct str s, struct diag *d)
{
	enum severity severity;

	if (severity_parse(s, &severity) != ERR_OK || !str_eq(s, str_of(severity_name(severity))))
		return diag_set(
		        d, ERR_INVALID, "write critical, high, medium or low", "is no severity");
	return ERR_OK;
}

/* ---- The table ---- */

static const struct record_field range_fields[] = {
        {LINE(struct advisory_range, introduced, 100), .check = check_version},
        {LINE(struct advisory_range, fixed, 100), .check = check_version},
        {LINE(struct advisory_range, last_affected, 100), .check = check_version},
};
static const struct record_table range_table = TABLE(struct advisory_range, range_fields);

static const struct record_field product_fields[] = {
        {LINE(struct advisory_product, vendor, NAME_MAX_)},
        {LINE(struct advisory_product, name, NAME_MAX_), .required = true},
        {LINE(struct advisory_product, purl, 500), .check = check_purl},
        {LINE(struct advisory_product, cpe, 500), .check = check_cpe},
        {LINE(struct advisory_product, ecosystem, 50)},
        {LINE(struct advisory_product, repo, URL_LENGTH_MAX), .check = check_url},
        {LIST(struct advisory_product, ranges, MANY, range_table)},
        {LINES(struct advisory_product, versions, MANY, 100), .check = check_version},
};
static const struct record_table product_table = TABLE(struct advisory_product, product_fields);

static const char *const reference_types[REFERENCE_TYPE_COUNT + 1] = {
        [REFERENCE_WEB] = "web",
        [REFERENCE_ADVISORY] = "advisory",
        [REFERENCE_FIX] = "fix",
        [REFERENCE_REPORT] = "report",
        [REFERENCE_ARTICLE] = "article",
        [REFERENCE_EVIDENCE] = "evidence",
        [REFERENCE_PACKAGE] = "package",
};
static const struct record_field reference_fields[] = {
        {.key = "type",
                .type = RECORD_CHOICE,
                .offset = offsetof(struct advisory_reference, type),
                .choices = reference_types},
        {LINE(struct advisory_reference, url, URL_LENGTH_MAX), .required = true,
                .check = check_url},
        {LINE(struct advisory_reference, text, 500)},
};
static const struct record_table reference_table =
        TABLE(struct advisory_reference, reference_fields);

static const char *const credit_roles[CREDIT_ROLE_COUNT + 1] = {
        [CREDIT_FINDER] = "finder",
        [CREDIT_REPORTER] = "reporter",
        [CREDIT_ANALYST] = "analyst",
        [CREDIT_COORDINATOR] = "coordinator",
        [CREDIT_REMEDIATION_DEVELOPER] = "remediation developer",
        [CREDIT_REMEDIATION_REVIEWER] = "remediation reviewer",
        [CREDIT_REMEDIATION_VERIFIER] = "remediation verifier",
        [CREDIT_TOOL] = "tool",
        [CREDIT_SPONSOR] = "sponsor",
        [CREDIT_OTHER] = "other",
};
static const struct record_field credit_fields[] = {
        {LINE(struct advisory_credit, name, NAME_MAX_), .required = true},
        {.key = "role",
                .type = RECORD_CHOICE,
                .offset = offsetof(struct advisory_credit, role),
                .choices = credit_roles},
        {LINE(struct advisory_credit, url, URL_LENGTH_MAX), .check = check_url},
};
static const struct record_table credit_table = TABLE(struct advisory_credit, credit_fields);

static const struct record_field moment_fields[] = {
        {TIME(struct advisory_moment, at), .required = true},
        {LINE(struct advisory_moment, text, 1000), .required = true},
};
static const struct record_table moment_table = TABLE(struct advisory_moment, moment_fields);

static const struct record_field revision_fields[] = {
        {.key = "number",
                .type = RECORD_NUMBER,
                .offset = offsetof(struct advisory_revision, number),
                .max = 100000,
                .required = true},
        {TIME(struct advisory_revision, at), .required = true},
        {LINE(struct advisory_revision, summary, 1000), .required = true},
};
static const struct record_table revision_table = TABLE(struct advisory_revision, revision_fields);

static const char *const tlp_labels[] = {
        [TLP_CLEAR] = "CLEAR",
        [TLP_GREEN] = "GREEN",
        [TLP_AMBER] = "AMBER",
        [TLP_RED] = "RED",
        NULL,
};

static const struct record_field advisory_fields[] = {
        {LINE(struct advisory, id, 64), .required = true, .check = check_id},
        {LINE(struct advisory, title, 256), .required = true},
        {TEXT(struct advisory, summary, TEXT_MAX), .required = true},
        {TEXT(struct advisory, impact, TEXT_MAX)},
        {TEXT(struct advisory, details, DETAILS_MAX)},
        {TEXT(struct advisory, remediation, TEXT_MAX)},
        {TEXT(struct advisory, workarounds, TEXT_MAX)},
        {LINE(struct advisory, severity, 10), .check = check_severity},
        {LINES(struct advisory, cvss, CVSS_VERSION_COUNT, CVSS_VECTOR_MAX), .check = check_vector},
        {LINES(struct advisory, cwe, 20, 10), .check = check_cwe},
        {LINE(struct advisory, cve, 30), .check = check_cve},
        {LINES(struct advisory, aliases, 50, 100)},
        {LIST(struct advisory, products, MANY, product_table)},
        {LIST(struct advisory, references, MANY, reference_table)},
        {LIST(struct advisory, credits, MANY, credit_table)},
        {LIST(struct advisory, timeline, MANY, moment_table)},
        {LIST(struct advisory, revisions, MANY, revision_table)},
        {LINES(struct advisory, cases, MANY, 40)},
        {.key = "tlp",
                .type = RECORD_CHOICE,
                .offset = offsetof(struct advisory, tlp),
                .choices = tlp_labels},
        {TIME(struct advisory, published)},
        {TIME(struct advisory, modified)},
        {TIME(struct advisory, withdrawn)},
        {LINE(struct advisory, withdrawn_why, 1000)},
};
const struct record_table advisory_table = TABLE(struct advisory, advisory_fields);

const char *
advisory_credit_role_name(int role)
{
	return credit_roles[role];
}

const char *
advisory_reference_type_name(int type)
{
	return reference_types[type];
}

const char *
advisory_tlp_name(int tlp)
{
	return tlp_labels[tlp];
}

/* ---- What no single value shows ---- */

/* Fails with D's pointer made of FMT. */
static enum err PRINTF_LIKE(3, 4)
        refuse(struct diag *d, const char *what, const char *pointer_fmt, ...)
{
	va_list ap;

	if (d == NULL)
		return ERR_INVALID;
	va_start(ap, pointer_fmt);
	vsnprintf(d->pointer, sizeof d->pointer, pointer_fmt, ap);
	va_end(ap);
	return diag_set(d, ERR_INVALID, NULL, "%s", what);
}

static enum err
check_vectors(const struct advisory *v, struct diag *d)
{
	bool seen[CVSS_VERSION_COUNT] = {false};

	for (size_t i = 0; i < v->cvss_n; i++) {
		struct cvss vector;
		enum err e = cvss_parse(v->cvss[i], &vector, d);

		if (e != ERR_OK)
			return e;
		if (seen[vector.version])
			return refuse(d, "is a second vector of one version", "/cvss/%zu", i);
		seen[vector.version] = true;
	}
	return ERR_OK;
}

static enum err
check_products(const struct advisory *v, struct diag *d)
{
	for (size_t i = 0; i < v->products_n; i++) {
		const struct advisory_product *p = &v->products[i];

		for (size_t k = 0; k < p->ranges_n; k++) {
			const struct advisory_range *r = &p->ranges[k];

			if (r->fixed.n > 0 && r->last_affected.n > 0)
				return refuse(d, "has both \"fixed\" and \"last_affected\"",
				        "/products/%zu/ranges/%zu", i, k);
			if (r->fixed.n + r->last_affected.n + r->introduced.n == 0)
				return refuse(
				        d, "names no version", "/products/%zu/ranges/%zu", i, k);
		}
	}
	return ERR_OK;
}

static enum err
check_revisions(const struct advisory *v, struct diag *d)
{
	int64_t before = v->published;

	for (size_t i = 0; i < v->revisions_n; i++) {
		const struct advisory_revision *r = &v->revisions[i];

		if (r->number != (int64_t)i + 1)
			return refuse(d, "does not count up from 1", "/revisions/%zu/number", i);
		if (r->at < before)
			return refuse(
			        d, "is earlier than what came before", "/revisions/%zu/at", i);
		before = r->at;
	}
	if (v->modified != 0 && v->modified < before)
		return refuse(d, "is earlier than the last revision", "/modified");
	if (v->withdrawn != 0 && v->withdrawn < v->published)
		return refuse(d, "is earlier than the publication", "/withdrawn");
	return ERR_OK;
}

enum err
advisory_check(const struct advisory *v, struct diag *d)
{
	enum err e = check_vectors(v, d);

	if (e == ERR_OK)
		e = check_products(v, d);
	return e == ERR_OK ? check_revisions(v, d) : e;
}

enum err
advisory_read(struct arena *a, struct str json, struct advisory *out, struct diag *d)
{
	struct advisory v;
	enum err e = record_read(a, json, &advisory_table, &v, d);

	if (e == ERR_OK)
		e = advisory_check(&v, d);
	if (e == ERR_OK)
		*out = v;
	return e;
}

void
advisory_write(const struct advisory *v, struct buf *out)
{
	struct json_writer w = json_writer(out);

	jw_object(&w, NULL);
	record_write(&w, &advisory_table, v);
	jw_end(&w);
}

static const char *const formats[] = {
        [FORMAT_CSAF] = "csaf",
        [FORMAT_OSV] = "osv",
        [FORMAT_CVE] = "cve",
        [FORMAT_MARKDOWN] = "markdown",
        [FORMAT_RECORD] = "json",
};

enum err
advisory_format_parse(struct str s, enum advisory_format *out)
{
	for (size_t i = 0; i < COUNT(formats); i++) {
		if (str_eq(s, str_of(formats[i]))) {
			*out = (enum advisory_format)i;
			return ERR_OK;
		}
	}
	return ERR_INVALID;
}
