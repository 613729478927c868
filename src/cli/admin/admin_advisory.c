/* vdpd advisory convert, vdpd import: advisories from one format into another, without an instance.
 */
#include "cli/admin/admin.h"

#include "base/time.h"
#include "cli/admin/cases.h"
#include "cli/admin/place.h"
#include "publish/shelf.h"
#include "store/tx.h"

#include <stdio.h>

enum { ARENA_MAX = 512 << 20, OUTPUT_MAX = 16 << 20 };

static int
write_as(const struct advisory *v, enum advisory_format format, const struct publisher *p)
{
	struct buf out;
	enum err e = ERR_OK;

	buf_init(&out, OUTPUT_MAX);
	switch (format) {
	case FORMAT_CSAF:
		advisory_csaf(v, p, &out);
		break;
	case FORMAT_OSV:
		advisory_osv(v, p, &out);
		break;
	case FORMAT_CVE:
		e = advisory_cve(v, p, &out);
		break;
	case FORMAT_MARKDOWN:
		advisory_markdown(v, p, &out);
		break;
	case FORMAT_RECORD:
		advisory_write(v, &out);
		break;
	}
	if (e == ERR_STATE)
		fputs("advisory: a CVE record needs a CVE number in the advisory, and the CNA's "
		      "id: give --cna UUID\n",
		        stderr);
	else if (out.full)
		fputs("advisory: the document would be too large\n", stderr);
	else
		printf("%.*s%s", STR_ARG(buf_view(&out)), format == FORMAT_MARKDOWN ? "" : "\n");
	e = out.full ? ERR_TOO_LARGE : e;
	buf_clear(&out);
	return e == ERR_OK ? CLI_OK : CLI_NO;
}

/* The document of the file PATH; fills D. */
static enum err
read_document(struct arena *a, const char *path, enum import_format from, struct advisory *out,
        struct diag *d)
{
	struct str text;
	enum err e = cli_read(a, path, RECORD_FILE_MAX, &text, d);

	if (e != ERR_OK)
		return e;
	snprintf(d->file, sizeof d->file, "%s", strcmp(path, "-") == 0 ? "stdin" : path);
	return advisory_import(a, from, text, out, d);
}

static int
convert(const char *path, enum import_format from, enum advisory_format to,
        const struct publisher *p)
{
	struct arena *a = arena_new(ARENA_MAX);
	struct advisory v;
	struct diag d = {0};
	enum err e = read_document(a, path, from, &v, &d);
	int status = e == ERR_OK ? write_as(&v, to, p) : cli_error(&d);

	arena_free(a);
	return status;
}

/* ---- Onto the shelf ---- */

struct putting {
	struct arena *a;
	const struct cases *of;
	const struct advisory *v;
	int64_t now;
	struct advisory_row row;
	struct diag *d;
};

static enum err
put(struct db *db, void *ctx)
{
	struct putting *p = ctx;

	return shelf_put(p->a, db, p->of->programme.id, p->v, p->now, &p->row, p->d);
}

static int
import_into(struct arena *a, const char *dir, const struct advisory *v, struct diag *d)
{
	const struct config *config;
	struct cases cases;
	struct putting p = {.a = a, .of = &cases, .v = v, .d = d};
	enum err e = place_enter(a, dir, &config, d);

	if (e == ERR_OK)
		e = cases_open(a, config, &cases, d);
	if (e != ERR_OK)
		return cli_error(d);
	p.now = now_utc_s();
	if (cases.programme.id == 0) {
		e = diag_set(d, ERR_STATE, "start it once with `vdpd serve`",
		        "the instance has never been started");
	} else {
		e = tx_run(cases.db, put, &p);
		if (e != ERR_OK && d->what[0] == '\0')
			diag_set(d, e, NULL, "data/vdpd.db: %s", db_why(cases.db));
	}
	cases_close(&cases);
	if (e != ERR_OK)
		return cli_error(d);
	printf("%.*s, revision %lld\n", STR_ARG(p.row.name), (long long)p.row.revision);
	return CLI_OK;
}

int
admin_import(int argc, char **argv)
{
	const char *dir = NULL;
	const struct cli_option options[] = {{.name = "directory", .letter = 'C', .value = &dir}};
	enum import_format from;
	int first, status = cli_options(argc, argv, options, 1, &first);
	struct advisory v;
	struct diag d = {0};
	struct arena *a;

	if (status != CLI_OK)
		return status;
	if (argc - first != 2)
		return cli_usage("import: give a format and a file");
	if (import_format_parse(str_of(argv[first]), &from) != ERR_OK)
		return cli_usage("import: the formats are csaf, osv, cve, ghsa, json");
	if (dir == NULL)
		return convert(argv[first + 1], from, FORMAT_RECORD, &(struct publisher){0});
	a = arena_new(ARENA_MAX);
	if (read_document(a, argv[first + 1], from, &v, &d) == ERR_OK)
		status = import_into(a, dir, &v, &d);
	else
		status = cli_error(&d);
	arena_free(a);
	return status;
}

/* ---- And from it ---- */

