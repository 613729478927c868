/* The policy page as Markdown, one function a section. */
#include "policy/page.h"

/* ---- Plain text in Markdown -------------------------------------------------------------- */

static size_t
count_char(struct str s, char c)
{
	size_t n = 0;

	for (size_t i = 0; (i = str_find(s, c, i)) != SIZE_MAX; i++)
		n++;
	return n;
}

/* Signs that begin a block where they begin a line: headings, lists, rules, quotes. */
static bool
begins_block(struct str line)
{
	size_t digits = 0;

	while (digits < line.n && line.p[digits] >= '0' && line.p[digits] <= '9')
		digits++;
	if (digits > 0)
		return digits < line.n && (line.p[digits] == '.' || line.p[digits] == ')');
	return line.n > 0 && strchr("#>+-=|:", line.p[0]) != NULL;
}

/* Emphasis, code and strike-through need a pair, so that a lone sign ("*.exact.works") stays
 * readable in the source. */
static bool
must_escape(struct str all, char c)
{
	if (strchr("*_~`", c) != NULL)
		return count_char(all, c) > 1;
	return strchr("\\<[]|&!", c) != NULL;
}

void
markdown_text(struct buf *b, struct str s)
{
	bool line_start = true;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (line_start) {
			/* Four spaces would be code. */
			if (c == ' ' || c == '\t')
				continue;
			if (begins_block(str_sub(s, i, str_find(s, '\n', i) - i))) {
				while (s.p[i] >= '0' && s.p[i] <= '9')
					buf_char(b, s.p[i++]);
				buf_char(b, '\\');
				buf_char(b, s.p[i]);
				line_start = false;
				continue;
			}
		}
		line_start = c == '\n';
		if (must_escape(s, c))
			buf_char(b, '\\');
		buf_char(b, c);
	}
}

static void
heading(struct buf *b, const char *level, struct str text)
{
	buf_z(b, level);
	buf_char(b, ' ');
	markdown_text(b, text);
	buf_z(b, "\n\n");
}

static void
paragraph(struct buf *b, struct str text)
{
	markdown_text(b, text);
	buf_char(b, '\n');
}

static void
item(struct buf *b, struct str text)
{
	buf_z(b, "- ");
	paragraph(b, text);
}

/* ---- Sections ---------------------------------------------------------------------------- */

static void
head(struct buf *b, const struct policy *p)
{
	heading(b, "#", p->title);
	paragraph(b, p->subtitle);
	buf_z(b, "\nLast updated: ");
	paragraph(b, p->updated);
}

static void
intro(struct buf *b, const struct policy *p)
{
	heading(b, "##", p->intro.heading);
	paragraph(b, p->intro.text);
}

static void
contact(struct buf *b, const struct policy *p)
{
	heading(b, "##", p->contact.heading);
	buf_z(b, "Email: ");
	buf_str(b, p->contact.email);
	buf_char(b, '\n');
	if (p->contact.pgp_text.n > 0) {
		buf_char(b, '\n');
		paragraph(b, p->contact.pgp_text);
	}
}

static void
third_party(struct buf *b, const struct policy_third_party *t)
{
	buf_z(b, "  - ");
	markdown_text(b, t->name);
	buf_z(b, ": ");
	for (size_t i = 0; i < t->hosts_n; i++) {
		buf_z(b, i > 0 ? ", " : "");
		markdown_text(b, str_starts(t->hosts[i], STR("*.")) ? str_sub(t->hosts[i], 2, 260)
		                                                    : t->hosts[i]);
	}
	if (t->report_to.n > 0)
		buf_fmt(b, "; where to report instead: <%.*s>", STR_ARG(t->report_to));
	buf_char(b, '\n');
}

static void
rules(struct buf *b, struct str title, const struct policy_rule *list, size_t n)
{
	heading(b, "###", title);
	for (size_t i = 0; i < n; i++) {
		item(b, list[i].text);
		for (size_t k = 0; k < list[i].third_parties_n; k++)
			third_party(b, &list[i].third_parties[k]);
	}
}

static void
scope(struct buf *b, const struct policy *p)
{
	heading(b, "##", p->scope.heading);
	rules(b, p->scope.in_heading, p->scope.in, p->scope.in_n);
	if (p->scope.out_n > 0) {
		buf_char(b, '\n');
		rules(b, p->scope.out_heading, p->scope.out, p->scope.out_n);
	}
}

