/* vdpd-mail: the commands that take messages apart, with the libraries that this needs. `vdpd`
 * executes it; their help stands in the table of cli/commands.c. */
#include "cli/mail/mail.h"

static const struct command mail_commands[] = {
        {.name = "mail", .run = mail_command},
};

int
main(int argc, char **argv)
{
	return cli_main(mail_commands, sizeof mail_commands / sizeof mail_commands[0], argc, argv);
}
