/* The nursery of pictures: libpng and libjpeg, used by its workers alone. */
#include "proc/nursery.h"
#include "proc/role.h"

#include <seccomp.h>

struct room {
	struct role *role;
	struct channel_server *server;
	struct nursery nursery;
	bool stop;
};

/* For a worker on its way into its own, smaller room. */
static const int syscalls[] = {SCMP_SYS(dup2), SCMP_SYS(close_range)};

static const struct sandbox_spec sandbox = {
        .may = SANDBOX_FORK, .syscalls = syscalls, .syscalls_n = 2, .files_max = 128};

static void
asked_by(void *arg, enum role_id peer, int fd)
{
	struct room *room = arg;

	if (channel_server_add(room->server, fd, peer) != ERR_OK)
		role_exit(1);
}

static const struct role_hooks hooks = {.asked_by = asked_by};

static void
on_control(void *arg)
{
	struct room *room = arg;

	room->stop = !role_step(room->role, &hooks, room);
}

int
main(void)
{
	struct room room = {.role = role_start(ROLE_NURSERY), .nursery = {.worker_time_s = 8}};

	room.server = channel_server_new(nursery_requests, nursery_requests_n, &room.nursery);
	channel_server_watch(room.server, role_control_fd(room.role), on_control, &room);
	role_sandbox(room.role, &sandbox);
	role_open(room.role, &hooks, &room);
	role_ready(room.role);
	while (!room.stop && !room.nursery.spent) {
		if (channel_server_step(room.server, -1) != ERR_OK)
			role_exit(1);
	}
	role_exit(0);
}
