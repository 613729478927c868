/* The commands of vdpd-client: those that show or change what is in cases. They are clients of the
 * staff API, with a session that keyd gives the instance's owner for a minute. */
#ifndef VDPD_CLI_CLIENT_CLIENT_H
#define VDPD_CLI_CLIENT_CLIENT_H

#include "cli/cli.h"

/* Cases: a list, one, and what can be done to it. */
int client_case(int argc, char **argv);

#endif
