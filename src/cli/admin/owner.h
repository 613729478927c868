/* Whose an instance is. Nothing of vdpd runs as root: who starts a command as root acts as the
 * instance's owner. */
#ifndef VDPD_CLI_ADMIN_OWNER_H
#define VDPD_CLI_ADMIN_OWNER_H

#include "base/err.h"

#include <sys/types.h>

/* The user who is to own a new instance: NAME, a name or a number, or with NULL the user `vdpd`.
 * ERR_NOT_FOUND if there is none, ERR_DENIED if it is root, or another than who runs this without
 * being root; D is filled. */
enum err owner_find(const char *name, uid_t *uid, gid_t *gid, struct diag *d) MUST_CHECK;

#endif
