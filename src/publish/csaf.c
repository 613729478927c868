/* An advisory as CSAF 2.0 (OASIS Standard, 18 November 2022), profile "Security Advisory"
 * (section 4.4). The product tree names each stretch of affected versions, each version named by
 * itself, and each fixed one as a product; the vulnerability refers to them by id. */
#include "publish/formats.h"

#include "base/time.h"
#include "case/cwe.h"

#include <stdio.h>

enum product_status { KNOWN_AFFECTED, FIXED, STATUS_COUNT };

/* CSAF 2.0 knows the labels of TLP 1.0; what is CLEAR now was WHITE. */
const char *const csaf_labels[TLP_RED + 1] = {
        [TLP_CLEAR] = "WHITE",
        [TLP_GREEN] = "GREEN",
        [TLP_AMBER] = "AMBER",
        [TLP_RED] = "RED",
};

const char *const csaf_reference_summaries[REFERENCE_TYPE_COUNT] = {
        [REFERENCE_WEB] = "Web page",
        [REFERENCE_ADVISORY] = "Advisory",
        [REFERENCE_FIX] = "Fix",
        [REFERENCE_REPORT] = "Report",
        [REFERENCE_ARTICLE] = "Article",
        [REFERENCE_EVIDENCE] = "Evidence",
        [REFERENCE_PACKAGE] = "Package",
};

static void
note(struct json_writer *w, const char *category, const char *title, struct str text)
{
	if (text.n == 0)
		return;
	jw_object(w, NULL);
	jw_z(w, "category", category);
	jw_z(w, "title", title);
	jw_str(w, "text", text);
	jw_end(w);
}

/* The text begins with its time. */
static void
dated_note(
        struct json_writer *w, const char *category, const char *title, int64_t at, struct str text)
{
	char time[RFC3339_MAX];
	struct buf b;

	time_format(at, time);
	buf_init(&b, 8192);
	buf_fmt(&b, "%s %.*s", time, STR_ARG(text));
	note(w, category, title, str_trim(buf_view(&b)));
	buf_clear(&b);
}

/* ---- The document ---- */

static void
tracking(struct json_writer *w, const struct advisory *v)
{
	char version[24] = "1";
	int64_t last = v->modified != 0 ? v->modified : v->published;

	if (v->revisions_n > 0)
		snprintf(version, sizeof version, "%lld",
		        (long long)v->revisions[v->revisions_n - 1].number);
	jw_object(w, "tracking");
	if (v->cve.n > 0 || v->aliases_n > 0) {
		jw_array(w, "aliases");
		if (v->cve.n > 0)
			jw_str(w, NULL, v->cve);
		for (size_t i = 0; i < v->aliases_n; i++)
			jw_str(w, NULL, v->aliases[i]);
		jw_end(w);
	}
	jw_time(w, "current_release_date", last);
	jw_object(w, "generator");
	jw_object(w, "engine");
	jw_z(w, "name", "vdpd");
	jw_z(w, "version", VDPD_VERSION);
	jw_end(w);
	jw_end(w);
	jw_str(w, "id", v->id);
	jw_time(w, "initial_release_date", v->published);
	jw_array(w, "revision_history");
	for (size_t i = 0; i < v->revisions_n; i++) {
		char number[24];

		snprintf(number, sizeof number, "%lld", (long long)v->revisions[i].number);
		jw_object(w, NULL);
		jw_time(w, "date", v->revisions[i].at);
		jw_z(w, "number", number);
		jw_str(w, "summary", v->revisions[i].summary);
		jw_end(w);
	}
	if (v->revisions_n == 0) {
		jw_object(w, NULL);
		jw_time(w, "date", v->published);
		jw_z(w, "number", "1");
		jw_z(w, "summary", "Initial version");
		jw_end(w);
	}
	jw_end(w);
	jw_z(w, "status", "final");
	jw_z(w, "version", version);
	jw_end(w);
}

