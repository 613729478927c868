/* The processes, where the instance is served: are all there, and is each in its sandbox? What the
 * kernel shows of others in /proc is asked; Landlock does not show there, but where it cannot be
 * set up no process starts. */
#include "cli/admin/doctor.h"

#include "cli/admin/place.h"
#include "proc/listener.h"
#include "proc/roles.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { STATUS_MAX = 8192, NAME_MAX_SHOWN = 15 /* of a process, in /proc */ };

struct seen {
	char name[32];
	long parent, seccomp, no_new_privileges;
};

static long
number_after(const char *text, const char *key)
{
	const char *at = strstr(text, key);

	return at == NULL ? -1 : strtol(at + strlen(key), NULL, 10);
}

static bool
process_read(const char *pid, struct seen *out)
{
	char path[64], text[STATUS_MAX];
	int fd;
	ssize_t n;

	snprintf(path, sizeof path, "/proc/%.20s/status", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return false; /* it has just ended */
	text[n] = '\0';
	*out = (struct seen){
	        .parent = number_after(text, "\nPPid:"),
	        .seccomp = number_after(text, "\nSeccomp:"),
	        .no_new_privileges = number_after(text, "\nNoNewPrivs:"),
	};
	return sscanf(text, "Name: %31s", out->name) == 1;
}

static void
judge(struct doctor *doc, const char *pid, const struct seen *p)
{
	if (doc->config != NULL && !doc->config->sandbox)
		return; /* the kernel's check says so */
	if (p->seccomp != 2 || p->no_new_privileges != 1)
		doctor_say(doc, "stop the instance and start it again; its log says more",
		        "%s (process %s) is in no sandbox: Seccomp %ld, NoNewPrivs %ld", p->name,
		        pid, p->seccomp, p->no_new_privileges);
}

/* The children of SUPERVISOR, by role. */
static void
look_at_children(struct doctor *doc, long supervisor)
{
	bool there[ROLE_COUNT] = {false};
	DIR *proc = opendir("/proc");
	const struct dirent *entry;
	struct seen p;

	while (proc != NULL && (entry = readdir(proc)) != NULL) {
		if (!isdigit((unsigned char)entry->d_name[0]) || !process_read(entry->d_name, &p) ||
		        p.parent != supervisor)
			continue;
		for (int r = 0; r < ROLE_COUNT; r++)
			there[r] = there[r] || (role_rows[r].executable != NULL &&
			                               strncmp(p.name, role_rows[r].executable,
			                                       NAME_MAX_SHOWN) == 0);
		judge(doc, entry->d_name, &p);
	}
	if (proc != NULL)
		closedir(proc);
	/* A hidden /proc shows none of them: that tells nothing. */
	for (int r = 0; r < ROLE_COUNT && there[ROLE_KEYD]; r++)
		if (!there[r] && (r == ROLE_PUBLIC || r == ROLE_DESK || r == ROLE_COURIER))
			doctor_say(doc, "its log says why it ended",
			        "%s does not run, though the instance is served",
			        role_rows[r].executable);
}

void
doctor_processes(struct doctor *doc)
{
	struct diag d = {0};
	struct ucred who;
	socklen_t size = sizeof who;
	int fd;
	enum err e = listener_connect(".", "run/keyd.sock", &fd);

	if (e == ERR_OK) {
		/* Who made the socket is the supervisor. */
		if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0)
			look_at_children(doc, who.pid);
		close(fd);
	} else if (place_is_served()) {
		doctor_say(doc, "stop it and start it again; its log says more",
		        "the instance is being served, but keyd does not answer on run/keyd.sock");
	} else if (access("run/keyd.sock", F_OK) == 0) {
		diag_set(&d, ERR_STATE, "the next start clears it away",
		        "run/ has what is left of a process that was killed");
		doctor_note(doc, &d);
	}
}
