/* vdpd advisory convert, vdpd import: advisories from one format into another, without an instance.
 */
#include "cli/commands.h"

#include "publish/advisory.h"

#include <stdio.h>

enum { ARENA_MAX = 256 << 20, OUTPUT_MAX = 16 << 20 };

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

static int
convert(const char *path, enum import_format from, enum advisory_format to,
        const struct publisher *p)
{
	struct arena *a = arena_new(ARENA_MAX);
	struct advisory v;
	struct diag d = {0};
	struct str text;
	int status;
	enum err e = cli_read(a, path, RECORD_FILE_MAX, &text, &d);

	if (e == ERR_OK) {
		snprintf(d.file, sizeof d.file, "%s", strcmp(path, "-") == 0 ? "stdin" : path);
		e = advisory_import(a, from, text, &v, &d);
	}
	status = e == ERR_OK ? write_as(&v, to, p) : cli_error(&d);
	arena_free(a);
	return status;
}

int
cmd_import(int argc, char **argv)
{
	enum import_format from;
	int first, status = cli_options(argc, argv, NULL, 0, &first);

	if (status != CLI_OK)
		return status;
	if (argc - first != 2)
		return cli_usage("import: give a format and a file");
	if (import_format_parse(str_of(argv[first]), &from) != ERR_OK)
		return cli_usage("import: the formats are csaf, osv, cve, ghsa, json");
	return convert(argv[first + 1], from, FORMAT_RECORD, &(struct publisher){0});
}

int
cmd_advisory(int argc, char **argv)
{
	const char *from_name = "json", *to_name = NULL, *cna = "", *cna_name = "";
	const char *url = "https://security.example.org", *name = "example.org", *contact = "";
	const struct cli_option options[] = {
	        {.name = "from", .value = &from_name},
	        {.name = "to", .value = &to_name},
	        {.name = "public-url", .value = &url},
	        {.name = "publisher", .value = &name},
	        {.name = "contact", .value = &contact},
	        {.name = "cna", .value = &cna},
	        {.name = "cna-name", .value = &cna_name},
	};
	enum import_format from;
	enum advisory_format to;
	int first, status = cli_options(
	                   argc, argv, options, sizeof options / sizeof options[0], &first);

	if (status != CLI_OK)
		return status;
	if (argc - first != 2 || strcmp(argv[first], "convert") != 0)
		return cli_usage("advisory: convert FILE --to FORMAT");
	if (import_format_parse(str_of(from_name), &from) != ERR_OK)
		return cli_usage("advisory: --from is csaf, osv, cve, ghsa or json");
	if (to_name == NULL || advisory_format_parse(str_of(to_name), &to) != ERR_OK)
		return cli_usage("advisory: --to is csaf, osv, cve, markdown or json");
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
