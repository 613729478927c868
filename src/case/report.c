/* The fields of a report, their bounds, and what a report lacks. */
#include "case/report.h"

#include "case/cvss.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const severities[] = {"critical", "high", "medium", "low", NULL};
static const char *const kinds[] = {"report", "question", NULL};

#define AT(member) .offset = offsetof(struct report, member)

const struct report_field report_fields[] = {
        {NULL, "kind", "kind", "Kind", REPORT_CHOICE, AT(kind), .chars_max = 16, .choices = kinds},
        {NULL, "title", "title", "Title", REPORT_LINE, AT(title), .chars_max = 200},
        {NULL, "description", "description", "Description", REPORT_TEXT, AT(description),
                .chars_max = 50000, .part = REPORT_KEY_DESCRIPTION},
        {NULL, "impact", "impact", "Impact", REPORT_TEXT, AT(impact), .chars_max = 20000,
                .part = REPORT_KEY_IMPACT},
        {NULL, "steps", "steps", "Steps to reproduce", REPORT_TEXT, AT(steps), .chars_max = 50000,
                .part = REPORT_KEY_STEPS},
        {NULL, "affected", "affected", "Affected", REPORT_LINES, AT(affected), .chars_max = 2000,
                .items_max = 100, .part = REPORT_KEY_AFFECTED},
        {NULL, "component", "component", "Component", REPORT_LINE, AT(component), .chars_max = 200,
                .part = REPORT_KEY_COMPONENT},
        {NULL, "proof_of_concept", "proof_of_concept", "Proof of concept", REPORT_TEXT,
                AT(proof_of_concept), .chars_max = 50000, .part = REPORT_KEY_PROOF_OF_CONCEPT},
        {NULL, "severity", "severity", "Severity", REPORT_CHOICE, AT(severity), .chars_max = 16,
                .choices = severities, .part = REPORT_KEY_SEVERITY},
        {NULL, "cvss", "cvss", "CVSS vector", REPORT_LINE, AT(cvss), .chars_max = CVSS_VECTOR_MAX,
                .part = REPORT_KEY_CVSS},
        {NULL, "remediation", "remediation", "Suggested remediation", REPORT_TEXT, AT(remediation),
                .chars_max = 20000, .part = REPORT_KEY_REMEDIATION},
        {"testing", "accounts", "testing_accounts", "Test accounts", REPORT_LINES,
                AT(testing.accounts), .chars_max = 200, .items_max = 50},
        {"testing", "source_addresses", "testing_addresses", "Source addresses", REPORT_LINES,
                AT(testing.source_addresses), .chars_max = 100, .items_max = 50},
        {"testing", "from", "testing_from", "Tested from", REPORT_TIME, AT(testing.from_utc_s)},
        {"testing", "until", "testing_until", "Tested until", REPORT_TIME, AT(testing.until_utc_s)},
        {NULL, "reached_others_data", "reached_others_data", "Other people's data were reached",
                REPORT_BOOL, AT(reached_others_data)},
        {NULL, "caused_disruption", "caused_disruption", "A service was disturbed", REPORT_BOOL,
                AT(caused_disruption)},
        {"reporter", "name", "reporter_name", "Name", REPORT_LINE, AT(reporter.name),
                .chars_max = 200},
        {"reporter", "email", "reporter_email", "E-mail address", REPORT_LINE, AT(reporter.email),
                .chars_max = 254},
        {"reporter", "pgp_key", "reporter_pgp_key", "PGP key", REPORT_TEXT, AT(reporter.pgp_key),
                .chars_max = 50000},
        {"credit", "wanted", "credit_wanted", "Credit wanted", REPORT_BOOL, AT(credit.wanted)},
        {"credit", "name", "credit_name", "Credited as", REPORT_LINE, AT(credit.name),
                .chars_max = 200},
        {"credit", "url", "credit_url", "Credited with the link", REPORT_LINE, AT(credit.url),
                .chars_max = 2000},
};
const size_t report_fields_n = sizeof report_fields / sizeof report_fields[0];

