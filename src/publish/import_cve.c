/* Reading CVE records (CVE JSON 5.x). */
#include "publish/formats.h"

/* The English text of a list of {lang, value}, or the first. */
static struct str
text_of(struct arena *a, const json_t *list)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		if (str_starts(import_text(a, item, "lang"), STR("en")))
			return import_text(a, item, "value");
	}
	return import_text(a, json_array_get(list, 0), "value");
}

static void
versions(struct arena *a, const json_t *affected, struct advisory_product *p)
{
	const json_t *list = json_object_get(affected, "versions"), *item;
	struct advisory_range *out =
	        ARENA_ARRAY(a, json_array_size(list) + 1, struct advisory_range);
	size_t i;

	p->ranges = out;
	json_array_foreach(list, i, item)
	{
		struct str version = import_text(a, item, "version");
		struct str below = import_text(a, item, "lessThan");
		struct str upto = import_text(a, item, "lessThanOrEqual");

		if (!str_eq(import_text(a, item, "status"), STR("affected")))
			continue;
		if (below.n + upto.n == 0) {
			import_add(a, &p->versions, &p->versions_n, version);
			continue;
		}
		out[p->ranges_n++] = (struct advisory_range){
		        .introduced = version,
		        .fixed = str_eq(below, STR("*")) ? STR("") : below,
		        .last_affected = str_eq(upto, STR("*")) ? STR("") : upto,
		};
	}
}

static void
products(struct arena *a, const json_t *cna, struct advisory *v)
{
	const json_t *list = json_object_get(cna, "affected"), *item;
	const json_t *packages = json_object_get(json_object_get(cna, "x_vdpd"), "packages");
	struct advisory_product *out =
	        ARENA_ARRAY(a, json_array_size(list) + 1, struct advisory_product);
	size_t i;

	/* A record of ours without products: what stands there is the service. */
	if (json_is_array(packages) && json_array_size(packages) == 0)
		return;
	json_array_foreach(list, i, item)
	{
		const json_t *package = json_array_get(packages, i);
		struct advisory_product *p = &out[i];

		p->vendor = import_cut(a, import_text(a, item, "vendor"), 200, true);
		p->name = import_text(a, item, "product");
		if (p->name.n == 0)
			p->name = import_text(a, item, "packageName");
		p->name = import_cut(a, p->name.n > 0 ? p->name : STR("unnamed"), 200, true);
		p->cpe = str_dup(a, str_of(json_string_value(
		                            json_array_get(json_object_get(item, "cpes"), 0))));
		if (!str_starts(p->cpe, STR("cpe:2.3:")))
			p->cpe = STR("");
		p->repo = import_text(a, item, "repo");
		if (!import_is_url(p->repo))
			p->repo = STR("");
		p->purl = import_text(a, package, "purl");
		p->ecosystem = import_text(a, package, "ecosystem");
		versions(a, item, p);
	}
	v->products = out;
	v->products_n = json_array_size(list);
}

static void
weaknesses_and_metrics(struct arena *a, const json_t *cna, struct advisory *v)
{
	static const char *const members[] = {"cvssV4_0", "cvssV3_1", "cvssV3_0"};
	const json_t *item, *description;
	size_t i, k;

	json_array_foreach(json_object_get(cna, "problemTypes"), i, item)
	{
		json_array_foreach(json_object_get(item, "descriptions"), k, description)
		{
			struct str id = import_text(a, description, "cweId");

			if (import_is_cwe(id))
				import_add(a, &v->cwe, &v->cwe_n, id);
		}
	}
	json_array_foreach(json_object_get(cna, "metrics"), i, item)
	{
		for (k = 0; k < sizeof members / sizeof members[0]; k++) {
			struct str vector =
			        import_text(a, json_object_get(item, members[k]), "vectorString");

			if (import_is_vector(vector))
				import_add(a, &v->cvss, &v->cvss_n, vector);
		}
	}
}

