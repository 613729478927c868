/* The kernel: what the sandboxes need. */
#include "cli/admin/doctor.h"

#include <errno.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static void
landlock(struct doctor *doc)
{
	long abi = syscall(
	        SYS_landlock_create_ruleset, NULL, (size_t)0, LANDLOCK_CREATE_RULESET_VERSION);
	struct diag d = {0};

	if (abi >= 2)
		return;
	if (abi == 1) {
		diag_set(&d, ERR_UNSUPPORTED, "use Debian 12's kernel or a later one",
		        "Landlock is of version 1, and version 2 is wanted");
		doctor_note(doc, &d);
	} else {
		doctor_say(doc,
		        errno == EOPNOTSUPP
		                ? "boot with lsm=landlock,… among the kernel's options"
		                : "use Debian 12's kernel or a later one; in a container, "
		                  "let landlock_create_ruleset pass",
		        "the kernel has no Landlock: %s", strerror(errno));
	}
}

static void
seccomp(struct doctor *doc)
{
	uint32_t action = SECCOMP_RET_TRAP;

	if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0U, &action) != 0)
		doctor_say(doc, "use Debian 12's kernel or a later one",
		        "the kernel has no seccomp filters: %s", strerror(errno));
}

void
doctor_kernel(struct doctor *doc)
{
	struct diag d = {0};

	landlock(doc);
	seccomp(doc);
	if (doc->config != NULL && !doc->config->sandbox) {
		diag_set(&d, ERR_STATE, "take `sandbox: off` out of vdpd.yaml",
		        "the sandboxes are switched off");
		doctor_problem(doc, &d);
	}
}
