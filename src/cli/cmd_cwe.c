/* vdpd cwe: weaknesses by number or by word. */
#include "cli/commands.h"

#include "base/buf.h"
#include "case/cwe.h"

enum { SHOWN = 40 };

static void
print_json(const struct cwe *found, size_t n)
{
	struct buf b;

	buf_init(&b, 64 * 1024);
	buf_char(&b, '[');
	for (size_t i = 0; i < n; i++) {
		buf_fmt(&b, "%s{\"cwe\":\"CWE-%lld\",\"name\":", i == 0 ? "" : ",",
		        (long long)found[i].id);
		buf_json(&b, str_of(found[i].name));
		buf_char(&b, '}');
	}
	buf_z(&b, "]\n");
	fwrite(b.p, 1, b.n, stdout);
	buf_clear(&b);
}

int
cmd_cwe(int argc, char **argv)
{
	bool json = false;
	const struct cli_option options[] = {{.name = "json", .flag = &json}};
	struct cwe found[SHOWN];
	struct buf words;
	size_t n;
	int first, status = cli_options(argc, argv, options, 1, &first);

	if (status != CLI_OK)
		return status;
	if (argc == first)
		return cli_usage("cwe: give a number or words");
	buf_init(&words, 1000);
	for (int i = first; i < argc; i++)
		buf_fmt(&words, "%s%s", i == first ? "" : " ", argv[i]);
	n = cwe_search(buf_view(&words), found, SHOWN);
	buf_clear(&words);
	if (json)
		print_json(found, n);
	for (size_t i = 0; i < n && !json; i++)
		printf("CWE-%-5lld %s\n", (long long)found[i].id, found[i].name);
	return n > 0 ? CLI_OK : CLI_NO;
}
