/* Reading OSV records, those of the GitHub Advisory Database too. */
#include "publish/formats.h"

static void
ranges(struct arena *a, const json_t *affected, struct advisory_product *p)
{
	const json_t *list = json_object_get(affected, "ranges"), *range, *event;
	struct advisory_range *out = ARENA_ARRAY(a, 501, struct advisory_range);
	size_t i, k;

	p->ranges = out;
	json_array_foreach(list, i, range)
	{
		struct advisory_range r = {0};
		bool open = false;

		if (str_eq(import_text(a, range, "type"), STR("GIT")))
			continue;
		json_array_foreach(json_object_get(range, "events"), k, event)
		{
			struct str introduced = import_text(a, event, "introduced");
			struct str fixed = import_text(a, event, "fixed");
			struct str last = import_text(a, event, "last_affected");

			if (introduced.n > 0) {
				if (open && p->ranges_n < 500)
					out[p->ranges_n++] = r;
				r = (struct advisory_range){.introduced = introduced};
				open = true;
			}
			if (fixed.n > 0)
				r.fixed = fixed;
			if (last.n > 0)
				r.last_affected = last;
		}
		if (open && p->ranges_n < 500)
			out[p->ranges_n++] = r;
	}
}

static void
products(struct arena *a, const json_t *root, struct advisory *v)
{
	const json_t *list = json_object_get(root, "affected"), *item, *version;
	struct advisory_product *out =
	        ARENA_ARRAY(a, json_array_size(list) + 1, struct advisory_product);
	size_t i, k;

	json_array_foreach(list, i, item)
	{
		const json_t *package = json_object_get(item, "package");
		const json_t *own = json_object_get(item, "database_specific");
		struct advisory_product *p = &out[i];

		p->ecosystem = import_text(a, package, "ecosystem");
		p->name = import_text(a, own, "product");
		if (p->name.n == 0)
			p->name = import_text(a, package, "name");
		if (p->name.n == 0)
			p->name = STR("unnamed");
		p->purl = import_text(a, package, "purl");
		if (p->purl.n == 0)
			p->purl = import_text(a, own, "purl");
		p->vendor = import_text(a, own, "vendor");
		p->cpe = import_text(a, own, "cpe");
		p->repo = import_text(a, own, "repo");
		ranges(a, item, p);
		json_array_foreach(json_object_get(item, "versions"), k, version)
		        import_add(a, &p->versions, &p->versions_n,
		                str_dup(a, str_of(json_string_value(version))));
	}
	v->products = out;
	v->products_n = json_array_size(list);
}

static void
references(struct arena *a, const json_t *root, struct advisory *v)
{
	const json_t *list = json_object_get(root, "references"), *item;
	struct advisory_reference *out =
	        ARENA_ARRAY(a, json_array_size(list) + 1, struct advisory_reference);
	struct str own = str_fmt(a, "/advisories/%.*s", STR_ARG(v->id));
	size_t i, n = 0;

	json_array_foreach(list, i, item)
	{
		struct advisory_reference r = {
		        .url = import_text(a, item, "url"),
		        .type = import_word(import_text(a, item, "type"), osv_reference_types,
		                REFERENCE_TYPE_COUNT, REFERENCE_WEB),
		};

		/* Those with a text, which only a record of ours has. */
		for (size_t k = 0; k < v->references_n; k++) {
			if (str_eq(v->references[k].url, r.url))
				r.text = v->references[k].text;
		}
		/* The writer's own address is not one that the record keeps. */
		if (import_is_url(r.url) && !(i == 0 && str_ends(r.url, own)))
			out[n++] = r;
	}
	v->references = out;
	v->references_n = n;
}

static void
people(struct arena *a, const json_t *root, struct advisory *v)
{
	const json_t *list = json_object_get(root, "credits"), *item;
	struct advisory_credit *out =
	        ARENA_ARRAY(a, json_array_size(list) + 1, struct advisory_credit);
	size_t i;

	json_array_foreach(list, i, item)
	{
		const json_t *contact = json_array_get(json_object_get(item, "contact"), 0);
		struct advisory_credit c = {
		        .name = import_cut(a, import_text(a, item, "name"), 200, true),
		        .role = import_word(import_text(a, item, "type"), osv_credit_types,
		                CREDIT_ROLE_COUNT, CREDIT_OTHER),
		        .url = str_dup(a, str_of(json_string_value(contact))),
		};

		if (!import_is_url(c.url))
			c.url = STR("");
		if (c.name.n > 0)
			out[v->credits_n++] = c;
	}
	v->credits = out;
}

static void
names(struct arena *a, const json_t *root, struct advisory *v)
{
	const json_t *item;
	size_t i;

	json_array_foreach(json_object_get(root, "aliases"), i, item)
	{
		struct str s = str_dup(a, str_of(json_string_value(item)));

		if (v->cve.n == 0 && import_is_cve(s))
			v->cve = s;
		else
			import_add(a, &v->aliases, &v->aliases_n, s);
	}
	json_array_foreach(json_object_get(root, "severity"), i, item)
	{
		struct str s = import_text(a, item, "score");

		if (import_is_vector(s))
			import_add(a, &v->cvss, &v->cvss_n, s);
	}
}

/* What the GitHub Advisory Database adds. */
static void
github(struct arena *a, const json_t *root, struct advisory *v)
{
	static const char *const severities[] = {
	        [SEVERITY_CRITICAL] = "CRITICAL",
	        [SEVERITY_HIGH] = "HIGH",
	        [SEVERITY_MEDIUM] = "MODERATE",
	        [SEVERITY_LOW] = "LOW",
	};
	const json_t *own = json_object_get(root, "database_specific"), *item;
	int severity = import_word(
	        import_text(a, own, "severity"), severities, SEVERITY_COUNT, SEVERITY_NONE);
	size_t i;

	if (severity != SEVERITY_NONE)
		v->severity = str_of(severity_name((enum severity)severity));
	json_array_foreach(json_object_get(own, "cwe_ids"), i, item)
	{
		struct str s = str_dup(a, str_of(json_string_value(item)));

		if (import_is_cwe(s))
			import_add(a, &v->cwe, &v->cwe_n, s);
	}
}

void
import_osv(struct arena *a, const json_t *root, struct advisory *v)
{
	struct str id = import_text(a, root, "id");

	import_rest(a, root, "database_specific", v);
	v->credits_n = 0; /* never there in a record of ours */
	v->id = str_starts(id, STR(OSV_OTHER)) ? str_sub(id, strlen(OSV_OTHER), SIZE_MAX) : id;
	if (import_is_cve(id))
		v->cve = id;
	v->title = import_text(a, root, "summary");
	if (v->summary.n == 0)
		v->summary = import_text(a, root, "details");
	v->published = import_time(root, "published");
	v->modified = import_time(root, "modified");
	v->withdrawn = import_time(root, "withdrawn");
	if (v->published == 0)
		v->published = v->modified;
	names(a, root, v);
	products(a, root, v);
	references(a, root, v);
	people(a, root, v);
	github(a, root, v);
}
