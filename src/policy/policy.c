/* From the keys of the file to the policy: reading, then what follows from what was read. */
#include "policy/policy.h"

#include "base/id.h"
#include "base/time.h"
#include "policy/check.h"
#include "policy/keys.h"
#include "policy/values.h"

#include <sodium.h>

/* Takes over a promise that was given: into the clocks' figures and into the list for people. */
static void
promise(struct arena *a, const struct yaml_doc *doc, struct policy *p,
        const struct promise_read *from, const char *clock, enum severity severity, int64_t *s)
{
	bool every = from->every_s != 0;

	if (!from->given)
		return;
	if (every && from->within_s != 0)
		yaml_mistake(doc, &from->every_s, "leave one",
		        "a promise has both \"within\" and \"every\"");
	else if (!every && from->within_s == 0 && yaml_line(doc, &from->within_s) == 0 &&
	         yaml_line(doc, &from->every_s) == 0)
		yaml_mistake(doc, from, "write \"within: 48 h\"", "a promise lacks its duration");
	else if ((every || from->within_s != 0) && every != (strcmp(clock, "update") == 0))
		yaml_mistake(doc, every ? (const void *)&from->every_s : &from->within_s,
		        every ? "write \"within\"" : "write \"every\"",
		        every ? "only \"update\" comes every so long"
		              : "\"update\" comes every so long");
	*s = every ? from->every_s : from->within_s;
	p->timeline.list[p->timeline.n++] = (struct policy_promise){
	        .clock = clock,
	        .severity = severity,
	        .every = every,
	        .label = from->label,
	        .s = *s,
	        .within = duration_words(a, *s),
	};
}

static void
take_promises(struct arena *a, const struct yaml_doc *doc, struct policy_read *r)
{
	struct policy *p = &r->p;
	struct promises *s = &p->promises;

	promise(a, doc, p, &r->promises.acknowledge, "acknowledge", SEVERITY_NONE,
	        &s->acknowledge_s);
	promise(a, doc, p, &r->promises.triage, "triage", SEVERITY_NONE, &s->triage_s);
	for (int i = 0; i < 4; i++)
		promise(a, doc, p, &r->promises.fix[i], "fix",
		        (enum severity)(SEVERITY_CRITICAL + i), &s->fix_s[i]);
	promise(a, doc, p, &r->promises.update, "update", SEVERITY_NONE, &s->update_s);
	promise(a, doc, p, &r->promises.cra_warning, "cra_warning", SEVERITY_NONE,
	        &s->cra_warning_s);
	promise(a, doc, p, &r->promises.cra_notification, "cra_notification", SEVERITY_NONE,
	        &s->cra_notification_s);
	promise(a, doc, p, &r->promises.cra_final, "cra_final", SEVERITY_NONE, &s->cra_final_s);
	promise(a, doc, p, &r->promises.disclosure, "disclosure", SEVERITY_NONE, &s->disclosure_s);
}

static void
take_version(struct arena *a, struct policy *p, struct str text)
{
	struct str hex;

	p->text = str_dup(a, text);
	crypto_hash_sha256(p->sha256, (const unsigned char *)text.p, text.n);
	hex = hex_str(a, p->sha256, sizeof p->sha256);
	memcpy(p->sha256_hex, hex.p, hex.n);
}

enum err
policy_parse(struct arena *a, const char *filename, struct str text, struct diags *ds,
        const struct policy **out)
{
	size_t before = ds->n + ds->more;
	struct policy_read *r = ARENA_NEW(a, struct policy_read);
	struct yaml_doc *doc;
	enum err e;

	r->p.reminders.warn_percent = 75;
	r->p.reminders.quiet_percent = 25;
	r->p.retention.spam_s = 30 * DAY_S;
	r->p.limits.file_bytes = 25000000;
	r->p.limits.total_bytes = 100000000;
	r->p.limits.files = 10;
	r->p.score_from[SEVERITY_CRITICAL] = 90;
	r->p.score_from[SEVERITY_HIGH] = 70;
	r->p.score_from[SEVERITY_MEDIUM] = 40;
	r->p.score_from[SEVERITY_LOW] = 1;
	r->p.accent = STR("#1f4d8f");
	e = yaml_read(a, filename, text, &policy_keys, r, ds, &doc);
	/* A file that is not even a map has nothing left to look at. */
	if (e == ERR_TOO_LARGE || (e != ERR_OK && yaml_line(doc, r) == 0))
		return e;
	take_promises(a, doc, r);
	r->p.promises.warn_percent = r->p.reminders.warn_percent;
	policy_check(a, doc, &r->p);
	diags_sort(ds);
	if (ds->n + ds->more > before)
		return ERR_INVALID;
	take_version(a, &r->p, text);
	*out = &r->p;
	return ERR_OK;
}

static bool
is_called(const struct policy_component *c, struct str s)
{
	if (str_eq_nocase(s, c->id) || str_eq_nocase(s, c->name))
		return true;
	for (size_t i = 0; i < c->also_n; i++)
		if (str_eq_nocase(s, c->also[i]))
			return true;
	return false;
}

const struct policy_component *
policy_component(const struct policy *p, struct str s)
{
	for (size_t i = 0; i < p->components_n; i++)
		if (is_called(&p->components[i], s))
			return &p->components[i];
	return NULL;
}

enum severity
policy_severity(const struct policy *p, int tenths, struct str component)
{
	const struct policy_component *c = component.n > 0 ? policy_component(p, component) : NULL;
	enum severity s = SEVERITY_CRITICAL;

	if (tenths <= 0)
		return SEVERITY_NONE;
	/* A score below all ranges is low all the same. */
	while (s < SEVERITY_LOW && tenths < p->score_from[s])
		s++;
	/* Critical is the smallest of them. */
	return c != NULL && (int)s < c->severity_at_most ? (enum severity)c->severity_at_most : s;
}

const struct policy_clause *
policy_question(const struct policy *p, enum policy_ask ask)
{
	for (size_t i = 0; ask != POLICY_ASK_NOTHING && i < p->guidelines.items_n; i++)
		if (p->guidelines.items[i].asks == (int)ask)
			return &p->guidelines.items[i];
	return NULL;
}
