/* An advisory as an OSV record (Open Source Vulnerability format, OpenSSF). What the format has no
 * place for stands in database_specific. */
#include "publish/formats.h"

#include "base/time.h"

const char *const osv_reference_types[REFERENCE_TYPE_COUNT] = {
        [REFERENCE_WEB] = "WEB",
        [REFERENCE_ADVISORY] = "ADVISORY",
        [REFERENCE_FIX] = "FIX",
        [REFERENCE_REPORT] = "REPORT",
        [REFERENCE_ARTICLE] = "ARTICLE",
        [REFERENCE_EVIDENCE] = "EVIDENCE",
        [REFERENCE_PACKAGE] = "PACKAGE",
};
const char *const osv_credit_types[CREDIT_ROLE_COUNT] = {
        [CREDIT_FINDER] = "FINDER",
        [CREDIT_REPORTER] = "REPORTER",
        [CREDIT_ANALYST] = "ANALYST",
        [CREDIT_COORDINATOR] = "COORDINATOR",
        [CREDIT_REMEDIATION_DEVELOPER] = "REMEDIATION_DEVELOPER",
        [CREDIT_REMEDIATION_REVIEWER] = "REMEDIATION_REVIEWER",
        [CREDIT_REMEDIATION_VERIFIER] = "REMEDIATION_VERIFIER",
        [CREDIT_TOOL] = "TOOL",
        [CREDIT_SPONSOR] = "SPONSOR",
        [CREDIT_OTHER] = "OTHER",
};

static void
event(struct json_writer *w, const char *key, struct str version)
{
	jw_object(w, NULL);
	jw_str(w, key, version);
	jw_end(w);
}

static void
range(struct json_writer *w, const struct advisory_product *p, const struct advisory_range *r)
{
	jw_object(w, NULL);
	jw_z(w, "type", p->ecosystem.n > 0 ? "ECOSYSTEM" : "SEMVER");
	jw_array(w, "events");
	event(w, "introduced", r->introduced.n > 0 ? r->introduced : STR("0"));
	if (r->fixed.n > 0)
		event(w, "fixed", r->fixed);
	if (r->last_affected.n > 0)
		event(w, "last_affected", r->last_affected);
	jw_end(w);
	jw_end(w);
}

static void
product(struct json_writer *w, const struct advisory_product *p)
{
	jw_object(w, NULL);
	if (p->ecosystem.n > 0) {
		jw_object(w, "package");
		jw_str(w, "ecosystem", p->ecosystem);
		jw_str(w, "name", p->name);
		if (p->purl.n > 0)
			jw_str(w, "purl", p->purl);
		jw_end(w);
	}
	if (p->ranges_n > 0) {
		jw_array(w, "ranges");
		for (size_t i = 0; i < p->ranges_n; i++)
			range(w, p, &p->ranges[i]);
		jw_end(w);
	}
	if (p->versions_n > 0) {
		jw_array(w, "versions");
		for (size_t i = 0; i < p->versions_n; i++)
			jw_str(w, NULL, p->versions[i]);
		jw_end(w);
	}
	jw_object(w, "database_specific");
	jw_str(w, "product", p->name);
	if (p->vendor.n > 0)
		jw_str(w, "vendor", p->vendor);
	if (p->purl.n > 0)
		jw_str(w, "purl", p->purl);
	if (p->cpe.n > 0)
		jw_str(w, "cpe", p->cpe);
	if (p->repo.n > 0)
		jw_str(w, "repo", p->repo);
	jw_end(w);
	jw_end(w);
}

/* Texts in the order in which they are read. */
static void
details(const struct advisory *v, struct buf *out)
{
	buf_str(out, v->summary);
	if (v->impact.n > 0)
		buf_fmt(out, "\n\n## Impact\n\n%.*s", STR_ARG(v->impact));
	if (v->details.n > 0)
		buf_fmt(out, "\n\n## Details\n\n%.*s", STR_ARG(v->details));
	if (v->remediation.n > 0)
		buf_fmt(out, "\n\n## Remediation\n\n%.*s", STR_ARG(v->remediation));
	if (v->workarounds.n > 0)
		buf_fmt(out, "\n\n## Workarounds\n\n%.*s", STR_ARG(v->workarounds));
}

