/* GET /calculator, /calculator/score, /cwe: aids for the triage. They know nothing of a case but
 * the number that they lead back to. */
#include "web/desk/desk.h"

#include "base/json_writer.h"
#include "case/number.h"
#include "views.h"
#include "web/respond.h"
#include "web/views_calculator.h"

#include <string.h>

enum { PAGE_MAX = 1 << 18, VECTOR_GIVEN_MAX = 300, FOUND = 40 };

static enum cvss_version
version_of(struct str s)
{
	for (int v = 0; v < CVSS_VERSION_COUNT; v++)
		if (str_eq(s, str_of(cvss_version_name((enum cvss_version)v))))
			return (enum cvss_version)v;
	return CVSS_4_0;
}

/* A number as cases have it, else nothing: it is put into links. */
static struct str
case_asked(struct request *req)
{
	struct str s = request_query(req, "case");
	struct case_number n;

	return case_number_parse(desk_of(req)->in.programme.case_prefix, s, &n) == ERR_OK ? s
	                                                                                  : STR("");
}

/* The vector of what was chosen, with everything that is not "not defined". */
static struct str
vector_chosen(struct request *req, enum cvss_version version)
{
	struct buf b;
	struct str out;

	buf_init(&b, CVSS_VECTOR_MAX);
	buf_fmt(&b, "CVSS:%s", cvss_version_name(version));
	for (size_t i = 0; i < cvss_metrics_n(version); i++) {
		struct cvss_metric m = cvss_metric(version, i);
		struct str value = request_query(req, m.key);

		if (value.n > 0 && !str_eq(value, STR("X")))
			buf_fmt(&b, "/%s:%.*s", m.key, STR_ARG(value));
	}
	out = b.full ? STR("") : str_dup(req->a, buf_view(&b));
	buf_clear(&b);
	return out;
}

struct scored {
	enum cvss_version version;
	struct str vector, score, word, wrong;
	bool chosen; /* something was */
};

static struct scored
score(struct request *req)
{
	struct str given = str_trim(request_query(req, "vector"));
	struct scored s = {.version = version_of(request_query(req, "version")),
	        .vector = STR(""),
	        .score = STR(""),
	        .word = STR(""),
	        .wrong = STR("")};
	struct diag d = {.what = ""};
	struct cvss v;
	struct buf b;
	int tenths;

	if (given.n == 0)
		given = vector_chosen(req, s.version);
	s.chosen = given.n > strlen("CVSS:4.0");
	if (!s.chosen)
		return s;
	if (given.n > VECTOR_GIVEN_MAX || cvss_parse(given, &v, &d) != ERR_OK) {
		s.wrong = d.what[0] != '\0' ? str_dup(req->a, str_of(d.what)) : STR("too long");
		return s;
	}
	buf_init(&b, CVSS_VECTOR_MAX);
	cvss_format(&v, &b);
	s.vector = str_dup(req->a, buf_view(&b));
	buf_clear(&b);
	tenths = cvss_score(&v).score;
	s.version = v.version;
	s.score = str_fmt(req->a, "%d.%d %s", tenths / 10, tenths % 10, cvss_rating(tenths));
	s.word = str_of(severity_name(
	        policy_severity(instance_policy(&desk_of(req)->in), tenths, STR(""))));
	return s;
}

/* What the form shows as chosen: of a whole vector, else of the query. */
static struct str
value_chosen(struct request *req, const struct scored *s, const char *key)
{
	struct str rest = s->vector, part, name = str_fmt(req->a, "%s:", key);

	while (str_cut(&rest, '/', &part))
		if (str_starts(part, name))
			return str_sub(part, name.n, part.n);
	return s->vector.n > 0 ? STR("") : request_query(req, key);
}

static void
groups_fill(struct request *req, const struct scored *s, struct view_calculator *v)
{
	size_t n = cvss_metrics_n(s->version);
	struct view_metric *all = ARENA_ARRAY(req->a, n, struct view_metric);
	struct view_metric_group *g = NULL;

	for (size_t i = 0; i < n; i++) {
		struct view_metric *m = &all[i];

		m->m = cvss_metric(s->version, i);
		m->chosen = value_chosen(req, s, m->m.key);
		if (i == 0 || m->m.group != all[i - 1].m.group) {
			g = &v->groups[v->groups_n++];
			*g = (struct view_metric_group){
			        .name = cvss_group_name(s->version, m->m.group),
			        .base = m->m.group == CVSS_BASE,
			        .metrics = m};
		}
		g->n++;
		if (!g->base && m->chosen.n > 0 && !str_eq(m->chosen, STR("X")))
			g->open = true;
		else if (!g->base && m->chosen.n == 0)
			m->chosen = STR("X");
	}
}

void
desk_calculator_get(struct request *req)
{
	struct scored s = score(req);
	struct view_calculator v = {
	        .page = desk_page(req, "CVSS calculator", VIEW_DESK_NONE),
	        .case_number = case_asked(req),
	        .cwe = str_sub(request_query(req, "cwe"), 0, 12),
	        .version = str_of(cvss_version_name(s.version)),
	        .vector = s.vector,
	        .score = s.score,
	        .word = s.word,
	        .wrong = s.wrong,
	};
	struct buf body;

	groups_fill(req, &s, &v);
	buf_init(&body, PAGE_MAX);
	view_desk_calculator(&body, &v);
	respond_html(req, 200, &body);
	buf_clear(&body);
}

void
desk_score_get(struct request *req)
{
	struct scored s = score(req);
	struct json_writer w;
	struct buf body;

	buf_init(&body, 4096);
	w = json_writer(&body);
	jw_object(&w, NULL);
	jw_str(&w, "vector", s.vector);
	jw_str(&w, "score", s.score);
	jw_str(&w, "severity", s.word);
	jw_str(&w, "wrong", s.wrong);
	jw_end(&w);
	respond_json(req, 200, &body);
	buf_clear(&body);
}

void
desk_cwe_get(struct request *req)
{
	struct cwe *found = ARENA_ARRAY(req->a, FOUND, struct cwe);
	struct view_cwe v = {
	        .page = desk_page(req, "Find a weakness", VIEW_DESK_NONE),
	        .case_number = case_asked(req),
	        .q = str_sub(str_trim(request_query(req, "q")), 0, 100),
	        .cvss = str_sub(request_query(req, "cvss"), 0, CVSS_VECTOR_MAX),
	        .severity = str_sub(request_query(req, "severity"), 0, 12),
	        .found = found,
	};
	struct buf body;

	v.n = cwe_search(v.q, found, FOUND);
	buf_init(&body, PAGE_MAX);
	view_desk_cwe(&body, &v);
	respond_html(req, 200, &body);
	buf_clear(&body);
}
