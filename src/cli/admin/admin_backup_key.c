/* vdpd backup-key create: the key that backups are encrypted to. */
#include "cli/admin/admin.h"

#include "base/id.h"
#include "base/time.h"
#include "cli/admin/backup_key.h"
#include "cli/admin/out_file.h"

#include <errno.h>
#include <unistd.h>

enum { ARENA_BYTES = 64 * 1024 };

static int
create(struct arena *a, const char *path, bool json)
{
	unsigned char public_half[BACKUP_PUBLIC_BYTES];
	struct str text = backup_key_new(a, now_utc_s(), public_half), hex;
	struct out_file out;
	struct diag why = {0};
	enum err e = out_file_begin(&out, path, &why);

	if (e != ERR_OK)
		return cli_error(&why);
	if (write(out.fd, text.p, text.n) != (ssize_t)text.n) {
		e = diag_set(&why, ERR_IO, NULL, "%s: %s", path, strerror(errno));
		out_file_drop(&out);
	} else {
		e = out_file_finish(&out, &why);
	}
	if (e != ERR_OK)
		return cli_error(&why);
	hex = hex_str(a, public_half, sizeof public_half);
	if (json)
		printf("{\"public\":\"%.*s\"}\n", STR_ARG(hex));
	else
		printf("backup_key: %.*s\n", STR_ARG(hex));
	return CLI_OK;
}

int
admin_backup_key(int argc, char **argv)
{
	bool json = false;
	const struct cli_option options[] = {{.name = "json", .flag = &json}};
	int first, status = cli_options(argc, argv, options, 1, &first);
	struct arena *a;

	if (status != CLI_OK)
		return status;
	if (argc - first != 2 || strcmp(argv[first], "create") != 0)
		return cli_usage("backup-key: create, and the file for the secret half");
	a = arena_new(ARENA_BYTES);
	status = create(a, argv[first + 1], json);
	arena_free(a);
	return status;
}