/* The document's own address: file names are by section 5.1, in the folder of the year. */
static void
self_reference(struct json_writer *w, const struct advisory *v, const struct publisher *p)
{
	struct buf url;

	buf_init(&url, 4096);
	buf_fmt(&url, "%.*s/advisories/%.*s", STR_ARG(p->public_url), STR_ARG(v->id));
	jw_object(w, NULL);
	jw_z(w, "category", "self");
	jw_z(w, "summary", "The advisory for people");
	jw_str(w, "url", buf_view(&url));
	jw_end(w);
	buf_reset(&url);
	advisory_csaf_url(v, p, &url);
	jw_object(w, NULL);
	jw_z(w, "category", "self");
	jw_z(w, "summary", "The canonical URL of this document");
	jw_str(w, "url", buf_view(&url));
	jw_end(w);
	buf_clear(&url);
}

void
advisory_csaf_name(struct str id, struct buf *out)
{
	for (size_t i = 0; i < id.n; i++) {
		char c = id.p[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		buf_char(out, c == '.' ? '_' : c);
	}
	buf_z(out, ".json");
}

void
advisory_csaf_url(const struct advisory *v, const struct publisher *p, struct buf *out)
{
	int year;

	time_date(v->published, &year, NULL, NULL);
	buf_fmt(out, "%.*s/.well-known/csaf/%s/%d/", STR_ARG(p->public_url),
	        v->tlp == TLP_CLEAR   ? "white"
	        : v->tlp == TLP_GREEN ? "green"
	        : v->tlp == TLP_AMBER ? "amber"
	                              : "red",
	        year);
	advisory_csaf_name(v->id, out);
}

static void
document(struct json_writer *w, const struct advisory *v, const struct publisher *p)
{
	jw_object(w, "document");
	if (v->severity.n > 0) {
		jw_object(w, "aggregate_severity");
		jw_str(w, "text", v->severity);
		jw_end(w);
	}
	jw_z(w, "category", "csaf_security_advisory");
	jw_z(w, "csaf_version", "2.0");
	jw_object(w, "distribution");
	jw_object(w, "tlp");
	jw_z(w, "label", csaf_labels[v->tlp]);
	jw_z(w, "url", "https://www.first.org/tlp/");
	jw_end(w);
	jw_end(w);
	jw_z(w, "lang", "en");
	jw_array(w, "notes");
	note(w, "summary", "Summary", v->summary);
	if (v->withdrawn != 0)
		dated_note(w, "general", "Withdrawn", v->withdrawn, v->withdrawn_why);
	jw_end(w);
	jw_object(w, "publisher");
	jw_z(w, "category", "vendor");
	if (p->contact.n > 0)
		jw_str(w, "contact_details", p->contact);
	jw_str(w, "name", p->name);
	jw_str(w, "namespace", p->namespace_);
	jw_end(w);
	jw_array(w, "references");
	self_reference(w, v, p);
	jw_end(w);
	jw_str(w, "title", v->title);
	tracking(w, v);
	jw_end(w);
}

/* ---- Products ---- */

/* Called for every leaf of the tree, in its order. */
typedef void leaf_fn(struct json_writer *w, const struct advisory_product *p,
        enum product_status status, struct str version, bool range, const char *id);

/* "vers:generic/>=1.0|<1.4" (package-url, VERSION-RANGE-SPEC). */
static void
vers(const struct advisory_range *r, struct buf *out)
{
	bool from = r->introduced.n > 0 && !str_eq(r->introduced, STR("0"));

	buf_reset(out);
	buf_z(out, "vers:generic/");
	if (from)
		buf_fmt(out, ">=%.*s", STR_ARG(r->introduced));
	if (from && (r->fixed.n > 0 || r->last_affected.n > 0))
		buf_char(out, '|');
	if (r->fixed.n > 0)
		buf_fmt(out, "<%.*s", STR_ARG(r->fixed));
	else if (r->last_affected.n > 0)
		buf_fmt(out, "<=%.*s", STR_ARG(r->last_affected));
	else if (!from)
		buf_char(out, '*');
}

static bool
fixed_before(const struct advisory_product *p, size_t k)
{
	for (size_t i = 0; i < k; i++) {
		if (str_eq(p->ranges[i].fixed, p->ranges[k].fixed))
			return true;
	}
	return false;
}

static void
each_leaf_of(struct json_writer *w, const struct advisory_product *p, size_t i, leaf_fn *leaf)
{
	struct buf version;
	char id[64];
	size_t n = 0;

	buf_init(&version, 1024);
	for (size_t k = 0; k < p->ranges_n; k++) {
		snprintf(id, sizeof id, "P%zu-A%zu", i + 1, ++n);
		vers(&p->ranges[k], &version);
		leaf(w, p, KNOWN_AFFECTED, buf_view(&version), true, id);
	}
	for (size_t k = 0; k < p->versions_n; k++) {
		snprintf(id, sizeof id, "P%zu-A%zu", i + 1, ++n);
		leaf(w, p, KNOWN_AFFECTED, p->versions[k], false, id);
	}
	if (n == 0) {
		snprintf(id, sizeof id, "P%zu-A1", i + 1);
		leaf(w, p, KNOWN_AFFECTED, STR("vers:generic/*"), true, id);
	}
	n = 0;
	for (size_t k = 0; k < p->ranges_n; k++) {
		if (p->ranges[k].fixed.n == 0 || fixed_before(p, k))
			continue;
		snprintf(id, sizeof id, "P%zu-F%zu", i + 1, ++n);
		leaf(w, p, FIXED, p->ranges[k].fixed, false, id);
	}
	buf_clear(&version);
}

/* An advisory about a service alone has no product of its own: the service is one. */
static const struct advisory_product *
products_of(const struct advisory *v, const struct publisher *p, struct advisory_product *service,
        size_t *n)
{
	*service = (struct advisory_product){.vendor = p->name, .name = p->name};
	*n = v->products_n > 0 ? v->products_n : 1;
	return v->products_n > 0 ? v->products : service;
}

/* A name of the product elsewhere, where CSAF has no member of its own for it. */
static void
generic_uri(struct json_writer *w, const char *namespace_, const char *scheme, struct str name)
{
	struct buf uri;

	if (name.n == 0)
		return;
	buf_init(&uri, 4096);
	buf_fmt(&uri, "%s%.*s", scheme, STR_ARG(name));
	jw_object(w, NULL);
	jw_z(w, "namespace", namespace_);
	jw_str(w, "uri", buf_view(&uri));
	jw_end(w);
	buf_clear(&uri);
}

static void
identification(struct json_writer *w, const struct advisory_product *p)
{
	if (p->purl.n + p->cpe.n + p->repo.n + p->ecosystem.n == 0)
		return;
	jw_object(w, "product_identification_helper");
	if (p->cpe.n > 0)
		jw_str(w, "cpe", p->cpe);
	if (p->purl.n > 0)
		jw_str(w, "purl", p->purl);
	if (p->repo.n + p->ecosystem.n > 0) {
		jw_array(w, "x_generic_uris");
		generic_uri(w, CSAF_REPOSITORY, "", p->repo);
		generic_uri(w, CSAF_ECOSYSTEM, CSAF_ECOSYSTEM_URI, p->ecosystem);
		jw_end(w);
	}
	jw_end(w);
}

static void
tree_leaf(struct json_writer *w, const struct advisory_product *p, enum product_status status,
        struct str version, bool range, const char *id)
{
	struct buf name;

	(void)status;
	buf_init(&name, 2048);
	buf_fmt(&name, "%.*s %.*s", STR_ARG(p->name), STR_ARG(version));
	jw_object(w, NULL);
	jw_z(w, "category", range ? "product_version_range" : "product_version");
	jw_str(w, "name", version);
	jw_object(w, "product");
	jw_str(w, "name", buf_view(&name));
	jw_z(w, "product_id", id);
	identification(w, p);
	jw_end(w);
	jw_end(w);
	buf_clear(&name);
}

static void
product_tree(struct json_writer *w, const struct advisory_product *products, size_t n,
        const struct publisher *p)
{
	jw_object(w, "product_tree");
	jw_array(w, "branches");
	for (size_t i = 0; i < n; i++) {
		const struct advisory_product *product = &products[i];

		jw_object(w, NULL);
		jw_z(w, "category", "vendor");
		jw_str(w, "name", product->vendor.n > 0 ? product->vendor : p->name);
		jw_array(w, "branches");
		jw_object(w, NULL);
		jw_z(w, "category", "product_name");
		jw_str(w, "name", product->name);
		jw_array(w, "branches");
		each_leaf_of(w, product, i, tree_leaf);
		jw_end(w);
		jw_end(w);
		jw_end(w);
		jw_end(w);
	}
	jw_end(w);
	jw_end(w);
}

static void
affected_id(struct json_writer *w, const struct advisory_product *p, enum product_status status,
        struct str version, bool range, const char *id)
{
	(void)p, (void)version, (void)range;
	if (status == KNOWN_AFFECTED)
		jw_z(w, NULL, id);
}

static void
fixed_id(struct json_writer *w, const struct advisory_product *p, enum product_status status,
        struct str version, bool range, const char *id)
{
	(void)p, (void)version, (void)range;
	if (status == FIXED)
		jw_z(w, NULL, id);
}

static bool
any_fixed(const struct advisory_product *products, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < products[i].ranges_n; k++) {
			if (products[i].ranges[k].fixed.n > 0)
				return true;
		}
	}
	return false;
}