static void
references(struct arena *a, const json_t *cna, struct advisory *v)
{
	const json_t *list = json_object_get(cna, "references"), *item;
	struct advisory_reference *out =
	        ARENA_ARRAY(a, json_array_size(list) + 1, struct advisory_reference);
	struct str own = str_fmt(a, "/advisories/%.*s", STR_ARG(v->id));
	size_t i;

	json_array_foreach(list, i, item)
	{
		const json_t *tag = json_array_get(json_object_get(item, "tags"), 0);
		struct advisory_reference r = {
		        .url = import_text(a, item, "url"),
		        .text = import_cut(a, import_text(a, item, "name"), 500, true),
		        .type = import_word(str_of(json_string_value(tag)), cve_tags,
		                REFERENCE_TYPE_COUNT, REFERENCE_WEB),
		};

		if (import_is_url(r.url) && !(i == 0 && str_ends(r.url, own)))
			out[v->references_n++] = r;
	}
	v->references = out;
}

/* Credits with their addresses, which only a record of ours has, in the same order. */
static void
people(struct arena *a, const json_t *cna, struct advisory *v)
{
	const json_t *list = json_object_get(cna, "credits"), *item;
	struct advisory_credit *out =
	        ARENA_ARRAY(a, json_array_size(list) + 1, struct advisory_credit);
	size_t i, n = 0;

	json_array_foreach(list, i, item)
	{
		struct advisory_credit c = {
		        .name = import_cut(a, import_text(a, item, "value"), 200, true),
		        .role = CREDIT_OTHER,
		};

		for (int role = 0; role < CREDIT_ROLE_COUNT; role++) {
			if (str_eq(import_text(a, item, "type"),
			            str_of(advisory_credit_role_name(role))))
				c.role = role;
		}
		for (size_t k = 0; k < v->credits_n; k++) {
			if (str_eq(v->credits[k].name, c.name) && v->credits[k].role == c.role)
				c.url = v->credits[k].url;
		}
		if (c.name.n > 0)
			out[n++] = c;
	}
	v->credits = out;
	v->credits_n = n;
}

static void
timeline(struct arena *a, const json_t *cna, struct advisory *v)
{
	const json_t *list = json_object_get(cna, "timeline"), *item;
	struct advisory_moment *out =
	        ARENA_ARRAY(a, json_array_size(list) + 1, struct advisory_moment);
	size_t i;

	json_array_foreach(list, i, item)
	{
		struct advisory_moment m = {
		        .at = import_time(item, "time"),
		        .text = import_cut(a, import_text(a, item, "value"), 1000, true),
		};

		if (m.at != 0 && m.text.n > 0)
			out[v->timeline_n++] = m;
	}
	v->timeline = out;
}

void
import_cve(struct arena *a, const json_t *root, struct advisory *v)
{
	const json_t *metadata = json_object_get(root, "cveMetadata");
	const json_t *cna = json_object_get(json_object_get(root, "containers"), "cna");

	import_rest(a, cna, "x_vdpd", v);
	v->timeline_n = v->references_n = 0; /* never there in a record of ours */
	v->cve = import_text(a, metadata, "cveId");
	if (v->id.n == 0)
		v->id = v->cve;
	v->title = import_text(a, cna, "title");
	v->summary = text_of(a, json_object_get(cna, "descriptions"));
	v->impact = text_of(a, json_object_get(json_array_get(json_object_get(cna, "impacts"), 0),
	                               "descriptions"));
	v->remediation = text_of(a, json_object_get(cna, "solutions"));
	v->workarounds = text_of(a, json_object_get(cna, "workarounds"));
	v->published = import_time(cna, "datePublic");
	if (v->published == 0)
		v->published = import_time(metadata, "datePublished");
	v->modified = import_time(metadata, "dateUpdated");
	if (v->modified < v->published)
		v->modified = v->published;
	v->withdrawn = import_time(metadata, "dateRejected");
	if (v->withdrawn != 0)
		v->withdrawn_why = import_cut(
		        a, text_of(a, json_object_get(cna, "rejectedReasons")), 1000, true);
	products(a, cna, v);
	weaknesses_and_metrics(a, cna, v);
	references(a, cna, v);
	people(a, cna, v);
	timeline(a, cna, v);
}
