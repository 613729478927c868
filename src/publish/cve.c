/* An advisory as a CVE record (CVE JSON 5.1, CVE Program). What is withdrawn is REJECTED. */
#include "publish/formats.h"

#include "base/time.h"
#include "case/cwe.h"

#include <stdio.h>

const char *const cve_tags[REFERENCE_TYPE_COUNT] = {
        [REFERENCE_ADVISORY] = "vendor-advisory",
        [REFERENCE_FIX] = "patch",
        [REFERENCE_REPORT] = "issue-tracking",
        [REFERENCE_ARTICLE] = "technical-description",
        [REFERENCE_EVIDENCE] = "exploit",
        [REFERENCE_PACKAGE] = "product",
};

static const char *const metric_names[CVSS_VERSION_COUNT] = {
        [CVSS_3_0] = "cvssV3_0",
        [CVSS_3_1] = "cvssV3_1",
        [CVSS_4_0] = "cvssV4_0",
};

static void
texts(struct json_writer *w, const char *key, struct str text)
{
	if (text.n == 0)
		return;
	jw_array(w, key);
	jw_object(w, NULL);
	jw_z(w, "lang", "en");
	jw_str(w, "value", text);
	jw_end(w);
	jw_end(w);
}

static void
provider(struct json_writer *w, const struct advisory *v, const struct publisher *p)
{
	jw_object(w, "providerMetadata");
	jw_str(w, "orgId", p->cna_org_id);
	if (p->cna_short_name.n > 0)
		jw_str(w, "shortName", p->cna_short_name);
	if (v->modified != 0)
		jw_time(w, "dateUpdated", v->modified);
	jw_end(w);
}

static void
metadata(struct json_writer *w, const struct advisory *v, const struct publisher *p)
{
	jw_object(w, "cveMetadata");
	jw_str(w, "cveId", v->cve);
	jw_str(w, "assignerOrgId", p->cna_org_id);
	if (p->cna_short_name.n > 0)
		jw_str(w, "assignerShortName", p->cna_short_name);
	jw_z(w, "state", v->withdrawn != 0 ? "REJECTED" : "PUBLISHED");
	if (v->published != 0)
		jw_time(w, "datePublished", v->published);
	if (v->modified != 0)
		jw_time(w, "dateUpdated", v->modified);
	if (v->withdrawn != 0)
		jw_time(w, "dateRejected", v->withdrawn);
	jw_end(w);
}

/* ---- Products ---- */

static void
range(struct json_writer *w, const struct advisory_range *r)
{
	jw_object(w, NULL);
	jw_str(w, "version", r->introduced.n > 0 ? r->introduced : STR("0"));
	jw_z(w, "status", "affected");
	if (r->fixed.n > 0)
		jw_str(w, "lessThan", r->fixed);
	else if (r->last_affected.n > 0)
		jw_str(w, "lessThanOrEqual", r->last_affected);
	else
		jw_z(w, "lessThan", "*");
	jw_z(w, "versionType", "custom");
	jw_end(w);
}

static void
product(struct json_writer *w, const struct advisory_product *a, const struct publisher *p)
{
	jw_object(w, NULL);
	jw_str(w, "vendor", a->vendor.n > 0 ? a->vendor : p->name);
	jw_str(w, "product", a->name);
	if (a->cpe.n > 0) {
		jw_array(w, "cpes");
		jw_str(w, NULL, a->cpe);
		jw_end(w);
	}
	if (a->repo.n > 0)
		jw_str(w, "repo", a->repo);
	if (a->ranges_n + a->versions_n > 0) {
		jw_array(w, "versions");
		for (size_t i = 0; i < a->ranges_n; i++)
			range(w, &a->ranges[i]);
		for (size_t i = 0; i < a->versions_n; i++) {
			jw_object(w, NULL);
			jw_str(w, "version", a->versions[i]);
			jw_z(w, "status", "affected");
			jw_end(w);
		}
		jw_end(w);
	}
	jw_z(w, "defaultStatus", a->ranges_n + a->versions_n > 0 ? "unaffected" : "affected");
	jw_end(w);
}

static void
affected(struct json_writer *w, const struct advisory *v, const struct publisher *p)
{
	struct advisory_product service = {.vendor = p->name, .name = p->name};

	jw_array(w, "affected");
	for (size_t i = 0; i < v->products_n; i++)
		product(w, &v->products[i], p);
	if (v->products_n == 0)
		product(w, &service, p);
	jw_end(w);
}

/* ---- The rest of the container ---- */

static void
weaknesses(struct json_writer *w, const struct advisory *v)
{
	if (v->cwe_n == 0)
		return;
	jw_array(w, "problemTypes");
	for (size_t i = 0; i < v->cwe_n; i++) {
		const char *name = NULL;
		struct buf text;
		int64_t id;

		if (cwe_parse(v->cwe[i], &id) == ERR_OK)
			name = cwe_name(id);
		buf_init(&text, 1024);
		buf_str(&text, v->cwe[i]);
		if (name != NULL)
			buf_fmt(&text, " %s", name);
		jw_object(w, NULL);
		jw_array(w, "descriptions");
		jw_object(w, NULL);
		jw_z(w, "lang", "en");
		jw_str(w, "description", buf_view(&text));
		jw_str(w, "cweId", v->cwe[i]);
		jw_z(w, "type", "CWE");
		jw_end(w);
		jw_end(w);
		jw_end(w);
		buf_clear(&text);
	}
	jw_end(w);
}

