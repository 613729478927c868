/* keyd: all private keys, the people, the log of openings. It reaches no network and opens nothing
 * after its start; what it may be asked, and by whom, stands in keyd/server/requests.c. */
#include "base/log.h"
#include "base/time.h"
#include "keyd/server/keyd.h"
#include "policy/config.h"
#include "proc/role.h"

#include <sodium.h>
#include <unistd.h>

enum { COMMANDS_MAX = 32, CHECKPOINT_EVERY_MS = 60 * 1000, STEP_MS = 10 * 1000 };

struct state {
	struct role *role;
	struct keyd *keyd;
	bool stop;
};

static void
asked_by(void *arg, enum role_id peer, int fd)
{
	struct state *s = arg;

	if (channel_server_add(keyd_server(s->keyd), fd, peer) != ERR_OK)
		log_warn("too_many_channels", "peer", role_name(peer));
}

static const struct role_hooks hooks = {.asked_by = asked_by};

static void
on_control(void *arg)
{
	struct state *s = arg;

	if (!role_step(s->role, &hooks, s))
		s->stop = true;
}

/* It lives as long as the process. */
static const struct config *
read_config(struct role *r)
{
	struct arena *a = arena_new(CONFIG_ARENA_BYTES);
	const struct config *config;
	struct diags ds = {0};
	struct diag d = {0};
	int fd = role_fd(r, SLOT_CONFIG);
	char *text = arena_alloc(a, CONFIG_FILE_MAX);
	ssize_t got;
	size_t n = 0;

	while (n < CONFIG_FILE_MAX && (got = read(fd, text + n, CONFIG_FILE_MAX - n)) > 0)
		n += (size_t)got;
	close(fd);
	if (config_parse(a, "vdpd.yaml", str_bytes(text, n), &ds, &config) != ERR_OK) {
		diag_set(&d, ERR_INVALID, NULL, "vdpd.yaml cannot be read");
		diags_first(&ds, &d);
		role_fail(r, &d);
	}
	return config;
}

static struct budget_marks
marks(int64_t alert, int64_t refuse)
{
	return (struct budget_marks){(size_t)alert, (size_t)refuse};
}

static struct keyd *
open_keyd(struct role *r, const struct config *config)
{
	struct keyd_limits limits = keyd_default_limits;
	struct keyd_store store;
	struct secrets *secrets;
	struct keyd *k;
	struct diag d = {0};
	char dir[ROLE_DIR_MAX];
	enum err e;

	limits.off = role_no_limits(r);
	limits.budgets[BUDGET_CASES] =
	        marks(config->budgets.cases_alert, config->budgets.cases_refuse);
	limits.budgets[BUDGET_TITLES] =
	        marks(config->budgets.titles_alert, config->budgets.titles_refuse);
	role_dir(r, SLOT_KEYS_DIR, dir);
	if (secrets_read(dir, &secrets, &d) != ERR_OK || keyd_store_open(dir, &store, &d) != ERR_OK)
		role_fail(r, &d);
	e = keyd_new(&store, secrets, &limits, &k);
	if (e == ERR_FORGED)
		diag_set(&d, e, "restore keyd.key and keyd.db from the same backup of the keys",
		        "keys/keyd.key is not the key that keys/keyd.db was written with");
	else if (e != ERR_OK)
		diag_set(&d, e, "run `vdpd doctor`, or restore a backup",
		        "keyd.db: the log of openings cannot be read");
	if (e != ERR_OK)
		role_fail(r, &d);
	keyd_passkeys_for(k, &config->desk_url);
	return k;
}

static void
serve(struct state *s)
{
	int64_t next_ms = now_mono_ms() + CHECKPOINT_EVERY_MS;

	while (!s->stop) {
		if (keyd_step(s->keyd, STEP_MS) != ERR_OK) {
			log_error("poll");
			role_exit(1);
		}
		if (now_mono_ms() >= next_ms) {
			keyd_tidy(s->keyd);
			next_ms = now_mono_ms() + CHECKPOINT_EVERY_MS;
		}
	}
}

int
main(void)
{
	static const struct sandbox_spec sandbox = {
	        .may = SANDBOX_THREADS | SANDBOX_SERVE | SANDBOX_STORE,
	        .files_max = 512,
	};
	struct state s = {0};

	if (sodium_init() < 0)
		return 1;
	s.role = role_start(ROLE_KEYD);
	s.keyd = open_keyd(s.role, read_config(s.role));
	channel_server_listen(keyd_server(s.keyd), role_fd(s.role, SLOT_COMMAND_LISTENER),
	        ROLE_COMMAND, COMMANDS_MAX);
	channel_server_watch(keyd_server(s.keyd), role_control_fd(s.role), on_control, &s);
	role_sandbox(s.role, &sandbox);
	keyd_start(s.keyd);
	role_ready(s.role);
	role_open(s.role, &hooks, &s);
	serve(&s);
	keyd_free(s.keyd);
	role_exit(0);
}
