/* Patterns: reading and comparing them. */
#include "policy/pattern.h"

struct builder {
	struct arena *a;
	const struct yaml_doc *doc;
	struct patterns list;
	bool full;
};

static void
unreadable(struct builder *b, const void *member, const char *mend, struct str s, const char *what)
{
	if (b->doc != NULL && s.n > 0)
		yaml_mistake(
		        b->doc, member, mend, "\"%.*s\" %s", (int)(s.n < 60 ? s.n : 60), s.p, what);
}

/* Nothing more is read once it is full: hosts times paths could be millions. */
static void
add(struct builder *b, const struct pattern *p)
{
	if (b->list.n < PATTERNS_MAX) {
		b->list.p[b->list.n++] = *p;
		return;
	}
	if (!b->full && b->doc != NULL)
		yaml_mistake(b->doc, p->member, "join some", "there are more than %d patterns",
		        PATTERNS_MAX);
	b->full = true;
}

/* Cuts the star from "PATH/ *" and tells whether it was there. */
static bool
cut_star(struct str *path)
{
	if (!str_ends(*path, STR("/*")))
		return false;
	*path = str_sub(*path, 0, path->n - 2);
	return true;
}

static bool
read_host(struct builder *b, struct str s, struct pattern *p)
{
	if (str_find(s, '@', 0) != SIZE_MAX || target_host(b->a, s, &p->host, &p->port) != ERR_OK) {
		unreadable(b, p->member,
		        "write \"*.example.org\", \"api.example.org\" or \"api.example.org:8443\"",
		        s, "is not a host pattern");
		return false;
	}
	p->below_host = str_starts(p->host, STR("*."));
	if (p->below_host)
		p->host = str_sub(p->host, 2, p->host.n);
	return true;
}

static bool
read_path(struct builder *b, struct str s, struct pattern *p)
{
	bool ok = str_starts(s, STR("/"));

	p->path = s;
	p->below_path = cut_star(&p->path);
	for (size_t i = 0; ok && i < p->path.n; i++)
		ok = strchr("*?#\\", p->path.p[i]) == NULL && (unsigned char)p->path.p[i] > ' ';
	if (!ok && !(s.n == 2 && p->below_path)) {
		unreadable(
		        b, p->member, "write \"/api/*\" or \"/login\"", s, "is not a path pattern");
		return false;
	}
	p->path = p->path.n > 0 ? target_path(b->a, p->path) : STR("");
	return true;
}

static void
add_purls(struct builder *b, const struct policy_rule *r, bool out)
{
	for (size_t i = 0; i < r->purls_n && !b->full; i++) {
		struct pattern p = {.rule = r, .member = &r->purls[i], .out = out, .purl = true};

		if (target_purl(b->a, r->purls[i], &p.path) != ERR_OK ||
		        str_find(r->purls[i], '?', 0) != SIZE_MAX) {
			unreadable(b, p.member, "write \"pkg:npm/name\" or \"pkg:npm/%40scope/*\"",
			        r->purls[i], "is not a purl pattern");
			continue;
		}
		p.below_path = cut_star(&p.path);
		add(b, &p);
	}
}

static void
add_third_parties(struct builder *b, const struct policy_rule *r, bool out)
{
	for (size_t i = 0; i < r->third_parties_n && !b->full; i++) {
		const struct policy_third_party *t = &r->third_parties[i];

		for (size_t k = 0; k < t->hosts_n && !b->full; k++) {
			struct pattern p = {.rule = r,
			        .third_party = t,
			        .member = &t->hosts[k],
			        .out = out,
			        .apex = true,
			        .any_path = true};

			if (read_host(b, t->hosts[k], &p))
				add(b, &p);
		}
	}
}

static void
add_paths(struct builder *b, const struct policy_rule *r, const struct pattern *host)
{
	for (size_t i = 0; i < r->paths_n && !b->full; i++) {
		struct pattern p = *host;

		p.member = &r->paths[i];
		if (read_path(b, r->paths[i], &p))
			add(b, &p);
	}
}

