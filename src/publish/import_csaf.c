/* Reading CSAF 2.0 documents: the first vulnerability of each, and of the product tree what is
 * known to be affected. */
#include "publish/formats.h"

#include "base/time.h"

enum { PRODUCTS_MAX = 500, TREE_DEPTH_MAX = 20 };

struct tree {
	struct arena *a;
	const json_t *affected; /* ids */
	struct advisory_product *products;
	size_t n;
};

/* Where in the tree we are. */
struct branch {
	struct str vendor, name;
};

static bool
is_affected(const struct tree *t, struct str id)
{
	const json_t *item;
	size_t i;

	json_array_foreach(t->affected, i, item)
	{
		if (str_eq(id, str_of(json_string_value(item))))
			return true;
	}
	return false;
}

static void
identification(struct tree *t, const json_t *product, struct advisory_product *p)
{
	const json_t *helper = json_object_get(product, "product_identification_helper"), *item;
	size_t i;

	if (p->purl.n == 0)
		p->purl = import_text(t->a, helper, "purl");
	if (p->cpe.n == 0 && str_starts(import_text(t->a, helper, "cpe"), STR("cpe:2.3:")))
		p->cpe = import_text(t->a, helper, "cpe");
	json_array_foreach(json_object_get(helper, "x_generic_uris"), i, item)
	{
		struct str namespace_ = import_text(t->a, item, "namespace");
		struct str uri = import_text(t->a, item, "uri");

		if (str_eq(namespace_, STR(CSAF_REPOSITORY)) && import_is_url(uri))
			p->repo = uri;
		if (str_eq(namespace_, STR(CSAF_ECOSYSTEM)) &&
		        str_starts(uri, STR(CSAF_ECOSYSTEM_URI)))
			p->ecosystem = str_sub(uri, strlen(CSAF_ECOSYSTEM_URI), SIZE_MAX);
	}
}

static void
add_range(struct tree *t, struct advisory_product *p, struct advisory_range r)
{
	struct advisory_range *more = ARENA_ARRAY(t->a, p->ranges_n + 1, struct advisory_range);

	if (p->ranges_n > 0)
		memcpy(more, p->ranges, p->ranges_n * sizeof *more);
	more[p->ranges_n++] = r;
	p->ranges = more;
}

/* "vers:TYPE/>=1.0|<1.4|3.0": pairs of bounds, and versions by themselves. */
static void
add_vers(struct tree *t, struct advisory_product *p, struct str vers)
{
	size_t slash = str_find(vers, '/', 0);
	struct str rest = str_sub(vers, slash == SIZE_MAX ? vers.n : slash + 1, SIZE_MAX), part;
	struct advisory_range r = {0};
	bool open = false;

	while (str_cut(&rest, '|', &part)) {
		part = str_trim(part);
		if (str_starts(part, STR(">="))) {
			if (open)
				add_range(t, p, r);
			r = (struct advisory_range){.introduced = str_sub(part, 2, SIZE_MAX)};
			open = true;
		} else if (str_starts(part, STR("<="))) {
			r.last_affected = str_sub(part, 2, SIZE_MAX);
			add_range(t, p, r);
			r = (struct advisory_range){0};
			open = false;
		} else if (str_starts(part, STR("<"))) {
			r.fixed = str_sub(part, 1, SIZE_MAX);
			add_range(t, p, r);
			r = (struct advisory_range){0};
			open = false;
		} else if (!str_eq(part, STR("*")) && !str_starts(part, STR("!")) &&
		           !str_starts(part, STR(">"))) {
			import_add(t->a, &p->versions, &p->versions_n,
			        part.n > 0 && part.p[0] == '=' ? str_sub(part, 1, SIZE_MAX) : part);
		}
	}
	if (open)
		add_range(t, p, r);
}

static struct advisory_product *
product_of(struct tree *t, const struct branch *b)
{
	for (size_t i = 0; i < t->n; i++) {
		if (str_eq(t->products[i].name, b->name) &&
		        str_eq(t->products[i].vendor, b->vendor))
			return &t->products[i];
	}
	if (t->n == PRODUCTS_MAX)
		return NULL;
	t->products[t->n] = (struct advisory_product){.vendor = b->vendor, .name = b->name};
	return &t->products[t->n++];
}

static void
leaf(struct tree *t, const json_t *product, const struct branch *b, struct str category,
        struct str version)
{
	struct branch here = *b;
	struct advisory_product *p;

	if (!is_affected(t, import_text(t->a, product, "product_id")))
		return;
	if (here.name.n == 0)
		here.name = import_cut(t->a, import_text(t->a, product, "name"), 200, true);
	p = product_of(t, &here);
	if (p == NULL)
		return;
	identification(t, product, p);
	if (str_eq(category, STR("product_version_range")) && str_starts(version, STR("vers:")))
		add_vers(t, p, version);
	else if (str_eq(category, STR("product_version")))
		import_add(
		        t->a, &p->versions, &p->versions_n, import_cut(t->a, version, 100, true));
}

