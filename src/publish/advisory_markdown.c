/* An advisory as Markdown: what the page shows, and what `vdpd advisory export` prints. */
#include "publish/advisory.h"

#include "base/time.h"
#include "case/cvss.h"
#include "case/cwe.h"

/* Text of a single line among Markdown: what would be markup is escaped. */
static void
plain(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (strchr("\\`*_{}[]<>#|!&~", s.p[i]) != NULL)
			buf_char(out, '\\');
		buf_char(out, s.p[i]);
	}
}

static void
section(struct buf *out, const char *heading, struct str text)
{
	if (text.n > 0)
		buf_fmt(out, "\n## %s\n\n%.*s\n", heading, STR_ARG(text));
}

static void
day(struct buf *out, int64_t at)
{
	int y, m, d;

	time_date(at, &y, &m, &d);
	buf_fmt(out, "%04d-%02d-%02d", y, m, d);
}

static void
fact(struct buf *out, const char *label, struct str value)
{
	if (value.n == 0)
		return;
	buf_fmt(out, "* %s: ", label);
	plain(out, value);
	buf_char(out, '\n');
}

static void
assessment(struct buf *out, const struct advisory *v)
{
	enum severity severity;

	if (severity_parse(v->severity, &severity) == ERR_OK)
		fact(out, "Severity", str_of(severity_label(severity)));
	for (size_t i = 0; i < v->cvss_n; i++) {
		struct cvss vector;
		struct cvss_scores s;

		if (cvss_parse(v->cvss[i], &vector, NULL) != ERR_OK)
			continue;
		s = cvss_score(&vector);
		buf_fmt(out, "* CVSS %s: %d.%d %s, `%.*s`\n", cvss_version_name(vector.version),
		        s.score / 10, s.score % 10, cvss_rating(s.score), STR_ARG(v->cvss[i]));
	}
	for (size_t i = 0; i < v->cwe_n; i++) {
		int64_t id;

		if (cwe_parse(v->cwe[i], &id) != ERR_OK)
			continue;
		buf_fmt(out, "* Weakness: %.*s ", STR_ARG(v->cwe[i]));
		plain(out, str_of(cwe_name(id)));
		buf_char(out, '\n');
	}
}

static void
head(struct buf *out, const struct advisory *v)
{
	buf_z(out, "# ");
	plain(out, v->title);
	buf_z(out, "\n\n");
	fact(out, "Advisory", v->id);
	fact(out, "CVE", v->cve);
	for (size_t i = 0; i < v->aliases_n; i++)
		fact(out, "Also known as", v->aliases[i]);
	buf_z(out, "* Published: ");
	day(out, v->published);
	buf_char(out, '\n');
	if (v->modified > v->published) {
		buf_z(out, "* Last changed: ");
		day(out, v->modified);
		buf_char(out, '\n');
	}
	assessment(out, v);
	if (v->withdrawn != 0) {
		buf_z(out, "\n**Withdrawn on ");
		day(out, v->withdrawn);
		buf_z(out, v->withdrawn_why.n > 0 ? ":** " : ".**");
		plain(out, v->withdrawn_why);
		buf_char(out, '\n');
	}
}

static void
one_range(struct buf *out, const struct advisory_range *r)
{
	bool from = r->introduced.n > 0 && !str_eq(r->introduced, STR("0"));

	buf_z(out, "  * ");
	if (from) {
		buf_z(out, "from ");
		plain(out, r->introduced);
		buf_char(out, ' ');
	}
	if (r->fixed.n > 0) {
		buf_z(out, from ? "until before " : "all before ");
		plain(out, r->fixed);
		buf_z(out, ", where it is fixed");
	} else if (r->last_affected.n > 0) {
		buf_z(out, "up to and with ");
		plain(out, r->last_affected);
	} else {
		buf_z(out, "on, not fixed yet");
	}
	buf_char(out, '\n');
}

static void
products(struct buf *out, const struct advisory *v)
{
	if (v->products_n == 0)
		return;
	buf_z(out, "\n## Affected versions\n\n");
	for (size_t i = 0; i < v->products_n; i++) {
		const struct advisory_product *p = &v->products[i];

		buf_z(out, "* ");
		if (p->vendor.n > 0 && !str_eq(p->vendor, p->name)) {
			plain(out, p->vendor);
			buf_char(out, ' ');
		}
		plain(out, p->name);
		if (p->purl.n > 0)
			buf_fmt(out, " (`%.*s`)", STR_ARG(p->purl));
		buf_char(out, '\n');
		for (size_t k = 0; k < p->ranges_n; k++)
			one_range(out, &p->ranges[k]);
		for (size_t k = 0; k < p->versions_n; k++) {
			buf_z(out, "  * ");
			plain(out, p->versions[k]);
			buf_char(out, '\n');
		}
	}
}

static void
tail(struct buf *out, const struct advisory *v)
{
	if (v->credits_n > 0)
		buf_z(out, "\n## Thanks\n\n");
	for (size_t i = 0; i < v->credits_n; i++) {
		buf_z(out, "* ");
		plain(out, v->credits[i].name);
		buf_fmt(out, " (%s)\n", advisory_credit_role_name(v->credits[i].role));
	}
	if (v->timeline_n > 0)
		buf_z(out, "\n## Timeline\n\n");
	for (size_t i = 0; i < v->timeline_n; i++) {
		buf_z(out, "* ");
		day(out, v->timeline[i].at);
		buf_z(out, ": ");
		plain(out, v->timeline[i].text);
		buf_char(out, '\n');
	}
	if (v->references_n > 0)
		buf_z(out, "\n## References\n\n");
	for (size_t i = 0; i < v->references_n; i++) {
		buf_z(out, "* ");
		if (v->references[i].text.n > 0) {
			plain(out, v->references[i].text);
			buf_z(out, ": ");
		}
		buf_fmt(out, "<%.*s>\n", STR_ARG(v->references[i].url));
	}
	if (v->revisions_n > 1)
		buf_z(out, "\n## Revisions\n\n");
	for (size_t i = 0; v->revisions_n > 1 && i < v->revisions_n; i++) {
		buf_fmt(out, "* %lld, ", (long long)v->revisions[i].number);
		day(out, v->revisions[i].at);
		buf_z(out, ": ");
		plain(out, v->revisions[i].summary);
		buf_char(out, '\n');
	}
}

void
advisory_markdown(const struct advisory *v, const struct publisher *p, struct buf *out)
{
	(void)p;
	head(out, v);
	section(out, "Summary", v->summary);
	section(out, "Impact", v->impact);
	products(out, v);
	section(out, "What to do", v->remediation);
	section(out, "Workarounds", v->workarounds);
	section(out, "Details", v->details);
	tail(out, v);
}
