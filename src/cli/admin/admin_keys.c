/* vdpd keys: the programme's OpenPGP key. It is made and used by the process vdpd-pgp; from here it
 * is ordered, shown and exported. */
#include "cli/admin/admin.h"

#include "base/buf.h"
#include "base/time.h"
#include "cli/admin/place.h"
#include "cli/admin/staff.h"

#include <stdio.h>
#include <time.h>

enum { ARENA_BYTES = CONFIG_ARENA_BYTES + (8 << 20), WAIT_TRIES = 100, WAIT_MS = 100 };

struct keys {
	struct arena *a;
	const char *dir;
	bool json, compromised;
	struct staff *staff;
	struct diag why;
};

/* "1234 5678 …": as people compare them. */
static struct str
grouped(struct arena *a, struct str s)
{
	struct buf b;
	struct str text;

	buf_init(&b, 2 * KEYD_PGP_FINGERPRINT_MAX);
	for (size_t i = 0; i < s.n; i++) {
		if (i > 0 && i % 4 == 0)
			buf_char(&b, ' ');
		buf_char(&b, s.p[i]);
	}
	text = str_dup(a, buf_view(&b));
	buf_clear(&b);
	return text;
}

static void
one_text(struct keys *k, const struct keyd_pgp_key *key)
{
	bool old = key->superseded_at != 0;

	printf("%.*s\n    %.*s\n    made %.*s, %s %.*s\n", STR_ARG(grouped(k->a, key->fingerprint)),
	        STR_ARG(key->user_id), STR_ARG(time_str(k->a, key->created_at)),
	        old ? "superseded" : "runs out",
	        STR_ARG(time_str(k->a, old ? key->superseded_at : key->expires_at)));
}

static void
one_json(struct keys *k, const struct keyd_pgp_key *key, struct buf *b)
{
	buf_z(b, "{\"fingerprint\":");
	buf_json(b, key->fingerprint);
	buf_z(b, ",\"user_id\":");
	buf_json(b, key->user_id);
	buf_fmt(b, ",\"created_at\":\"%.*s\",\"expires_at\":\"%.*s\",\"superseded_at\":",
	        STR_ARG(time_str(k->a, key->created_at)), STR_ARG(time_str(k->a, key->expires_at)));
	if (key->superseded_at != 0)
		buf_json(b, time_str(k->a, key->superseded_at));
	else
		buf_z(b, "null");
	buf_char(b, '}');
}

static int
show(struct keys *k)
{
	struct keyd_pgp_state state;
	struct buf b;

	if (staff_pgp_state(k->staff, &state, &k->why) != ERR_OK)
		return cli_error(&k->why);
	if (!k->json) {
		for (size_t i = 0; i < state.n; i++)
			one_text(k, &state.items[i]);
		if (state.n == 0)
			printf("no OpenPGP key%s\n",
			        state.wanted != 0 ? " yet: it is made when `vdpd serve` runs" : "");
		return CLI_OK;
	}
	buf_init(&b, 64 * 1024);
	buf_z(&b, "{\"items\":[");
	for (size_t i = 0; i < state.n; i++) {
		if (i > 0)
			buf_char(&b, ',');
		one_json(k, &state.items[i], &b);
	}
	buf_z(&b, "],\"next\":null}\n");
	fwrite(b.p, 1, b.n, stdout);
	buf_clear(&b);
	return CLI_OK;
}

/* vdpd-pgp looks every few seconds. */
static int
wait_for_it(struct keys *k, int64_t version)
{
	const struct timespec pause = {.tv_nsec = WAIT_MS * 1000000L};
	struct keyd_pgp_state state = {0};

	for (int i = 0; i < WAIT_TRIES; i++) {
		if (staff_pgp_state(k->staff, &state, &k->why) != ERR_OK)
			return cli_error(&k->why);
		if (state.wanted == 0 && state.version > version && state.n > 0)
			return show(k);
		nanosleep(&pause, NULL);
	}
	diag_set(&k->why, ERR_BUSY, "see the log of the instance, and `vdpd keys pgp show`",
	        "vdpd-pgp has not done it yet");
	return cli_error(&k->why);
}

static int
order(struct keys *k, uint32_t wish)
{
	struct keyd_pgp_state before;

	if (staff_pgp_state(k->staff, &before, &k->why) != ERR_OK ||
	        staff_pgp_want(k->staff, wish, &k->why) != ERR_OK)
		return cli_error(&k->why);
	if (staff_is_served(k->staff))
		return wait_for_it(k, before.version + 1);
	printf("it is done when `vdpd serve` runs\n");
	return CLI_OK;
}

static int
create(struct keys *k)
{
	return order(k, KEYD_PGP_WISH_CREATE);
}

static int
extend(struct keys *k)
{
	return order(k, KEYD_PGP_WISH_EXTEND);
}

static int
roll(struct keys *k)
{
	return order(k, k->compromised ? KEYD_PGP_WISH_REPLACE : KEYD_PGP_WISH_ROLL);
}

static int export(struct keys *k)
{
	struct keyd_pgp_published p;
	enum err e = staff_pgp_published(k->staff, &p, &k->why);

	if (e == ERR_NOT_FOUND)
		diag_set(&k->why, e,
		        "`keys pgp create` makes one; it is published when `vdpd "
		        "serve` runs",
		        "there is no OpenPGP key");
	if (e != ERR_OK)
		return cli_error(&k->why);
	fwrite(p.armored.p, 1, p.armored.n, stdout);
	return CLI_OK;
}

static const struct {
	const char *name;
	int (*run)(struct keys *k);
} verbs[] = {
        {"create", create},
        {"show", show},
        {"extend", extend},
        {"roll", roll},
        {"export", export},
};

static int
run(struct keys *k, int (*verb)(struct keys *))
{
	const struct config *config;
	int status;

	if (place_enter(k->a, k->dir, &config, &k->why) != ERR_OK ||
	        staff_open(k->a, &k->staff, &k->why) != ERR_OK)
		return cli_error(&k->why);
	status = verb(k);
	staff_close(k->staff);
	return status;
}

int
admin_keys(int argc, char **argv)
{
	struct keys k = {0};
	const struct cli_option options[] = {
	        {.name = "directory", .letter = 'C', .value = &k.dir},
	        {.name = "compromised", .flag = &k.compromised},
	        {.name = "json", .flag = &k.json},
	};
	int first, status = cli_options(argc, argv, options, 3, &first);

	if (status != CLI_OK)
		return status;
	if (k.dir == NULL)
		return cli_usage("keys: -C with the instance's directory");
	for (size_t i = 0; argc - first == 2 && i < sizeof verbs / sizeof verbs[0]; i++) {
		if (strcmp(argv[first], "pgp") != 0 || strcmp(argv[first + 1], verbs[i].name) != 0)
			continue;
		k.a = arena_new(ARENA_BYTES);
		status = run(&k, verbs[i].run);
		arena_free(k.a);
		return status;
	}
	return cli_usage("keys: pgp create, show, extend, roll or export");
}