static void
walk(struct tree *t, const json_t *branches, const struct branch *above, unsigned depth)
{
	const json_t *item;
	size_t i;

	if (depth == TREE_DEPTH_MAX)
		return;
	json_array_foreach(branches, i, item)
	{
		struct branch b = *above;
		struct str category = import_text(t->a, item, "category");
		struct str name = import_cut(t->a, import_text(t->a, item, "name"), 200, true);
		const json_t *product = json_object_get(item, "product");

		if (str_eq(category, STR("vendor")))
			b.vendor = name;
		if (str_eq(category, STR("product_name")))
			b.name = name;
		if (json_is_object(product))
			leaf(t, product, &b, category, name);
		walk(t, json_object_get(item, "branches"), &b, depth + 1);
	}
}

static void
products(struct arena *a, const json_t *root, const json_t *vulnerability, struct advisory *v)
{
	const json_t *tree = json_object_get(root, "product_tree"), *item;
	struct tree t = {
	        .a = a,
	        .affected = json_object_get(
	                json_object_get(vulnerability, "product_status"), "known_affected"),
	        .products = ARENA_ARRAY(a, PRODUCTS_MAX, struct advisory_product),
	};
	struct str publisher = import_text(
	        a, json_object_get(json_object_get(root, "document"), "publisher"), "name");
	size_t i;

	walk(&t, json_object_get(tree, "branches"), &(struct branch){0}, 0);
	json_array_foreach(json_object_get(tree, "full_product_names"), i, item)
	        leaf(&t, item, &(struct branch){0}, STR(""), STR(""));
	/* A service that stands for a document without products. */
	if (t.n == 1 && str_eq(t.products[0].name, publisher) && t.products[0].ranges_n == 0 &&
	        t.products[0].versions_n == 0)
		t.n = 0;
	v->products = t.products;
	v->products_n = t.n;
}

/* "2026-01-05T09:00:00Z text"; false where no time stands before. */
static bool
dated(struct str s, int64_t *at, struct str *text)
{
	size_t space = str_find(s, ' ', 0);

	if (time_parse(str_sub(s, 0, space), at) != ERR_OK)
		return false;
	*text = space == SIZE_MAX ? STR("") : str_sub(s, space + 1, SIZE_MAX);
	return true;
}

static void
notes(struct arena *a, const json_t *list, struct advisory *v)
{
	struct advisory_moment *moments =
	        ARENA_ARRAY(a, json_array_size(list) + 1, struct advisory_moment);
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		struct str category = import_text(a, item, "category");
		struct str title = import_text(a, item, "title");
		struct str text = import_text(a, item, "text");

		if ((str_eq(category, STR("description")) || str_eq(category, STR("summary"))) &&
		        v->summary.n == 0)
			v->summary = text;
		else if (str_eq(category, STR("details")))
			v->details = import_cut(a, text, 60000, false);
		else if (str_eq(title, STR("CVSS v4.0")) && import_is_vector(text))
			import_add(a, &v->cvss, &v->cvss_n, text);
		else if (str_eq(title, STR("Further weakness")) && import_is_cwe(text))
			import_add(a, &v->cwe, &v->cwe_n, text);
		else if (str_eq(title, STR("Timeline")) &&
		         dated(text, &moments[v->timeline_n].at, &moments[v->timeline_n].text))
			v->timeline_n++;
	}
	v->timeline = moments;
}

static void
people(struct arena *a, const json_t *list, struct advisory *v)
{
	struct advisory_credit *out = ARENA_ARRAY(a, 501, struct advisory_credit);
	const json_t *item, *name;
	size_t i, k;

	json_array_foreach(list, i, item)
	{
		struct advisory_credit c = {
		        .role = CREDIT_OTHER,
		        .url = str_dup(a, str_of(json_string_value(json_array_get(
		                                  json_object_get(item, "urls"), 0)))),
		};

		if (!import_is_url(c.url))
			c.url = STR("");
		for (int role = 0; role < CREDIT_ROLE_COUNT; role++) {
			if (str_eq(import_text(a, item, "summary"),
			            str_of(advisory_credit_role_name(role))))
				c.role = role;
		}
		json_array_foreach(json_object_get(item, "names"), k, name)
		{
			c.name = import_cut(
			        a, str_dup(a, str_of(json_string_value(name))), 200, true);
			if (c.name.n > 0 && v->credits_n < 500)
				out[v->credits_n++] = c;
		}
	}
	v->credits = out;
}

