/* The nursery of MIME workers: GMime, libxml2 and libytnef, used by its workers alone. */
#include "keyd/client/public_keys.h"
#include "mail/mime/parse.h"
#include "mail/mime/worker.h"
#include "proc/role.h"

#include <sodium.h>
#include <unistd.h>

struct room {
	struct role *role;
	struct channel_server *server;
	struct worker_nursery *nursery;
	bool stop;
};

static const struct sandbox_spec sandbox = {
        .may = SANDBOX_FORK | SANDBOX_WORKERS, .files_max = 512};

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

/* keyd's word is what a decrypted mail is sealed by. */
static void
read_keys(struct role *role, struct mime_state *state)
{
	struct public_keys keys;
	struct diag d = {0};
	int fd;

	if (!role_has(role, SLOT_PUBLIC_KEYS))
		return;
	fd = role_fd(role, SLOT_PUBLIC_KEYS);
	if (public_keys_read(fd, &keys) != ERR_OK) {
		diag_set(&d, ERR_INVALID, "restore it from a backup",
		        "keys/public.keys is not a file of keys");
		role_fail(role, &d);
	}
	close(fd);
	memcpy(state->signing, keys.signing, sizeof state->signing);
	state->may_seal = true;
}

int
main(void)
{
	struct room room = {.role = role_start(ROLE_MIME)};
	struct mime_state state = {0};
	struct worker_kind kind = mime_worker_kind(&state);

	if (sodium_init() < 0)
		return 1;
	read_keys(room.role, &state);
	mail_parse_start();
	room.nursery = worker_nursery_new(&kind);
	room.server = channel_server_new(
	        worker_nursery_requests, worker_nursery_requests_n, room.nursery);
	channel_server_watch(room.server, role_control_fd(room.role), on_control, &room);
	role_sandbox(room.role, &sandbox);
	role_open(room.role, &hooks, &room);
	role_ready(room.role);
	while (!room.stop && !worker_nursery_spent(room.nursery)) {
		if (channel_server_step(room.server, worker_nursery_wait_ms(room.nursery)) !=
		        ERR_OK)
			role_exit(1);
	}
	role_exit(0);
}
