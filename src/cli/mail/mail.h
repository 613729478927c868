/* The commands of vdpd-mail: what is asked of a message without an instance. */
#ifndef VDPD_CLI_MAIL_MAIL_H
#define VDPD_CLI_MAIL_MAIL_H

#include "cli/cli.h"

/* `vdpd mail inspect`: a message from stdin, taken apart. */
int mail_command(int argc, char **argv);

#endif