static void
ids(struct json_writer *w, const char *key, const struct advisory_product *products, size_t n,
        leaf_fn *leaf)
{
	jw_array(w, key);
	for (size_t i = 0; i < n; i++)
		each_leaf_of(w, &products[i], i, leaf);
	jw_end(w);
}

/* ---- The vulnerability ---- */

static void
scores(struct json_writer *w, const struct advisory *v, const struct advisory_product *products,
        size_t n)
{
	bool open = false;

	for (size_t i = 0; i < v->cvss_n; i++) {
		struct cvss vector;

		if (cvss_parse(v->cvss[i], &vector, NULL) != ERR_OK || vector.version == CVSS_4_0)
			continue;
		if (!open)
			jw_array(w, "scores");
		open = true;
		jw_object(w, NULL);
		jw_object(w, "cvss_v3");
		cvss_members(w, &vector);
		jw_end(w);
		ids(w, "products", products, n, affected_id);
		jw_end(w);
	}
	if (open)
		jw_end(w);
}

static void
notes(struct json_writer *w, const struct advisory *v)
{
	jw_array(w, "notes");
	note(w, "description", "Description", v->summary);
	note(w, "details", "Details", v->details);
	for (size_t i = 0; i < v->cvss_n; i++) {
		if (str_starts(v->cvss[i], STR("CVSS:4.0/")))
			note(w, "other", "CVSS v4.0", v->cvss[i]);
	}
	for (size_t i = 1; i < v->cwe_n; i++)
		note(w, "other", "Further weakness", v->cwe[i]);
	for (size_t i = 0; i < v->timeline_n; i++)
		dated_note(w, "other", "Timeline", v->timeline[i].at, v->timeline[i].text);
	jw_end(w);
}

