/* CVSS vectors as text: the metrics of each version with their values, reading and writing. */
#include "case/cvss_metric.h"

#include <stdio.h>

struct metric {
	const char *name;
	const char *values; /* separated by spaces, in the order of the specification */
	bool required;
};

static const struct metric metrics3[M3_COUNT] = {
        [M3_AV] = {"AV", "N A L P", true},
        [M3_AC] = {"AC", "L H", true},
        [M3_PR] = {"PR", "N L H", true},
        [M3_UI] = {"UI", "N R", true},
        [M3_S] = {"S", "U C", true},
        [M3_C] = {"C", "H L N", true},
        [M3_I] = {"I", "H L N", true},
        [M3_A] = {"A", "H L N", true},
        [M3_E] = {"E", "X H F P U", false},
        [M3_RL] = {"RL", "X U W T O", false},
        [M3_RC] = {"RC", "X C R U", false},
        [M3_CR] = {"CR", "X H M L", false},
        [M3_IR] = {"IR", "X H M L", false},
        [M3_AR] = {"AR", "X H M L", false},
        [M3_MAV] = {"MAV", "X N A L P", false},
        [M3_MAC] = {"MAC", "X L H", false},
        [M3_MPR] = {"MPR", "X N L H", false},
        [M3_MUI] = {"MUI", "X N R", false},
        [M3_MS] = {"MS", "X U C", false},
        [M3_MC] = {"MC", "X H L N", false},
        [M3_MI] = {"MI", "X H L N", false},
        [M3_MA] = {"MA", "X H L N", false},
};

static const struct metric metrics4[M4_COUNT] = {
        [M4_AV] = {"AV", "N A L P", true},
        [M4_AC] = {"AC", "L H", true},
        [M4_AT] = {"AT", "N P", true},
        [M4_PR] = {"PR", "N L H", true},
        [M4_UI] = {"UI", "N P A", true},
        [M4_VC] = {"VC", "H L N", true},
        [M4_VI] = {"VI", "H L N", true},
        [M4_VA] = {"VA", "H L N", true},
        [M4_SC] = {"SC", "H L N", true},
        [M4_SI] = {"SI", "H L N", true},
        [M4_SA] = {"SA", "H L N", true},
        [M4_E] = {"E", "X A P U", false},
        [M4_CR] = {"CR", "X H M L", false},
        [M4_IR] = {"IR", "X H M L", false},
        [M4_AR] = {"AR", "X H M L", false},
        [M4_MAV] = {"MAV", "X N A L P", false},
        [M4_MAC] = {"MAC", "X L H", false},
        [M4_MAT] = {"MAT", "X N P", false},
        [M4_MPR] = {"MPR", "X N L H", false},
        [M4_MUI] = {"MUI", "X N P A", false},
        [M4_MVC] = {"MVC", "X H L N", false},
        [M4_MVI] = {"MVI", "X H L N", false},
        [M4_MVA] = {"MVA", "X H L N", false},
        [M4_MSC] = {"MSC", "X H L N", false},
        [M4_MSI] = {"MSI", "X S H L N", false},
        [M4_MSA] = {"MSA", "X S H L N", false},
        [M4_S] = {"S", "X N P", false},
        [M4_AU] = {"AU", "X N Y", false},
        [M4_R] = {"R", "X A U I", false},
        [M4_V] = {"V", "X D C", false},
        [M4_RE] = {"RE", "X L M H", false},
        [M4_U] = {"U", "X Clear Green Amber Red", false},
};

static const struct {
	const char *name, *prefix;
	const struct metric *metrics;
	int n;
} versions[CVSS_VERSION_COUNT] = {
        [CVSS_3_0] = {"3.0", "CVSS:3.0/", metrics3, M3_COUNT},
        [CVSS_3_1] = {"3.1", "CVSS:3.1/", metrics3, M3_COUNT},
        [CVSS_4_0] = {"4.0", "CVSS:4.0/", metrics4, M4_COUNT},
};

/* S for a message: at most 16 characters, the unprintable ones as '?'. */
struct shown {
	char text[20];
};

static struct shown
show(struct str s)
{
	struct shown out = {0};
	size_t n = s.n < 16 ? s.n : 16;

	for (size_t i = 0; i < n; i++)
		out.text[i] = s.p[i] > ' ' && s.p[i] < 0x7F ? s.p[i] : '?';
	if (s.n > n)
		snprintf(out.text + n, sizeof out.text - n, "...");
	return out;
}

/* The value numbered INDEX (from 1) of M; an empty slice past the last. */
static struct str
value_at(const struct metric *m, int index)
{
	struct str rest = str_of(m->values), value = {0};

	for (int i = 0; i < index; i++)
		if (!str_cut(&rest, ' ', &value))
			return (struct str){0};
	return value;
}

static int
value_find(const struct metric *m, struct str s)
{
	struct str rest = str_of(m->values), value;

	for (int i = 1; str_cut(&rest, ' ', &value); i++)
		if (str_eq(value, s))
			return i;
	return 0;
}

static int
metric_find(enum cvss_version version, struct str name)
{
	for (int i = 0; i < versions[version].n; i++)
		if (str_eq(name, str_of(versions[version].metrics[i].name)))
			return i;
	return -1;
}