/* The member of R that F describes. */
static void *
member(const struct report *r, const struct report_field *f)
{
	return (char *)(uintptr_t)r + f->offset;
}

static enum err
wrong(const struct report_field *f, struct diag *d, const char *mend, const char *what)
{
	if (d != NULL)
		snprintf(d->pointer, sizeof d->pointer, "/%s%s%s",
		        f->object != NULL ? f->object : "", f->object != NULL ? "/" : "", f->key);
	return diag_set(d, ERR_INVALID, mend, "%s %s", f->label, what);
}

static enum err
too_long(const struct report_field *f, struct diag *d)
{
	char what[64];

	snprintf(what, sizeof what, "is longer than %zu characters", f->chars_max);
	return wrong(f, d, "shorten it, or attach the rest as a file", what);
}

static bool
has_control(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7F)
			return true;
	return false;
}

static enum err
check_text(const struct report_field *f, struct str s, struct diag *d)
{
	/* A code point has at least one byte: most texts need no counting. */
	if (s.n > f->chars_max && str_utf8_len(s) > f->chars_max)
		return too_long(f, d);
	if (f->type != REPORT_TEXT && has_control(s))
		return wrong(f, d, NULL, "must be one line without control characters");
	return ERR_OK;
}

static enum err
check_lines(const struct report_field *f, const struct report_texts *texts, struct diag *d)
{
	char what[64];

	if (texts->n > f->items_max) {
		snprintf(what, sizeof what, "has more than %zu entries", f->items_max);
		return wrong(f, d, NULL, what);
	}
	for (size_t i = 0; i < texts->n; i++) {
		enum err e = check_text(f, texts->v[i], d);

		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

static enum err
check_choice(const struct report_field *f, struct str *s, struct diag *d)
{
	if (s->n == 0)
		return ERR_OK;
	for (size_t i = 0; f->choices[i] != NULL; i++) {
		if (!str_eq_nocase(*s, str_of(f->choices[i])))
			continue;
		*s = str_of(f->choices[i]);
		return ERR_OK;
	}
	return wrong(f, d, NULL, "is none of the values that it can have");
}

static enum err
check_field(struct report *r, const struct report_field *f, struct diag *d)
{
	switch (f->type) {
	case REPORT_LINE:
	case REPORT_TEXT:
		return check_text(f, *(struct str *)member(r, f), d);
	case REPORT_LINES:
		return check_lines(f, member(r, f), d);
	case REPORT_CHOICE:
		return check_choice(f, member(r, f), d);
	case REPORT_BOOL:
	case REPORT_TIME:
		break;
	}
	return ERR_OK;
}

/* One '@' with something on both sides, and nothing that could end a header or an envelope. */
static bool
is_address(struct str s)
{
	size_t at = str_find(s, '@', 0);

	if (at == SIZE_MAX || at == 0 || at + 1 >= s.n || str_find(s, '@', at + 1) != SIZE_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (strchr(" <>,;:\"()[]\\", s.p[i]) != NULL)
			return false;
	return true;
}

static bool
is_web_url(struct str s)
{
	struct str rest;

	if (str_starts(s, STR("https://")))
		rest = str_sub(s, 8, SIZE_MAX);
	else if (str_starts(s, STR("http://")))
		rest = str_sub(s, 7, SIZE_MAX);
	else
		return false;
	return rest.n > 0 && rest.p[0] != '/' && str_find(rest, ' ', 0) == SIZE_MAX;
}

static bool
is_public_key(struct str s)
{
	s = str_trim(s);
	return str_starts(s, STR("-----BEGIN PGP PUBLIC KEY BLOCK-----")) &&
	       str_ends(s, STR("-----END PGP PUBLIC KEY BLOCK-----"));
}

static const struct report_field *
field_at(size_t offset)
{
	for (size_t i = 0; i < report_fields_n; i++)
		if (report_fields[i].offset == offset)
			return &report_fields[i];
	abort();
}

#define FIELD(member) field_at(offsetof(struct report, member))

enum err
report_check(struct report *r, struct diag *d)
{
	struct diag vector = {0};
	struct cvss v;

	for (size_t i = 0; i < report_fields_n; i++) {
		enum err e = check_field(r, &report_fields[i], d);

		if (e != ERR_OK)
			return e;
	}
	if (str_trim(r->description).n == 0)
		return wrong(FIELD(description), d, "say in your own words what you found",
		        "is missing");
	if (r->cvss.n > 0 && cvss_parse(str_trim(r->cvss), &v, &vector) != ERR_OK)
		return wrong(FIELD(cvss), d, vector.what, "is not valid");
	if (r->reporter.email.n > 0 && !is_address(r->reporter.email))
		return wrong(
		        FIELD(reporter.email), d, "write it as name@example.org", "is no address");
	if (r->reporter.pgp_key.n > 0 && !is_public_key(r->reporter.pgp_key))
		return wrong(FIELD(reporter.pgp_key), d, "paste the whole armoured public key",
		        "is no armoured OpenPGP public key");
	if (r->credit.url.n > 0 && !is_web_url(r->credit.url))
		return wrong(FIELD(credit.url), d, "begin it with https://", "is no web address");
	if (r->testing.from_utc_s != 0 && r->testing.until_utc_s != 0 &&
	        r->testing.until_utc_s < r->testing.from_utc_s)
		return wrong(FIELD(testing.until_utc_s), d, NULL, "is before the time it began");
	return ERR_OK;
}

bool
report_given(const struct report *r, const struct report_field *f)
{
	const struct report_texts *texts;

	switch (f->type) {
	case REPORT_LINE:
	case REPORT_TEXT:
	case REPORT_CHOICE:
		return str_trim(*(const struct str *)member(r, f)).n > 0;
	case REPORT_LINES:
		texts = member(r, f);
		for (size_t i = 0; i < texts->n; i++)
			if (str_trim(texts->v[i]).n > 0)
				return true;
		return false;
	case REPORT_BOOL:
		return *(const bool *)member(r, f);
	case REPORT_TIME:
		return *(const int64_t *)member(r, f) != 0;
	}
	return false;
}

static bool
key_given(const struct report *r, enum report_key key, bool files)
{
	if (key == REPORT_KEY_ATTACHMENTS)
		return files;
	for (size_t i = 0; i < report_fields_n; i++)
		if (report_fields[i].part == key && report_given(r, &report_fields[i]))
			return true;
	return false;
}

void
report_missing(struct arena *a, const struct report *r, const struct policy *p, bool files,
        const struct policy_part ***out, size_t *n)
{
	const struct policy_part **missing =
	        ARENA_ARRAY(a, p->report.parts_n + 1, const struct policy_part *);
	size_t count = 0;

	for (size_t i = 0; i < p->report.parts_n && !str_eq(r->kind, STR("question")); i++) {
		const struct policy_part *part = &p->report.parts[i];
		bool given = part->optional;

		for (size_t j = 0; j < part->fields_n && !given; j++)
			given = key_given(r, (enum report_key)part->fields[j], files);
		if (!given)
			missing[count++] = part;
	}
	*out = missing;
	*n = count;
}

enum { TITLE_CHARS = 100 };

/* The first TITLE_CHARS code points of S, in bytes. */
static size_t
title_bytes(struct str s)
{
	size_t chars = 0;

	for (size_t i = 0; i < s.n; i++)
		if (((unsigned char)s.p[i] & 0xC0) != 0x80 && chars++ == TITLE_CHARS)
			return i;
	return s.n;
}

struct str
report_title(struct arena *a, const struct report *r)
{
	struct str rest = str_trim(r->title).n > 0 ? r->title : r->description, line = {0}, title;
	size_t n;
	char *p;

	while (str_cut(&rest, '\n', &line) && str_trim(line).n == 0)
		continue;
	line = str_trim(line);
	n = title_bytes(line);
	title = str_trim(str_sub(line, 0, n));
	p = str_z(a, title);
	for (size_t i = 0; i < title.n; i++)
		if ((unsigned char)p[i] < 0x20 || p[i] == 0x7F)
			p[i] = ' ';
	return n < line.n ? str_fmt(a, "%.*s…", (int)title.n, p) : str_bytes(p, title.n);
}
