/* The functions behind the commands that vdpd does itself: one a file, cmd_NAME.c. Each takes its
 * arguments with argv[0] its own name, and returns an exit status (cli/cli.h). */
#ifndef VDPD_CLI_COMMANDS_H
#define VDPD_CLI_COMMANDS_H

#include "cli/cli.h"

/* What is wrong with a policy file, and the policy as Markdown. */
int cmd_policy(int argc, char **argv);
/* Whether a target is in scope. */
int cmd_scope(int argc, char **argv);
/* The clocks of a case, as JSON. */
int cmd_clocks(int argc, char **argv);
/* The score of a CVSS vector, or of one a line. */
int cmd_cvss(int argc, char **argv);
int cmd_ssvc(int argc, char **argv);
int cmd_cwe(int argc, char **argv);
/* Whether a signed receipt is genuine. */
int cmd_receipt(int argc, char **argv);

#endif