static int
export_one(struct arena *a, const struct cases *cases, const struct config *config,
        const char *name, enum advisory_format to, struct diag *d)
{
	struct publisher p = publisher_of(cases->policy, config);
	struct advisory_row row;
	struct advisory v;
	enum err e;

	if (!advisory_id_valid(str_of(name)))
		e = ERR_NOT_FOUND;
	else
		e = advisory_get(a, cases->db, cases->programme.id, str_of(name), &row);
	if (e == ERR_OK)
		e = advisory_read(a, row.record, &v, d);
	if (e == ERR_NOT_FOUND)
		diag_set(d, e, "`vdpd advisory list -C DIR` lists those that are published",
		        "there is no advisory \"%s\"", name);
	else if (e != ERR_OK && d->what[0] == '\0')
		diag_set(d, e, NULL, "data/vdpd.db: %s", db_why(cases->db));
	return e == ERR_OK ? write_as(&v, to, &p) : cli_error(d);
}

struct listing {
	bool json;
	size_t n;
};

static void
list_one(void *ctx, const struct advisory_row *row)
{
	struct listing *l = ctx;
	char at[RFC3339_MAX];
	struct json_writer w;
	struct buf b;

	buf_init(&b, 16384);
	time_format(row->modified_at, at);
	if (l->json) {
		w = json_writer(&b);
		jw_object(&w, NULL);
		jw_str(&w, "id", row->name);
		jw_int(&w, "revision", row->revision);
		jw_time(&w, "published_at", row->published_at);
		jw_time(&w, "modified_at", row->modified_at);
		jw_time(&w, "withdrawn_at", row->withdrawn_at);
		jw_str(&w, "title", row->title);
		jw_end(&w);
		printf("%s%.*s", l->n > 0 ? "," : "", STR_ARG(buf_view(&b)));
	} else {
		printf("%-24.*s %s %s%.*s\n", STR_ARG(row->name), at,
		        row->withdrawn_at != 0 ? "(withdrawn) " : "", STR_ARG(row->title));
	}
	l->n++;
	buf_clear(&b);
}

static int
list_all(const struct cases *cases, bool json, struct diag *d)
{
	struct listing l = {.json = json};
	enum err e;

	if (json)
		fputs("{\"items\":[", stdout);
	e = advisory_each_changed(cases->db, cases->programme.id, list_one, &l);
	if (json)
		fputs("],\"next\":null}\n", stdout);
	if (e != ERR_OK)
		diag_set(d, e, NULL, "data/vdpd.db: %s", db_why(cases->db));
	return e == ERR_OK ? CLI_OK : cli_error(d);
}

/* list, or export ID, of the instance DIR. */
static int
from_shelf(const char *dir, const char *name, enum advisory_format to, bool json)
{
	struct arena *a = arena_new(ARENA_MAX);
	const struct config *config;
	struct cases cases;
	struct diag d = {0};
	int status;
	enum err e = place_enter(a, dir, &config, &d);

	if (e == ERR_OK)
		e = cases_open(a, config, &cases, &d);
	if (e != ERR_OK) {
		status = cli_error(&d);
	} else {
		status = name != NULL ? export_one(a, &cases, config, name, to, &d)
		                      : list_all(&cases, json, &d);
		cases_close(&cases);
	}
	arena_free(a);
	return status;
}

int
admin_advisory(int argc, char **argv)
{
	const char *from_name = "json", *to_name = NULL, *format = NULL, *cna = "", *cna_name = "";
	const char *url = "https://security.example.org", *name = "example.org", *contact = "";
	const char *dir = NULL, *what;
	bool json = false;
	const struct cli_option options[] = {
	        {.name = "directory", .letter = 'C', .value = &dir},
	        {.name = "format", .value = &format},
	        {.name = "from", .value = &from_name},
	        {.name = "to", .value = &to_name},
	        {.name = "public-url", .value = &url},
	        {.name = "publisher", .value = &name},
	        {.name = "contact", .value = &contact},
	        {.name = "cna", .value = &cna},
	        {.name = "cna-name", .value = &cna_name},
	        {.name = "json", .flag = &json},
	};
	enum import_format from;
	enum advisory_format to = FORMAT_RECORD;
	int first, status = cli_options(
	                   argc, argv, options, sizeof options / sizeof options[0], &first);

	if (status != CLI_OK)
		return status;
	what = first < argc ? argv[first] : "";
	if (to_name == NULL)
		to_name = format;
	if (to_name != NULL && advisory_format_parse(str_of(to_name), &to) != ERR_OK)
		return cli_usage("advisory: the formats are csaf, osv, cve, markdown, json");
	if (strcmp(what, "list") == 0 && argc - first == 1 && dir != NULL)
		return from_shelf(dir, NULL, to, json);
	if (strcmp(what, "export") == 0 && argc - first == 2 && dir != NULL && to_name != NULL)
		return from_shelf(dir, argv[first + 1], to, false);
	if (strcmp(what, "convert") != 0 || argc - first != 2 || to_name == NULL)
		return cli_usage("advisory: list -C DIR, export ID --format FORMAT -C DIR, "
		                 "or convert FILE --to FORMAT");
	if (import_format_parse(str_of(from_name), &from) != ERR_OK)
		return cli_usage("advisory: --from is csaf, osv, cve, ghsa or json");
	return convert(argv[first + 1], from, to,
	        &(struct publisher){
	                .name = str_of(name),
	                .namespace_ = str_of(url),
	                .contact = str_of(contact),
	                .public_url = str_of(url),
	                .cna_org_id = str_of(cna),
	                .cna_short_name = str_of(cna_name),
	        });
}
