/* What every command shares: its row in a table, options, input, and how errors leave.
 * Exit status: 0 ok or yes, 1 no or invalid, 2 usage. Errors go to stderr, answers to stdout. */
#ifndef VDPD_CLI_CLI_H
#define VDPD_CLI_CLI_H

#include "base/str.h"

enum { CLI_OK = 0, CLI_NO = 1, CLI_USAGE = 2 };

/* One command. Either `run` or `executable` is set. */
struct command {
	const char *name;      /* one word: "clocks" */
	const char *arguments; /* what follows it in the usage line; "" if nothing */
	const char *summary;   /* for the list of commands: half a line, no full stop */
	const char *help;      /* the rest of --help: lines that end in a newline */
	/* Does it; argv[0] is the command's name. Returns an exit status. */
	int (*run)(int argc, char **argv);
	/* Or: the program in libexec that does it ("vdpd-admin"). It is executed with argv[0] its
	 * own path, argv[1] the command's name, then the arguments. */
	const char *executable;
};

/* The commands of `vdpd`, in the order of the manual (commands.c). Help for all of them, also
 * those that run elsewhere, is given from here. */
extern const struct command commands[];
extern const size_t commands_n;

/* The whole main() of an executable that has the N commands of TABLE: finds argv[1], answers --help
 * and --version, runs or executes it, and sees to it that what was written to stdout arrived.
 * The programs of libexec call it with tables of their own, whose rows need name and run only. */
int cli_main(const struct command *table, size_t n, int argc, char **argv);

/* Writes a usage error to stderr ("vdpd: …", then where help is) and returns CLI_USAGE. */
int cli_usage(const char *fmt, ...) PRINTF_LIKE(1, 2);
/* Writes D to stderr as "FILE:LINE:COLUMN: what, and how to mend it" and returns CLI_NO. */
int cli_error(const struct diag *d);

/* An option: --NAME, and -LETTER where LETTER is not 0. With an argument if `value` is set,
 * otherwise a flag. Both are left alone where the option is not given. */
struct cli_option {
	const char *name;
	char letter;
	const char **value;
	bool *flag;
};

enum { CLI_OPTIONS_MAX = 24 };

/* Reads the options of a command wherever they stand, and moves its other arguments to the end:
 * argv[*first] … argv[argc - 1]. Returns CLI_OK, or CLI_USAGE once it has said what is wrong. */
int cli_options(
        int argc, char **argv, const struct cli_option *options, size_t n, int *first) MUST_CHECK;

/* Reads the file PATH, or stdin where PATH is "-", whole into A. ERR_TOO_LARGE over MAX bytes,
 * ERR_IO if it cannot be read; either fills D (file: PATH, or "stdin"). */
enum err cli_read(
        struct arena *a, const char *path, size_t max, struct str *out, struct diag *d) MUST_CHECK;

#endif