static void
safe_harbour(struct buf *b, const struct policy *p)
{
	heading(b, "##", p->safe_harbour.heading);
	paragraph(b, p->safe_harbour.intro);
	buf_char(b, '\n');
	for (size_t i = 0; i < p->safe_harbour.clauses_n; i++)
		item(b, p->safe_harbour.clauses[i].text);
	buf_char(b, '\n');
	paragraph(b, p->safe_harbour.no_legal_action);
}

static void
timeline(struct buf *b, const struct policy *p)
{
	if (p->timeline.n == 0)
		return;
	heading(b, "##", p->timeline.heading);
	buf_z(b, "| ");
	markdown_text(b, p->timeline.action_heading);
	buf_z(b, " | ");
	markdown_text(b, p->timeline.time_heading);
	buf_z(b, " |\n| --- | --- |\n");
	for (size_t i = 0; i < p->timeline.n; i++) {
		buf_z(b, "| ");
		markdown_text(b, p->timeline.list[i].label);
		buf_fmt(b, " | %s %.*s |\n", p->timeline.list[i].every ? "Every" : "Within",
		        STR_ARG(p->timeline.list[i].within));
	}
}

static void
report(struct buf *b, const struct policy *p)
{
	heading(b, "##", p->report.heading);
	for (size_t i = 0; i < p->report.parts_n; i++) {
		buf_fmt(b, "%zu. ", i + 1);
		paragraph(b, p->report.parts[i].text);
	}
}

static void
recognition(struct buf *b, const struct policy *p)
{
	heading(b, "##", p->recognition.heading);
	for (size_t i = 0; i < p->recognition.paragraphs_n; i++) {
		buf_z(b, i > 0 ? "\n" : "");
		paragraph(b, p->recognition.paragraphs[i]);
	}
}

static void
guidelines(struct buf *b, const struct policy *p)
{
	heading(b, "##", p->guidelines.heading);
	paragraph(b, p->guidelines.intro);
	buf_char(b, '\n');
	for (size_t i = 0; i < p->guidelines.items_n; i++)
		item(b, p->guidelines.items[i].text);
}

static void
contact_information(struct buf *b, const struct policy *p)
{
	struct str title = p->contact.info_heading;

	heading(b, "##", title.n > 0 ? title : p->contact.heading);
	buf_z(b, "- ");
	markdown_text(b, p->contact.team);
	buf_fmt(b, ": %.*s\n", STR_ARG(p->contact.email));
	buf_fmt(b, "- security.txt: [%.*s](%.*s)\n", STR_ARG(p->contact.security_txt),
	        STR_ARG(p->contact.security_txt));
	buf_fmt(b, "- Trust Center: [%.*s](%.*s)\n", STR_ARG(p->contact.trust),
	        STR_ARG(p->contact.trust));
}

void
policy_page_section(struct buf *b, const struct policy *p, enum policy_section section)
{
	static void (*const sections[POLICY_SECTION_COUNT])(struct buf *, const struct policy *) = {
	        [POLICY_SECTION_HEAD] = head,
	        [POLICY_SECTION_INTRO] = intro,
	        [POLICY_SECTION_CONTACT] = contact,
	        [POLICY_SECTION_SCOPE] = scope,
	        [POLICY_SECTION_SAFE_HARBOUR] = safe_harbour,
	        [POLICY_SECTION_TIMELINE] = timeline,
	        [POLICY_SECTION_REPORT] = report,
	        [POLICY_SECTION_RECOGNITION] = recognition,
	        [POLICY_SECTION_GUIDELINES] = guidelines,
	        [POLICY_SECTION_CONTACT_INFORMATION] = contact_information,
	};

	sections[section](b, p);
}

void
policy_page(struct buf *b, const struct policy *p)
{
	for (int i = 0; i < POLICY_SECTION_COUNT; i++) {
		size_t before = b->n;

		buf_z(b, i > 0 ? "\n" : "");
		policy_page_section(b, p, (enum policy_section)i);
		if (i > 0 && b->n == before + 1)
			b->n = before; /* nothing to say there */
	}
}
