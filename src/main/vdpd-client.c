/* vdpd-client: the commands that are clients of the staff API. `vdpd` executes it; their help
 * stands in the table of cli/commands.c. */
#include "cli/client/client.h"

static const struct command client_commands[] = {
        {.name = "case", .run = client_case},
};

int
main(int argc, char **argv)
{
	return cli_main(
	        client_commands, sizeof client_commands / sizeof client_commands[0], argc, argv);
}
