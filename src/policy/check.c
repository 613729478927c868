/* What must hold between the keys of a policy. */
#include "policy/check.h"

#include "policy/pattern.h"
#include "policy/reply.h"

/* ---- Ids and names ------------------------------------------------------------------------ */

/* Within one list the reader has looked already; a rule's id also names it alone among all. */
static void
check_rule_ids(const struct yaml_doc *doc, const struct policy *p)
{
	for (size_t i = 0; i < p->scope.out_n; i++)
		for (size_t j = 0; j < p->scope.in_n; j++)
			if (p->scope.out[i].id.n > 0 &&
			        str_eq(p->scope.out[i].id, p->scope.in[j].id))
				yaml_mistake(doc, &p->scope.out[i].id, "give it another",
				        "id \"%.*s\" is there twice, first on line %u",
				        STR_ARG(p->scope.out[i].id),
				        yaml_line(doc, &p->scope.in[j].id));
}

static const struct policy_component *
find_component(const struct policy *p, struct str id)
{
	for (size_t i = 0; i < p->components_n; i++)
		if (str_eq(p->components[i].id, id))
			return &p->components[i];
	return NULL;
}

/* Two components that answer to one name would make an answer depend on their order. */
static void
check_component_names(const struct yaml_doc *doc, const struct policy *p)
{
	for (size_t i = 0; i < p->components_n; i++) {
		const struct policy_component *c = &p->components[i];
		const struct policy_component *first = policy_component(p, c->name);

		if (first != NULL && first != c && !str_eq_nocase(first->name, c->name))
			yaml_mistake(doc, &c->name, "give it another",
			        "name \"%.*s\" is there twice, first on line %u", STR_ARG(c->name),
			        yaml_line(doc, first));
		for (size_t k = 0; k < c->also_n; k++) {
			first = policy_component(p, c->also[k]);
			if (first != NULL && first != c)
				yaml_mistake(doc, &c->also[k], "leave one",
				        "name \"%.*s\" is there twice, first on line %u",
				        STR_ARG(c->also[k]), yaml_line(doc, first));
		}
	}
}

static void
check_rule_components(
        const struct yaml_doc *doc, const struct policy *p, const struct policy_rule *r)
{
	for (size_t i = 0; i < r->components_n; i++)
		if (r->components[i].n > 0 && find_component(p, r->components[i]) == NULL)
			yaml_mistake(doc, &r->components[i], "add it to \"components\"",
			        "there is no component \"%.*s\"", STR_ARG(r->components[i]));
}

/* ---- Patterns ----------------------------------------------------------------------------- */

static void
check_duplicates(const struct yaml_doc *doc, const struct patterns *all)
{
	for (size_t i = 0; i < all->n; i++)
		for (size_t j = 0; j < i; j++) {
			if (!pattern_same(&all->p[i], &all->p[j]))
				continue;
			yaml_mistake(doc, all->p[i].member, "leave one",
			        "the pattern of rule \"%.*s\" is there twice, first in \"%.*s\" on "
			        "line %u",
			        STR_ARG(all->p[i].rule->id), STR_ARG(all->p[j].rule->id),
			        yaml_line(doc, all->p[j].member));
			break;
		}
}

static const struct pattern *
covering(const struct patterns *all, const struct pattern *p)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->p[i].out && pattern_covers(&all->p[i], p))
			return &all->p[i];
	return NULL;
}

/* A rule that has no patterns holds on its components alone. */
static const struct policy_rule *
covering_components(const struct policy *p, const struct policy_rule *r)
{
	const struct policy_rule *by = NULL;

	for (size_t i = 0; i < r->components_n; i++) {
		bool found = false;

		for (size_t o = 0; o < p->scope.out_n && !found; o++)
			for (size_t k = 0; k < p->scope.out[o].components_n && !found; k++) {
				found = str_eq(p->scope.out[o].components[k], r->components[i]);
				by = found ? &p->scope.out[o] : by;
			}
		if (!found)
			return NULL;
	}
	return by;
}

/* Since out beats in, such a rule promises what never holds. */
static void
check_covered(const struct yaml_doc *doc, const struct policy *p, const struct patterns *all,
        const struct policy_rule *r)
{
	const struct policy_rule *by = NULL;
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++) {
		const struct pattern *cover;

		if (all->p[i].out || all->p[i].rule != r)
			continue;
		n++;
		cover = covering(all, &all->p[i]);
		if (cover == NULL)
			return;
		by = cover->rule;
	}
	if (n == 0)
		by = covering_components(p, r);
	if (by != NULL)
		yaml_mistake(doc, r, "narrow that rule, or leave this one out",
		        "rule \"%.*s\" can never hold: \"%.*s\" on line %u, which is out of scope, "
		        "covers it",
		        STR_ARG(r->id), STR_ARG(by->id), yaml_line(doc, by));
}