static void
add_rule(struct builder *b, const struct policy_rule *r, bool out)
{
	for (size_t i = 0; i < r->hosts_n && !b->full; i++) {
		struct pattern p = {.rule = r, .member = &r->hosts[i], .out = out, .apex = r->apex};

		if (!read_host(b, r->hosts[i], &p))
			continue;
		p.any_path = r->paths_n == 0;
		if (p.any_path)
			add(b, &p);
		else
			add_paths(b, r, &p);
	}
	if (r->hosts_n == 0)
		add_paths(b, r, &(struct pattern){.rule = r, .out = out, .any_host = true});
	add_purls(b, r, out);
	add_third_parties(b, r, out);
}

/* How many patterns there are at most; at least 1, at most PATTERNS_MAX. */
static size_t
count(const struct policy *p)
{
	size_t n = 1;

	for (size_t i = 0; i < p->scope.in_n + p->scope.out_n && n < PATTERNS_MAX; i++) {
		const struct policy_rule *r =
		        i < p->scope.in_n ? &p->scope.in[i] : &p->scope.out[i - p->scope.in_n];

		n += (r->hosts_n + 1) * (r->paths_n + 1) + r->purls_n;
		for (size_t k = 0; k < r->third_parties_n; k++)
			n += r->third_parties[k].hosts_n;
	}
	return n < PATTERNS_MAX ? n : PATTERNS_MAX;
}

struct patterns
patterns_of(struct arena *a, const struct policy *p, const struct yaml_doc *doc)
{
	struct builder b = {.a = a, .doc = doc};

	b.list.p = ARENA_ARRAY(a, count(p), struct pattern);
	for (size_t i = 0; i < p->scope.in_n; i++)
		add_rule(&b, &p->scope.in[i], false);
	for (size_t i = 0; i < p->scope.out_n; i++)
		add_rule(&b, &p->scope.out[i], true);
	return b.list;
}

/* ---- Comparing ---------------------------------------------------------------------------- */

/* True if HOST is some name below PARENT. */
static bool
is_below(struct str host, struct str parent)
{
	return host.n > parent.n + 1 && str_ends(host, parent) &&
	       host.p[host.n - parent.n - 1] == '.';
}

bool
pattern_fits_host(const struct pattern *p, const struct target *t)
{
	if (p->any_host)
		return true;
	/* Without a scheme it is open which of the usual two is meant. */
	if (p->port != 0 && p->port != t->port &&
	        !(t->port == 0 && (p->port == 443 || p->port == 80)))
		return false;
	if (p->below_host && is_below(t->host, p->host))
		return true;
	return (!p->below_host || p->apex) && str_eq(t->host, p->host);
}

bool
pattern_fits_path(const struct pattern *p, struct str path)
{
	if (p->any_path)
		return true;
	if (!p->below_path)
		return str_eq(path, p->path);
	return str_starts(path, p->path) && (path.n == p->path.n || path.p[p->path.n] == '/');
}

static bool
covers_host(const struct pattern *a, const struct pattern *b)
{
	if (a->any_host)
		return true;
	if (b->any_host || (a->port != 0 && a->port != b->port))
		return false;
	if (a->below_host && is_below(b->host, a->host))
		return true;
	if (!str_eq(a->host, b->host))
		return false;
	if (!a->below_host)
		return !b->below_host;
	return a->apex || (b->below_host && !b->apex);
}

static bool
covers_path(const struct pattern *a, const struct pattern *b)
{
	if (a->any_path || (a->below_path && a->path.n == 0))
		return true;
	return !b->any_path && (a->below_path || !b->below_path) && pattern_fits_path(a, b->path);
}

bool
pattern_covers(const struct pattern *a, const struct pattern *b)
{
	if (a->purl != b->purl)
		return false;
	return (a->purl || covers_host(a, b)) && covers_path(a, b);
}

bool
pattern_same(const struct pattern *a, const struct pattern *b)
{
	return pattern_covers(a, b) && pattern_covers(b, a);
}

size_t
pattern_weight(const struct pattern *p, bool with_host)
{
	size_t host =
	        p->any_host || !with_host ? 0 : 2 * p->host.n + !p->below_host + (p->port != 0);
	size_t path = p->any_path ? 0 : 2 * p->path.n + !p->below_path + 1;

	return path * 1000 + host;
}