/* "Fix: the commit". */
static void
references(struct arena *a, const json_t *list, struct advisory *v)
{
	struct advisory_reference *out = ARENA_ARRAY(a, 501, struct advisory_reference);
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		struct str text = import_cut(a, import_text(a, item, "summary"), 500, true);
		size_t colon = str_find(text, ':', 0);
		struct advisory_reference r = {.url = import_text(a, item, "url")};
		int type = import_word(str_sub(text, 0, colon), csaf_reference_summaries,
		        REFERENCE_TYPE_COUNT, -1);

		r.type = type >= 0 ? type : REFERENCE_WEB;
		r.text = type < 0            ? text
		         : colon == SIZE_MAX ? STR("")
		                             : str_trim(str_sub(text, colon + 1, SIZE_MAX));
		if (import_is_url(r.url) && v->references_n < 500)
			out[v->references_n++] = r;
	}
	v->references = out;
}

static void
vulnerability(struct arena *a, const json_t *root, struct advisory *v)
{
	const json_t *it = json_array_get(json_object_get(root, "vulnerabilities"), 0), *item;
	struct str cwe = import_text(a, json_object_get(it, "cwe"), "id");
	size_t i;

	v->cve = import_text(a, it, "cve");
	if (import_is_cwe(cwe))
		import_add(a, &v->cwe, &v->cwe_n, cwe);
	json_array_foreach(json_object_get(it, "scores"), i, item)
	{
		struct str vector =
		        import_text(a, json_object_get(item, "cvss_v3"), "vectorString");

		if (import_is_vector(vector))
			import_add(a, &v->cvss, &v->cvss_n, vector);
	}
	json_array_foreach(json_object_get(it, "ids"), i, item)
	{
		if (str_eq(import_text(a, item, "system_name"), STR("Case")))
			import_add(a, &v->cases, &v->cases_n, import_text(a, item, "text"));
	}
	json_array_foreach(json_object_get(it, "remediations"), i, item)
	{
		struct str category = import_text(a, item, "category");

		if (str_eq(category, STR("vendor_fix")) && v->remediation.n == 0)
			v->remediation = import_text(a, item, "details");
		if (str_eq(category, STR("workaround")) && v->workarounds.n == 0)
			v->workarounds = import_text(a, item, "details");
	}
	json_array_foreach(json_object_get(it, "threats"), i, item)
	{
		if (str_eq(import_text(a, item, "category"), STR("impact")) && v->impact.n == 0)
			v->impact = import_text(a, item, "details");
	}
	notes(a, json_object_get(it, "notes"), v);
	people(a, json_object_get(it, "acknowledgments"), v);
	references(a, json_object_get(it, "references"), v);
	products(a, root, it, v);
}

static void
revisions(struct arena *a, const json_t *list, struct advisory *v)
{
	struct advisory_revision *out =
	        ARENA_ARRAY(a, json_array_size(list) + 1, struct advisory_revision);
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		out[i] = (struct advisory_revision){
		        .number = (int64_t)i + 1,
		        .at = import_time(item, "date"),
		        .summary = import_cut(a, import_text(a, item, "summary"), 1000, true),
		};
	}
	v->revisions = out;
	v->revisions_n = json_array_size(list);
}

static void
document(struct arena *a, const json_t *root, struct advisory *v)
{
	const json_t *d = json_object_get(root, "document"), *item;
	const json_t *tracking = json_object_get(d, "tracking");
	const json_t *tlp = json_object_get(json_object_get(d, "distribution"), "tlp");
	struct str severity = import_text(a, json_object_get(d, "aggregate_severity"), "text");
	enum severity known;
	size_t i;

	v->id = import_text(a, tracking, "id");
	v->title = import_text(a, d, "title");
	v->published = import_time(tracking, "initial_release_date");
	v->modified = import_time(tracking, "current_release_date");
	v->tlp = import_word(import_text(a, tlp, "label"), csaf_labels, TLP_RED + 1, TLP_CLEAR);
	if (severity_parse(severity, &known) == ERR_OK)
		v->severity = str_of(severity_name(known));
	revisions(a, json_object_get(tracking, "revision_history"), v);
	json_array_foreach(json_object_get(tracking, "aliases"), i, item)
	{
		struct str s = str_dup(a, str_of(json_string_value(item)));

		if (!str_eq(s, v->cve))
			import_add(a, &v->aliases, &v->aliases_n, s);
	}
	json_array_foreach(json_object_get(d, "notes"), i, item)
	{
		if (str_eq(import_text(a, item, "title"), STR("Withdrawn")) &&
		        !dated(import_text(a, item, "text"), &v->withdrawn, &v->withdrawn_why))
			v->withdrawn = v->modified;
		if (v->summary.n == 0 && str_eq(import_text(a, item, "category"), STR("summary")))
			v->summary = import_text(a, item, "text");
	}
}

void
import_csaf(struct arena *a, const json_t *root, struct advisory *v)
{
	vulnerability(a, root, v);
	document(a, root, v);
}