static void
check_patterns(struct arena *a, const struct yaml_doc *doc, const struct policy *p)
{
	struct patterns all = patterns_of(a, p, doc);

	check_duplicates(doc, &all);
	for (size_t i = 0; i < p->scope.in_n; i++) {
		const struct policy_rule *r = &p->scope.in[i];

		if (r->hosts_n + r->paths_n + r->components_n + r->purls_n + r->third_parties_n ==
		        0)
			yaml_mistake(doc, r, "give it hosts, paths, components or purls",
			        "rule \"%.*s\" holds on nothing", STR_ARG(r->id));
		check_covered(doc, p, &all, r);
	}
}

/* ---- Texts -------------------------------------------------------------------------------- */

static void
check_questions(const struct yaml_doc *doc, const struct policy *p)
{
	for (size_t i = 0; i < p->guidelines.items_n; i++) {
		const struct policy_clause *g = &p->guidelines.items[i];

		if (g->asks != POLICY_ASK_NOTHING && g->question.n == 0)
			yaml_mistake(doc, &g->asks, "add \"question: …\"",
			        "the guideline asks, but lacks its question");
		if (g->asks == POLICY_ASK_NOTHING && g->question.n > 0)
			yaml_mistake(doc, &g->question, "add \"asks: …\"",
			        "the question belongs to no key of the report");
	}
}

static void
check_fields(const struct yaml_doc *doc, const struct policy *p)
{
	bool seen[REPORT_KEY_COUNT] = {0};

	for (size_t i = 0; i < p->report.parts_n; i++) {
		const struct policy_part *part = &p->report.parts[i];

		for (size_t k = 0; k < part->fields_n; k++) {
			int field = part->fields[k];

			if (field == REPORT_KEY_NONE)
				continue;
			if (seen[field])
				yaml_mistake(doc, &part->fields[k], "leave one",
				        "\"%s\" belongs to an earlier part already",
				        report_key_name((enum report_key)field));
			seen[field] = true;
		}
	}
	if (p->report.parts_n > 0 && !seen[REPORT_KEY_DESCRIPTION])
		yaml_mistake(doc, &p->report.parts, "add it to the \"fields\" of one",
		        "no part of the report holds \"description\"");
}

static void
check_replies(const struct yaml_doc *doc, const struct policy *p)
{
	for (int i = 0; i < REPLY_COUNT; i++) {
		struct str word = reply_unknown(p->replies[i]);

		if (word.n > 0)
			yaml_mistake(doc, &p->replies[i],
			        "use {case}, {name}, {team}, {programme}, {severity}, {component}, "
			        "{of}, {policy_url} or {case_url}",
			        "nothing is known that fills {%.*s}", STR_ARG(word));
	}
}

static void
check_scores(const struct yaml_doc *doc, const struct policy *p)
{
	for (int s = SEVERITY_CRITICAL; s < SEVERITY_LOW; s++)
		if (p->score_from[s] <= p->score_from[s + 1])
			yaml_mistake(doc,
			        &p->score_from[yaml_line(doc, &p->score_from[s]) != 0 ? s : s + 1],
			        "write a higher score for the worse severity",
			        "the score of \"%s\" is not above that of \"%s\"",
			        severity_name((enum severity)s),
			        severity_name((enum severity)(s + 1)));
}

void
policy_check(struct arena *a, const struct yaml_doc *doc, const struct policy *p)
{
	check_rule_ids(doc, p);
	check_component_names(doc, p);
	for (size_t i = 0; i < p->scope.in_n; i++)
		check_rule_components(doc, p, &p->scope.in[i]);
	for (size_t i = 0; i < p->scope.out_n; i++)
		check_rule_components(doc, p, &p->scope.out[i]);
	check_patterns(a, doc, p);
	check_questions(doc, p);
	check_fields(doc, p);
	check_replies(doc, p);
	if (p->limits.total_bytes < p->limits.file_bytes)
		yaml_mistake(doc, &p->limits.total_bytes, "make it larger",
		        "all attachments together are given less room than one");
	check_scores(doc, p);
}