/* Reads one "METRIC:VALUE" into V. */
static enum err
read_metric(struct cvss *v, struct str part, struct diag *d)
{
	size_t colon = str_find(part, ':', 0);
	struct str name = str_sub(part, 0, colon), value;
	const char *version = versions[v->version].name;
	const struct metric *m;
	int i, index;

	if (part.n == 0)
		return diag_set(d, ERR_INVALID, NULL, "vector: nothing between or after slashes");
	i = metric_find(v->version, name);
	if (i < 0)
		return diag_set(d, ERR_INVALID, NULL, "%s: not a metric of CVSS v%s",
		        show(name).text, version);
	m = &versions[v->version].metrics[i];
	value = colon == SIZE_MAX ? (struct str){0} : str_sub(part, colon + 1, SIZE_MAX);
	if (value.n == 0)
		return diag_set(
		        d, ERR_INVALID, NULL, "%s: has no value: one of %s", m->name, m->values);
	if (v->value[i] != 0)
		return diag_set(d, ERR_INVALID, NULL, "%s: given twice", m->name);
	index = value_find(m, value);
	if (index == 0)
		return diag_set(d, ERR_INVALID, NULL, "%s: \"%s\" is not one of %s", m->name,
		        show(value).text, m->values);
	v->value[i] = (unsigned char)index;
	return ERR_OK;
}

static enum err
read_prefix(struct str s, struct cvss *v, struct diag *d)
{
	if (s.n == 0)
		return diag_set(d, ERR_INVALID, NULL, "vector: empty");
	if (s.n > CVSS_VECTOR_MAX)
		return diag_set(
		        d, ERR_INVALID, NULL, "vector: longer than %d characters", CVSS_VECTOR_MAX);
	for (int i = 0; i < CVSS_VERSION_COUNT; i++) {
		if (!str_starts(s, str_of(versions[i].prefix)))
			continue;
		v->version = (enum cvss_version)i;
		return ERR_OK;
	}
	if (!str_starts(s, STR("CVSS:")))
		return diag_set(d, ERR_INVALID, NULL,
		        "CVSS: must begin with CVSS:3.0/, CVSS:3.1/ or CVSS:4.0/");
	s = str_sub(s, 5, SIZE_MAX);
	return diag_set(d, ERR_INVALID, NULL, "CVSS: version \"%s\" is not 3.0, 3.1 or 4.0",
	        show(str_sub(s, 0, str_find(s, '/', 0))).text);
}

enum err
cvss_parse(struct str s, struct cvss *out, struct diag *d)
{
	struct cvss v = {0};
	struct str rest, part;
	enum err e = read_prefix(s, &v, d);

	if (e != ERR_OK)
		return e;
	rest = str_sub(s, strlen(versions[v.version].prefix), SIZE_MAX);
	while (str_cut(&rest, '/', &part)) {
		e = read_metric(&v, part, d);
		if (e != ERR_OK)
			return e;
	}
	if (s.p[s.n - 1] == '/' && s.n > strlen(versions[v.version].prefix))
		return read_metric(&v, (struct str){0}, d);
	for (int i = 0; i < versions[v.version].n; i++)
		if (versions[v.version].metrics[i].required && v.value[i] == 0)
			return diag_set(d, ERR_INVALID, NULL, "%s: missing: one of %s",
			        versions[v.version].metrics[i].name,
			        versions[v.version].metrics[i].values);
	*out = v;
	return ERR_OK;
}

void
cvss_format(const struct cvss *v, struct buf *b)
{
	buf_fmt(b, "CVSS:%s", versions[v->version].name);
	for (int i = 0; i < versions[v->version].n; i++) {
		const struct metric *m = &versions[v->version].metrics[i];

		if (v->value[i] == 0)
			continue;
		buf_fmt(b, "/%s:", m->name);
		buf_str(b, value_at(m, v->value[i]));
	}
}

char
cvss_letter(const struct cvss *v, int m)
{
	struct str value = value_at(&versions[v->version].metrics[m], v->value[m]);

	return value.n > 0 ? value.p[0] : 'X';
}

bool
cvss_defined(const struct cvss *v, int first, int last)
{
	for (int m = first; m <= last; m++)
		if (cvss_letter(v, m) != 'X')
			return true;
	return false;
}

struct cvss_scores
cvss_score(const struct cvss *v)
{
	struct cvss_scores s = {0};

	if (v->version == CVSS_4_0)
		cvss4_score(v, &s);
	else
		cvss3_score(v, &s);
	return s;
}

const char *
cvss_version_name(enum cvss_version v)
{
	return v < CVSS_VERSION_COUNT ? versions[v].name : "";
}

enum severity
cvss_severity(int tenths)
{
	if (tenths <= 0)
		return SEVERITY_NONE;
	if (tenths < 40)
		return SEVERITY_LOW;
	if (tenths < 70)
		return SEVERITY_MEDIUM;
	return tenths < 90 ? SEVERITY_HIGH : SEVERITY_CRITICAL;
}

const char *
cvss_rating(int tenths)
{
	enum severity s = cvss_severity(tenths);

	return s == SEVERITY_NONE ? "None" : severity_label(s);
}
