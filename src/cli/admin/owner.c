/* The owner of an instance. */
#include "cli/admin/owner.h"

#include "base/str.h"

#include <pwd.h>
#include <unistd.h>

#define OWNER "vdpd"

enum err
owner_find(const char *name, uid_t *uid, gid_t *gid, struct diag *d)
{
	const char *wanted = name != NULL ? name : OWNER;
	const struct passwd *user = getpwnam(wanted);
	uint64_t number;

	if (user == NULL && str_u64(str_of(wanted), UINT32_MAX - 1, &number) == ERR_OK)
		user = getpwuid((uid_t)number);
	if (user == NULL)
		return diag_set(d, ERR_NOT_FOUND,
		        "name another by --owner, or make it: useradd --system " OWNER,
		        "there is no user \"%s\" to own the instance", wanted);
	if (user->pw_uid == 0)
		return diag_set(d, ERR_DENIED, "name a user of its own by --owner",
		        "an instance cannot belong to root: nothing of it runs as root");
	if (geteuid() != 0 && user->pw_uid != geteuid())
		return diag_set(d, ERR_DENIED, "run it as root, or without --owner",
		        "only root can make an instance for another user");
	*uid = user->pw_uid;
	*gid = user->pw_gid;
	return ERR_OK;
}
