/* The command line: finding a command, its help, its options, and reading its input. */
#include "cli/cli.h"

#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <unistd.h>

static void
print_commands(const struct command *table, size_t n)
{
	printf("Usage: vdpd COMMAND [ARGUMENT...]\n\nCommands:\n");
	for (size_t i = 0; i < n; i++)
		if (table[i].summary != NULL)
			printf("  %-14s%s\n", table[i].name, table[i].summary);
	printf("\n`vdpd COMMAND --help` tells about one of them; `vdpd --version` prints the "
	       "version.\n"
	       "Exit status: 0 ok or yes, 1 no or invalid, 2 usage.\n");
}

static void
print_help(const struct command *c)
{
	const char *arguments = c->arguments != NULL ? c->arguments : "";

	printf("Usage: vdpd %s%s%s\n", c->name, *arguments != '\0' ? " " : "", arguments);
	if (c->summary != NULL)
		printf("\n%s.\n", c->summary);
	if (c->help != NULL)
		printf("\n%s", c->help);
}

static bool
help_wanted(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0)
			return true;
	return false;
}

/* libexec/NAME beside the bin/ of this executable, unless VDPD_LIBEXEC names the folder. */
static bool
executable_path(const char *name, char *out, size_t size)
{
	const char *folder = getenv("VDPD_LIBEXEC");
	char self[PATH_MAX], *slash;
	ssize_t n;
	int len;

	if (folder != NULL && *folder != '\0') {
		len = snprintf(out, size, "%s/%s", folder, name);
		return len > 0 && (size_t)len < size;
	}
	n = readlink("/proc/self/exe", self, sizeof self - 1);
	if (n <= 0)
		return false;
	self[n] = '\0';
	slash = strrchr(self, '/');
	if (slash == NULL)
		return false;
	*slash = '\0';
	len = snprintf(out, size, "%s/../libexec/%s", self, name);
	return len > 0 && (size_t)len < size;
}

static int
execute(const struct command *c, int argc, char **argv)
{
	char path[2 * PATH_MAX];
	char **args = calloc((size_t)argc + 2, sizeof *args);

	if (args == NULL || !executable_path(c->executable, path, sizeof path)) {
		fprintf(stderr, "vdpd: cannot tell where %s is: set VDPD_LIBEXEC to its folder\n",
		        c->executable);
		free(args);
		return CLI_NO;
	}
	args[0] = path;
	for (int i = 0; i < argc; i++)
		args[i + 1] = argv[i];
	execv(path, args);
	fprintf(stderr, "%s: %s: install it there, or set VDPD_LIBEXEC to its folder\n", path,
	        strerror(errno));
	free(args);
	return CLI_NO;
}

/* An answer that did not reach its reader is not an answer. */
static int
finish(int status)
{
	bool failed = ferror(stdout) != 0;

	if (fflush(stdout) != 0 || failed) {
		fprintf(stderr, "stdout: %s\n", strerror(errno));
		return status == CLI_OK ? CLI_NO : status;
	}
	return status;
}

int
cli_main(const struct command *table, size_t n, int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "vdpd: no command given: `vdpd --help` lists them\n");
		return CLI_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0) {
		print_commands(table, n);
		return finish(CLI_OK);
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("vdpd %s\n", VDPD_VERSION);
		return finish(CLI_OK);
	}
	for (size_t i = 0; i < n; i++) {
		if (strcmp(argv[1], table[i].name) != 0)
			continue;
		if (help_wanted(argc - 1, argv + 1)) {
			print_help(&table[i]);
			return finish(CLI_OK);
		}
		if (table[i].run == NULL)
			return execute(&table[i], argc - 1, argv + 1);
		return finish(table[i].run(argc - 1, argv + 1));
	}
	fprintf(stderr, "vdpd: there is no command \"%s\": `vdpd --help` lists them\n", argv[1]);
	return CLI_USAGE;
}

int
cli_usage(const char *fmt, ...)
{
	va_list ap;

	fputs("vdpd: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputs(": `vdpd COMMAND --help` shows the usage\n", stderr);
	return CLI_USAGE;
}

int
cli_error(const struct diag *d)
{
	char text[1024];

	diag_format(d, text, sizeof text);
	fprintf(stderr, "%s\n", text);
	return CLI_NO;
}

int
cli_options(int argc, char **argv, const struct cli_option *options, size_t n, int *first)
{
	struct option longs[CLI_OPTIONS_MAX + 1] = {0};
	char shorts[2 * CLI_OPTIONS_MAX + 2] = ":";
	size_t len = 1;
	int c;

	if (n > CLI_OPTIONS_MAX)
		abort();
	for (size_t i = 0; i < n; i++) {
		int takes = options[i].value != NULL ? required_argument : no_argument;

		/* Values over any character, so that a letter is never taken for a long option. */
		longs[i] = (struct option){options[i].name, takes, NULL, (int)(CHAR_MAX + 1 + i)};
		if (options[i].letter != 0) {
			shorts[len++] = options[i].letter;
			if (takes == required_argument)
				shorts[len++] = ':';
		}
	}
	optind = 0; /* glibc: start anew, also after another command's options */
	while ((c = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		const struct cli_option *o = NULL;

		if (c == ':')
			return cli_usage("%s: %s needs a value", argv[0], argv[optind - 1]);
		for (size_t i = 0; i < n; i++)
			if (c == (int)(CHAR_MAX + 1 + i) ||
			        (c <= CHAR_MAX && c != '?' && c == options[i].letter))
				o = &options[i];
		if (o == NULL)
			return cli_usage(
			        "%s: %s is not one of its options", argv[0], argv[optind - 1]);
		if (o->value != NULL)
			*o->value = optarg;
		else
			*o->flag = true;
	}
	*first = optind;
	return CLI_OK;
}

static enum err
read_all(struct arena *a, int fd, size_t max, struct str *out, struct diag *d)
{
	struct buf b;
	char chunk[16384];
	ssize_t n;
	enum err e = ERR_OK;

	buf_init(&b, max);
	while ((n = read(fd, chunk, sizeof chunk)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			e = diag_set(d, ERR_IO, NULL, "cannot be read: %s", strerror(errno));
			break;
		}
		buf_add(&b, chunk, (size_t)n);
		if (b.full) {
			e = diag_set(d, ERR_TOO_LARGE, NULL, "is larger than %zu bytes", max);
			break;
		}
	}
	if (e == ERR_OK)
		*out = str_dup(a, buf_view(&b));
	buf_clear(&b);
	return e;
}

enum err
cli_read(struct arena *a, const char *path, size_t max, struct str *out, struct diag *d)
{
	bool is_stdin = strcmp(path, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	enum err e;

	if (d != NULL)
		snprintf(d->file, sizeof d->file, "%s", is_stdin ? "stdin" : path);
	if (fd < 0)
		return diag_set(d, ERR_IO, NULL, "cannot be opened: %s", strerror(errno));
	e = read_all(a, fd, max, out, d);
	if (!is_stdin)
		close(fd);
	return e;
}
