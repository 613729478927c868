/* vdpd: the command line. What needs no database, key or network it does itself; the rest is done
 * by the programs of libexec, so that `vdpd cvss` links none of their libraries. */
#include "cli/cli.h"

int
main(int argc, char **argv)
{
	return cli_main(commands, commands_n, argc, argv);
}
