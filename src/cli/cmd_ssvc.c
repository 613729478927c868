/* vdpd ssvc: the outcome of a decision table. */
#include "cli/commands.h"

#include "base/buf.h"
#include "case/ssvc.h"

enum { ANSWER_MAX = 64 * 1024 };

static void
point_json(struct buf *b, const struct ssvc_point *p)
{
	buf_fmt(b, "{\"key\":\"%s\",\"name\":\"%s\",\"id\":\"%s\",\"values\":[", p->key, p->name,
	        p->id);
	for (unsigned i = 0; i < p->values_n; i++)
		buf_fmt(b, "%s{\"key\":\"%s\",\"name\":\"%s\"}", i == 0 ? "" : ",",
		        p->values[i].key, p->values[i].name);
	buf_z(b, "]}");
}

static void
table_json(struct buf *b, const struct ssvc_table *t)
{
	buf_fmt(b,
	        "{\"table\":\"%s\",\"key\":\"%s\",\"version\":\"%s\",\"name\":\"%s\",\"points\":[",
	        t->id, t->key, t->version, t->name);
	for (unsigned i = 0; i < t->points_n; i++) {
		buf_z(b, i == 0 ? "" : ",");
		point_json(b, &t->points[i]);
	}
	buf_z(b, "],\"outcome\":");
	point_json(b, &t->outcome);
	buf_char(b, '}');
}

static void
point_text(struct buf *b, const char *before, const struct ssvc_point *p)
{
	buf_fmt(b, "  %s%-4s %s:", before, p->key, p->name);
	for (unsigned i = 0; i < p->values_n; i++)
		buf_fmt(b, "%s %s (%s)", i == 0 ? "" : ",", p->values[i].key, p->values[i].name);
	buf_char(b, '\n');
}

static void
list(struct buf *b, bool json)
{
	buf_z(b, json ? "[" : "");
	for (size_t i = 0; i < ssvc_tables_n; i++) {
		const struct ssvc_table *t = &ssvc_tables[i];

		if (json) {
			buf_z(b, i == 0 ? "" : ",");
			table_json(b, t);
			continue;
		}
		buf_fmt(b, "%s%s: %s %s\n", i == 0 ? "" : "\n", t->id, t->name, t->version);
		for (unsigned k = 0; k < t->points_n; k++)
			point_text(b, "", &t->points[k]);
		point_text(b, "→ ", &t->outcome);
	}
	buf_z(b, json ? "]\n" : "");
}

static void
answer_json(struct buf *b, const struct ssvc_answers *s, const struct ssvc_value *outcome)
{
	const struct ssvc_table *t = s->table;

	buf_fmt(b, "{\"table\":\"%s\",\"key\":\"%s\",\"version\":\"%s\",\"values\":{", t->id,
	        t->key, t->version);
	for (unsigned i = 0; i < t->points_n; i++)
		buf_fmt(b, "%s\"%s\":\"%s\"", i == 0 ? "" : ",", t->points[i].key,
		        t->points[i].values[s->value[i]].key);
	buf_fmt(b, "},\"outcome\":{\"point\":\"%s\",\"key\":\"%s\",\"name\":\"%s\"}}\n",
	        t->outcome.id, outcome->key, outcome->name);
}

static int
answer(struct buf *b, struct str table, int n, char **given, bool json)
{
	struct ssvc_answers s;
	const struct ssvc_value *outcome;
	struct diag d = {.what = ""};
	enum err e = ERR_OK;

	ssvc_begin(&s, ssvc_table(table));
	if (s.table == NULL)
		e = diag_set(&d, ERR_INVALID, "`vdpd ssvc list` shows those that there are",
		        "there is no table \"%.*s\"", STR_ARG(str_sub(table, 0, 60)));
	for (int i = 0; i < n && e == ERR_OK; i++)
		e = ssvc_answer(&s, str_of(given[i]), &d);
	if (e == ERR_OK)
		e = ssvc_outcome(&s, &outcome, &d);
	if (e != ERR_OK)
		return cli_error(&d);
	if (json)
		answer_json(b, &s, outcome);
	else
		buf_fmt(b, "%s\n", outcome->name);
	return CLI_OK;
}

int
cmd_ssvc(int argc, char **argv)
{
	bool json = false;
	const struct cli_option options[] = {{.name = "json", .flag = &json}};
	struct buf b;
	int first, status = cli_options(argc, argv, options, 1, &first);

	if (status != CLI_OK)
		return status;
	if (argc == first)
		return cli_usage("ssvc: give a table with its values, or `list`");
	buf_init(&b, ANSWER_MAX);
	if (strcmp(argv[first], "list") == 0 && argc - first == 1)
		list(&b, json);
	else
		status = answer(&b, str_of(argv[first]), argc - first - 1, argv + first + 1, json);
	fwrite(b.p, 1, b.n, stdout);
	buf_clear(&b);
	return status;
}