static void
remediation(struct json_writer *w, const char *category, struct str details,
        const struct advisory_product *products, size_t n)
{
	jw_object(w, NULL);
	jw_z(w, "category", category);
	jw_str(w, "details", details);
	ids(w, "product_ids", products, n, affected_id);
	jw_end(w);
}

static void
acknowledgments(struct json_writer *w, const struct advisory *v)
{
	if (v->credits_n == 0)
		return;
	jw_array(w, "acknowledgments");
	for (size_t i = 0; i < v->credits_n; i++) {
		const struct advisory_credit *c = &v->credits[i];

		jw_object(w, NULL);
		jw_array(w, "names");
		jw_str(w, NULL, c->name);
		jw_end(w);
		jw_z(w, "summary", advisory_credit_role_name(c->role));
		if (c->url.n > 0) {
			jw_array(w, "urls");
			jw_str(w, NULL, c->url);
			jw_end(w);
		}
		jw_end(w);
	}
	jw_end(w);
}

static void
references(struct json_writer *w, const struct advisory *v)
{
	struct buf summary;

	if (v->references_n == 0)
		return;
	buf_init(&summary, 4096);
	jw_array(w, "references");
	for (size_t i = 0; i < v->references_n; i++) {
		const struct advisory_reference *r = &v->references[i];

		buf_reset(&summary);
		buf_z(&summary, csaf_reference_summaries[r->type]);
		if (r->text.n > 0)
			buf_fmt(&summary, ": %.*s", STR_ARG(r->text));
		jw_object(w, NULL);
		jw_z(w, "category", "external");
		jw_str(w, "summary", buf_view(&summary));
		jw_str(w, "url", r->url);
		jw_end(w);
	}
	jw_end(w);
	buf_clear(&summary);
}