static void
severities(struct json_writer *w, const struct advisory *v)
{
	if (v->cvss_n == 0)
		return;
	jw_array(w, "severity");
	for (size_t i = 0; i < v->cvss_n; i++) {
		jw_object(w, NULL);
		jw_z(w, "type", str_starts(v->cvss[i], STR("CVSS:4")) ? "CVSS_V4" : "CVSS_V3");
		jw_str(w, "score", v->cvss[i]);
		jw_end(w);
	}
	jw_end(w);
}

static void
people(struct json_writer *w, const struct advisory *v)
{
	if (v->credits_n == 0)
		return;
	jw_array(w, "credits");
	for (size_t i = 0; i < v->credits_n; i++) {
		jw_object(w, NULL);
		jw_str(w, "name", v->credits[i].name);
		if (v->credits[i].url.n > 0) {
			jw_array(w, "contact");
			jw_str(w, NULL, v->credits[i].url);
			jw_end(w);
		}
		jw_z(w, "type", osv_credit_types[v->credits[i].role]);
		jw_end(w);
	}
	jw_end(w);
}

/* The members that OSV has no place for, under the names of the record. */
static void
rest(struct json_writer *w, const struct advisory *v)
{
	struct arena *a = arena_new(1 << 20);
	struct advisory_reference *named =
	        ARENA_ARRAY(a, v->references_n + 1, struct advisory_reference);
	struct advisory more = {
	        .impact = v->impact,
	        .details = v->details,
	        .remediation = v->remediation,
	        .workarounds = v->workarounds,
	        .summary = v->summary,
	        .severity = v->severity,
	        .cwe = v->cwe,
	        .cwe_n = v->cwe_n,
	        .timeline = v->timeline,
	        .timeline_n = v->timeline_n,
	        .revisions = v->revisions,
	        .revisions_n = v->revisions_n,
	        .cases = v->cases,
	        .cases_n = v->cases_n,
	        .tlp = v->tlp,
	        .withdrawn_why = v->withdrawn_why,
	};

	for (size_t i = 0; i < v->references_n; i++) {
		if (v->references[i].text.n > 0)
			named[more.references_n++] = v->references[i];
	}
	more.references = named;
	jw_object(w, "database_specific");
	record_write(w, &advisory_table, &more);
	jw_end(w);
	arena_free(a);
}

void
advisory_osv(const struct advisory *v, const struct publisher *p, struct buf *out)
{
	struct json_writer w = json_writer(out);
	struct buf text;

	buf_init(&text, 1 << 20);
	jw_object(&w, NULL);
	jw_z(&w, "schema_version", "1.7.0");
	/* Names without a prefix of OSV's list begin with "x_". */
	buf_fmt(&text, OSV_OTHER "%.*s", STR_ARG(v->id));
	jw_str(&w, "id", buf_view(&text));
	jw_time(&w, "modified", v->modified != 0 ? v->modified : v->published);
	jw_time(&w, "published", v->published);
	if (v->withdrawn != 0)
		jw_time(&w, "withdrawn", v->withdrawn);
	if (v->cve.n > 0 || v->aliases_n > 0) {
		jw_array(&w, "aliases");
		if (v->cve.n > 0)
			jw_str(&w, NULL, v->cve);
		for (size_t i = 0; i < v->aliases_n; i++)
			jw_str(&w, NULL, v->aliases[i]);
		jw_end(&w);
	}
	jw_str(&w, "summary", v->title);
	buf_reset(&text);
	details(v, &text);
	jw_str(&w, "details", buf_view(&text));
	severities(&w, v);
	jw_array(&w, "affected");
	for (size_t i = 0; i < v->products_n; i++)
		product(&w, &v->products[i]);
	jw_end(&w);
	jw_array(&w, "references");
	buf_reset(&text);
	buf_fmt(&text, "%.*s/advisories/%.*s", STR_ARG(p->public_url), STR_ARG(v->id));
	jw_object(&w, NULL);
	jw_z(&w, "type", "ADVISORY");
	jw_str(&w, "url", buf_view(&text));
	jw_end(&w);
	for (size_t i = 0; i < v->references_n; i++) {
		jw_object(&w, NULL);
		jw_z(&w, "type", osv_reference_types[v->references[i].type]);
		jw_str(&w, "url", v->references[i].url);
		jw_end(&w);
	}
	jw_end(&w);
	people(&w, v);
	rest(&w, v);
	jw_end(&w);
	buf_clear(&text);
}
