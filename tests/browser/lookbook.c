/* lookbook POLICY DIR: writes every view with sample data, and the assets, into DIR. */
#include "lookbook.h"

#include "assets.h"
#include "web/view_helpers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int out_dir = -1;

static void
die(const char *what)
{
	fprintf(stderr, "lookbook: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void
write_file(const char *name, struct str bytes)
{
	int fd = openat(out_dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0)
		die(name);
	for (ssize_t n; bytes.n > 0; bytes = str_sub(bytes, (size_t)n, SIZE_MAX))
		if ((n = write(fd, bytes.p, bytes.n)) <= 0)
			die(name);
	close(fd);
}

void
lookbook_write(const char *name, struct buf *page)
{
	char file[128];

	if (page->full || !str_utf8_valid(buf_view(page), NULL)) {
		fprintf(stderr, "lookbook: %s: too large, or not UTF-8\n", name);
		exit(1);
	}
	snprintf(file, sizeof file, "%s.html", name);
	write_file(file, buf_view(page));
	buf_clear(page);
}

static void
write_assets(const struct policy *policy)
{
	struct buf accent;
	char file[128];

	if (mkdirat(out_dir, "assets", 0755) != 0 && errno != EEXIST)
		die("assets");
	for (size_t i = 0; i < assets_files_n; i++) {
		snprintf(file, sizeof file, "assets/%s", assets_files[i].name);
		write_file(file, str_bytes(assets_files[i].bytes, assets_files[i].n));
	}
	buf_init(&accent, 256);
	accent_css(&accent, policy->accent);
	write_file("assets/accent.css", buf_view(&accent));
	buf_clear(&accent);
}

int
main(int argc, char **argv)
{
	static char text[1 << 20];
	struct arena *a = arena_new(POLICY_ARENA_BYTES);
	const struct policy *policy;
	struct diags ds;
	FILE *f;
	size_t n;

	if (argc != 3) {
		fprintf(stderr, "usage: lookbook POLICY DIR\n");
		return 2;
	}
	f = fopen(argv[1], "rb");
	if (f == NULL)
		die(argv[1]);
	n = fread(text, 1, sizeof text, f);
	fclose(f);
	memset(&ds, 0, sizeof ds);
	if (policy_parse(a, argv[1], str_bytes(text, n), &ds, &policy) != ERR_OK) {
		fprintf(stderr, "lookbook: %s is not a policy\n", argv[1]);
		return 1;
	}
	out_dir = open(argv[2], O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (out_dir < 0)
		die(argv[2]);
	write_assets(policy);
	markdown_start();
	lookbook_public(policy);
	lookbook_reporter(policy);
	lookbook_desk();
	lookbook_case();
	arena_free(a);
	return 0;
}
