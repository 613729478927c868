/* The commands of vdpd-admin: those that read or make an instance's files themselves. One a file,
 * admin_NAME.c; each takes its arguments with argv[0] its own name and returns an exit status
 * (cli/cli.h). */
#ifndef VDPD_CLI_ADMIN_ADMIN_H
#define VDPD_CLI_ADMIN_ADMIN_H

#include "cli/cli.h"

/* A new instance. */
int admin_init(int argc, char **argv);
/* People of the team, and tokens of the staff API. */
int admin_member(int argc, char **argv);
int admin_token(int argc, char **argv);
/* The programme's OpenPGP key. */
int admin_keys(int argc, char **argv);
/* security.txt, written or checked. */
int admin_security_txt(int argc, char **argv);
/* Has anything been rewritten? */
int admin_audit(int argc, char **argv);
/* Is everything well? */
int admin_doctor(int argc, char **argv);
/* Half a year that is made up. */
int admin_demo(int argc, char **argv);
/* Backups: the key they are encrypted to, making and restoring them. */
int admin_backup_key(int argc, char **argv);
int admin_backup(int argc, char **argv);
int admin_restore(int argc, char **argv);
/* A new storage key. */
int admin_rekey(int argc, char **argv);
/* A message from a mail system; sysexits. */
int admin_deliver(int argc, char **argv);
/* What stands in the clear of cases, while nothing runs. */
int admin_case(int argc, char **argv);
/* Advisories from one format into another, onto the shelf and from it. */
int admin_advisory(int argc, char **argv);
int admin_import(int argc, char **argv);

#endif
