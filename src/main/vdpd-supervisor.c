/* `vdpd serve`: executed by vdpd with the command's name and its arguments. */
#include "proc/supervisor.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

enum { USAGE = 2 };

static void
notify(const char *state)
{
	/* Without NOTIFY_SOCKET nobody wants to know. */
	(void)sd_notify(0, state);
}

static int
usage(void)
{
	fprintf(stderr, "usage: vdpd serve -C DIR [--public ADDR:PORT] [--desk ADDR:PORT] "
	                "[--no-limits]\n");
	return USAGE;
}

/* The directory of this executable, where the roles' are too. */
static int
own_directory(char out[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", out, PATH_MAX - 1);
	char *slash;

	if (n < 0)
		return -1;
	out[n] = '\0';
	slash = strrchr(out, '/');
	if (slash == NULL)
		return -1;
	*slash = '\0';
	return 0;
}

int
main(int argc, char **argv)
{
	enum { PUBLIC = 256, DESK, NO_LIMITS };
	static const struct option options[] = {{"directory", required_argument, NULL, 'C'},
	        {"public", required_argument, NULL, PUBLIC},
	        {"desk", required_argument, NULL, DESK},
	        {"no-limits", no_argument, NULL, NO_LIMITS}, {0}};
	struct supervisor_options o = {.notify = notify};
	char libexec[PATH_MAX];
	int c;

	if (argc > 1 && strcmp(argv[1], "serve") == 0)
		optind = 2;
	while ((c = getopt_long(argc, argv, "C:", options, NULL)) != -1) {
		switch (c) {
		case 'C':
			o.instance = optarg;
			break;
		case PUBLIC:
			o.public_listen = optarg;
			break;
		case DESK:
			o.desk_listen = optarg;
			break;
		case NO_LIMITS:
			o.no_limits = true;
			break;
		default:
			return usage();
		}
	}
	if (o.instance == NULL || optind != argc)
		return usage();
	if (own_directory(libexec) != 0) {
		fprintf(stderr, "vdpd: /proc is not there\n");
		return 1;
	}
	o.libexec = libexec;
	return supervisor_run(&o);
}