static void
metrics(struct json_writer *w, const struct advisory *v)
{
	if (v->cvss_n == 0)
		return;
	jw_array(w, "metrics");
	for (size_t i = 0; i < v->cvss_n; i++) {
		struct cvss vector;

		if (cvss_parse(v->cvss[i], &vector, NULL) != ERR_OK)
			continue;
		jw_object(w, NULL);
		jw_z(w, "format", "CVSS");
		jw_object(w, metric_names[vector.version]);
		cvss_members(w, &vector);
		jw_end(w);
		jw_end(w);
	}
	jw_end(w);
}

static void
reference(struct json_writer *w, struct str url, struct str name, const char *tag)
{
	jw_object(w, NULL);
	jw_str(w, "url", url);
	if (name.n > 0)
		jw_str(w, "name", name);
	if (tag != NULL) {
		jw_array(w, "tags");
		jw_z(w, NULL, tag);
		jw_end(w);
	}
	jw_end(w);
}

static void
references(struct json_writer *w, const struct advisory *v, const struct publisher *p)
{
	struct buf own;

	buf_init(&own, 4096);
	buf_fmt(&own, "%.*s/advisories/%.*s", STR_ARG(p->public_url), STR_ARG(v->id));
	jw_array(w, "references");
	reference(w, buf_view(&own), v->title, "vendor-advisory");
	for (size_t i = 0; i < v->references_n; i++)
		reference(w, v->references[i].url, v->references[i].text,
		        cve_tags[v->references[i].type]);
	jw_end(w);
	buf_clear(&own);
}

static void
people(struct json_writer *w, const struct advisory *v)
{
	if (v->credits_n == 0)
		return;
	jw_array(w, "credits");
	for (size_t i = 0; i < v->credits_n; i++) {
		jw_object(w, NULL);
		jw_z(w, "lang", "en");
		jw_str(w, "value", v->credits[i].name);
		jw_z(w, "type", advisory_credit_role_name(v->credits[i].role));
		jw_end(w);
	}
	jw_end(w);
}

static void
timeline(struct json_writer *w, const struct advisory *v)
{
	if (v->timeline_n == 0)
		return;
	jw_array(w, "timeline");
	for (size_t i = 0; i < v->timeline_n; i++) {
		jw_object(w, NULL);
		jw_time(w, "time", v->timeline[i].at);
		jw_z(w, "lang", "en");
		jw_str(w, "value", v->timeline[i].text);
		jw_end(w);
	}
	jw_end(w);
}

static void
impacts(struct json_writer *w, struct str impact)
{
	if (impact.n == 0)
		return;
	jw_array(w, "impacts");
	jw_object(w, NULL);
	texts(w, "descriptions", impact);
	jw_end(w);
	jw_end(w);
}

/* What a CVE record has no place for, under the names of the advisory's record. */
static void
rest(struct json_writer *w, const struct advisory *v)
{
	struct advisory_credit *credits = NULL;
	struct arena *a = arena_new(1 << 20);
	struct advisory more = {
	        .id = v->id,
	        .details = v->details,
	        .severity = v->severity,
	        .aliases = v->aliases,
	        .aliases_n = v->aliases_n,
	        .revisions = v->revisions,
	        .revisions_n = v->revisions_n,
	        .cases = v->cases,
	        .cases_n = v->cases_n,
	        .tlp = v->tlp,
	};

	/* Addresses of people, and the products' names at package registries. */
	credits = ARENA_ARRAY(a, v->credits_n + 1, struct advisory_credit);
	for (size_t i = 0; i < v->credits_n; i++) {
		if (v->credits[i].url.n > 0)
			credits[more.credits_n++] = v->credits[i];
	}
	more.credits = credits;
	jw_object(w, "x_vdpd");
	record_write(w, &advisory_table, &more);
	jw_array(w, "packages");
	for (size_t i = 0; i < v->products_n; i++) {
		jw_object(w, NULL);
		jw_str(w, "purl", v->products[i].purl.p != NULL ? v->products[i].purl : STR(""));
		jw_str(w, "ecosystem",
		        v->products[i].ecosystem.p != NULL ? v->products[i].ecosystem : STR(""));
		jw_end(w);
	}
	jw_end(w);
	jw_end(w);
	arena_free(a);
}

static void
published(struct json_writer *w, const struct advisory *v, const struct publisher *p)
{
	provider(w, v, p);
	jw_time(w, "datePublic", v->published);
	jw_str(w, "title", v->title);
	texts(w, "descriptions", v->summary);
	affected(w, v, p);
	weaknesses(w, v);
	references(w, v, p);
	impacts(w, v->impact);
	metrics(w, v);
	texts(w, "workarounds", v->workarounds);
	texts(w, "solutions", v->remediation);
	timeline(w, v);
	people(w, v);
	rest(w, v);
}

enum err
advisory_cve(const struct advisory *v, const struct publisher *p, struct buf *out)
{
	struct json_writer w = json_writer(out);

	if (v->cve.n == 0 || p->cna_org_id.n == 0)
		return ERR_STATE;
	jw_object(&w, NULL);
	jw_z(&w, "dataType", "CVE_RECORD");
	jw_z(&w, "dataVersion", "5.1");
	metadata(&w, v, p);
	jw_object(&w, "containers");
	jw_object(&w, "cna");
	if (v->withdrawn != 0) {
		provider(&w, v, p);
		texts(&w, "rejectedReasons",
		        v->withdrawn_why.n > 0 ? v->withdrawn_why : STR("Withdrawn."));
	} else {
		published(&w, v, p);
	}
	jw_end(&w);
	jw_end(&w);
	jw_end(&w);
	return ERR_OK;
}
