/* vdpd-admin: the commands that read or make an instance's own files. `vdpd` executes it; their
 * help stands in the table of cli/commands.c. */
#include "cli/admin/admin.h"

#include <sodium.h>

static const struct command admin_commands[] = {
        {.name = "init", .run = admin_init},
        {.name = "demo", .run = admin_demo},
        {.name = "member", .run = admin_member},
        {.name = "token", .run = admin_token},
        {.name = "keys", .run = admin_keys},
        {.name = "security-txt", .run = admin_security_txt},
        {.name = "audit", .run = admin_audit},
        {.name = "doctor", .run = admin_doctor},
        {.name = "backup-key", .run = admin_backup_key},
        {.name = "backup", .run = admin_backup},
        {.name = "restore", .run = admin_restore},
        {.name = "rekey", .run = admin_rekey},
        {.name = "case", .run = admin_case},
        {.name = "deliver", .run = admin_deliver},
        {.name = "advisory", .run = admin_advisory},
        {.name = "import", .run = admin_import},
};

int
main(int argc, char **argv)
{
	if (sodium_init() < 0)
		return CLI_NO;
	return cli_main(
	        admin_commands, sizeof admin_commands / sizeof admin_commands[0], argc, argv);
}