static void
vulnerability(struct json_writer *w, const struct advisory *v,
        const struct advisory_product *products, size_t n)
{
	int64_t id;

	jw_object(w, NULL);
	acknowledgments(w, v);
	if (v->cve.n > 0)
		jw_str(w, "cve", v->cve);
	if (v->cwe_n > 0 && cwe_parse(v->cwe[0], &id) == ERR_OK) {
		jw_object(w, "cwe");
		jw_str(w, "id", v->cwe[0]);
		jw_z(w, "name", cwe_name(id));
		jw_end(w);
	}
	if (v->cases_n > 0) {
		jw_array(w, "ids");
		for (size_t i = 0; i < v->cases_n; i++) {
			jw_object(w, NULL);
			jw_z(w, "system_name", "Case");
			jw_str(w, "text", v->cases[i]);
			jw_end(w);
		}
		jw_end(w);
	}
	notes(w, v);
	jw_object(w, "product_status");
	if (any_fixed(products, n))
		ids(w, "fixed", products, n, fixed_id);
	ids(w, "known_affected", products, n, affected_id);
	jw_end(w);
	references(w, v);
	jw_time(w, "release_date", v->published);
	jw_array(w, "remediations");
	if (v->remediation.n > 0)
		remediation(w, "vendor_fix", v->remediation, products, n);
	if (v->workarounds.n > 0)
		remediation(w, "workaround", v->workarounds, products, n);
	if (v->remediation.n + v->workarounds.n == 0)
		remediation(w, any_fixed(products, n) ? "vendor_fix" : "none_available",
		        any_fixed(products, n) ? STR("Use a version that is fixed.")
		                               : STR("There is no fix yet."),
		        products, n);
	jw_end(w);
	scores(w, v, products, n);
	if (v->impact.n > 0) {
		jw_array(w, "threats");
		jw_object(w, NULL);
		jw_z(w, "category", "impact");
		jw_str(w, "details", v->impact);
		jw_end(w);
		jw_end(w);
	}
	jw_str(w, "title", v->title);
	jw_end(w);
}

void
advisory_csaf(const struct advisory *v, const struct publisher *p, struct buf *out)
{
	struct advisory_product service;
	size_t n;
	const struct advisory_product *products = products_of(v, p, &service, &n);
	struct json_writer w = json_writer(out);

	jw_object(&w, NULL);
	document(&w, v, p);
	product_tree(&w, products, n, p);
	jw_array(&w, "vulnerabilities");
	vulnerability(&w, v, products, n);
	jw_end(&w);
	jw_end(&w);
}
