/* Decision tables, from data/ssvc.inc. */
#include "case/ssvc.h"

#include "base/buf.h"

const struct ssvc_table ssvc_tables[] = {
#include "../../data/ssvc.inc"
};
const size_t ssvc_tables_n = sizeof ssvc_tables / sizeof ssvc_tables[0];

static char
plain(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c == ' ' || c == '_' ? '-' : c;
}

/* Alike but for letter case and what parts the words. */
static bool
alike(struct str a, struct str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (plain(a.p[i]) != plain(b.p[i]))
			return false;
	return true;
}

/* "cisa_coordinator_2_0_3": what tables are called in SSVC's repository. */
static bool
is_file(const struct ssvc_table *t, struct str s)
{
	char version[16] = "_";

	for (size_t i = 0; t->version[i] != '\0' && i + 2 < sizeof version; i++)
		version[i + 1] = t->version[i] == '.' ? '_' : t->version[i];
	if (str_ends(s, STR(".json")))
		s.n -= 5;
	if (!str_ends(s, str_of(version)))
		return false;
	s.n -= strlen(version);
	return alike(s, str_of(t->name));
}

const struct ssvc_table *
ssvc_table(struct str s)
{
	for (size_t i = 0; i < ssvc_tables_n; i++) {
		const struct ssvc_table *t = &ssvc_tables[i];

		if (alike(s, str_of(t->id)) || alike(s, str_of(t->key)) ||
		        alike(s, str_of(t->name)) || is_file(t, s))
			return t;
	}
	return NULL;
}

void
ssvc_begin(struct ssvc_answers *s, const struct ssvc_table *table)
{
	s->table = table;
	for (size_t i = 0; i < SSVC_POINTS_MAX; i++)
		s->value[i] = -1;
}

/* "Y (Yes), N (No)" */
static void
values_text(const struct ssvc_point *p, char *out, size_t size)
{
	size_t n = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < p->values_n && n < size; i++)
		n += (size_t)snprintf(out + n, size - n, "%s%s (%s)", i == 0 ? "" : ", ",
		        p->values[i].key, p->values[i].name);
}

enum err
ssvc_answer(struct ssvc_answers *s, struct str given, struct diag *d)
{
	size_t equals = str_find(given, '=', 0);
	struct str key = str_trim(str_sub(given, 0, equals));
	struct str value =
	        equals == SIZE_MAX ? STR("") : str_trim(str_sub(given, equals + 1, SIZE_MAX));
	char values[160];

	if (equals == SIZE_MAX)
		return diag_set(d, ERR_INVALID, "write KEY=VALUE",
		        "\"%.*s\" has no =", STR_ARG(str_sub(given, 0, 60)));
	for (unsigned i = 0; i < s->table->points_n; i++) {
		const struct ssvc_point *p = &s->table->points[i];

		if (!alike(key, str_of(p->key)) && !alike(key, str_of(p->name)) &&
		        !alike(key, str_of(p->id)))
			continue;
		if (s->value[i] >= 0)
			return diag_set(d, ERR_INVALID, "leave one", "%s is given twice", p->key);
		for (unsigned v = 0; v < p->values_n; v++)
			if (alike(value, str_of(p->values[v].key)) ||
			        alike(value, str_of(p->values[v].name))) {
				s->value[i] = (int)v;
				return ERR_OK;
			}
		values_text(p, values, sizeof values);
		return diag_set(d, ERR_INVALID, values, "%s (%s) cannot be \"%.*s\"", p->key,
		        p->name, STR_ARG(str_sub(value, 0, 60)));
	}
	return diag_set(d, ERR_INVALID, "`vdpd ssvc list` shows its points",
	        "%s has no point \"%.*s\"", s->table->id, STR_ARG(str_sub(key, 0, 60)));
}

enum err
ssvc_outcome(const struct ssvc_answers *s, const struct ssvc_value **out, struct diag *d)
{
	size_t at = 0;
	char values[160];

	for (unsigned i = 0; i < s->table->points_n; i++) {
		const struct ssvc_point *p = &s->table->points[i];

		if (s->value[i] < 0) {
			values_text(p, values, sizeof values);
			return diag_set(
			        d, ERR_INVALID, values, "%s (%s) is missing", p->key, p->name);
		}
		at = at * p->values_n + (size_t)s->value[i];
	}
	*out = &s->table->outcome.values[s->table->results[at] - '0'];
	return ERR_OK;
}
