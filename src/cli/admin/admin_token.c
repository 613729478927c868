/* vdpd token: tokens for the staff API. */
#include "cli/admin/admin.h"

#include "base/buf.h"
#include "base/time.h"
#include "case/permission.h"
#include "cli/admin/place.h"
#include "cli/admin/staff.h"

enum { ARENA_BYTES = CONFIG_ARENA_BYTES + (1 << 20), ANSWER_MAX = 256 * 1024 };

struct token {
	struct arena *a;
	const char *dir, *role, *name, *expires, *id;
	bool json;
	struct staff *staff;
	struct diag why;
};

static int
create(struct token *t)
{
	struct keyd_token_create q = {.name = str_of(t->name != NULL ? t->name : "command line")};
	struct keyd_token_created made;
	struct str until;

	if (t->role == NULL || staff_roles_parse(str_of(t->role), &q.roles) != ERR_OK)
		return cli_usage("token create: --role is administrator, coordinator, analyst or "
		                 "auditor, or several with commas between");
	if (t->expires != NULL && time_parse(str_of(t->expires), &q.expires_at) != ERR_OK)
		return cli_usage("token create: --expires is a time such as 2027-01-31T00:00:00Z");
	if (staff_token_create(t->staff, &q, &made, &t->why) != ERR_OK)
		return cli_error(&t->why);
	until = time_str(t->a, made.expires_at);
	if (t->json)
		printf("{\"id\":%lld,\"token\":\"%.*s\",\"expires_at\":\"%.*s\"}\n",
		        (long long)made.token_id, STR_ARG(made.token), STR_ARG(until));
	else
		printf("%.*s\n", STR_ARG(made.token));
	return CLI_OK;
}

static void
one_json(struct token *t, const struct keyd_token *k, struct buf *b)
{
	buf_fmt(b, "{\"id\":%lld,\"name\":", (long long)k->token_id);
	buf_json(b, k->name);
	buf_z(b, ",\"roles\":");
	buf_json(b, staff_roles_str(t->a, k->roles));
	buf_z(b, ",\"made_by\":");
	buf_json(b, k->made_by);
	buf_fmt(b, ",\"created_at\":\"%.*s\",\"expires_at\":\"%.*s\",\"revoked\":%s}",
	        STR_ARG(time_str(t->a, k->created_at)), STR_ARG(time_str(t->a, k->expires_at)),
	        k->revoked_at != 0 ? "true" : "false");
}

static void
one_text(struct token *t, const struct keyd_token *k, struct buf *b)
{
	buf_fmt(b, "%-4lld %-28.*s %-24.*s %s %.*s\n", (long long)k->token_id, STR_ARG(k->name),
	        STR_ARG(staff_roles_str(t->a, k->roles)),
	        k->revoked_at != 0 ? "revoked" : "until  ",
	        STR_ARG(time_str(t->a, k->revoked_at != 0 ? k->revoked_at : k->expires_at)));
}

static int
list(struct token *t)
{
	struct keyd_tokens tokens;
	struct buf b;

	if (staff_tokens(t->staff, &tokens, &t->why) != ERR_OK)
		return cli_error(&t->why);
	buf_init(&b, ANSWER_MAX);
	if (t->json)
		buf_z(&b, "{\"items\":[");
	for (size_t i = 0; i < tokens.n; i++) {
		if (t->json && i > 0)
			buf_char(&b, ',');
		(t->json ? one_json : one_text)(t, &tokens.items[i], &b);
	}
	if (t->json)
		buf_z(&b, "],\"next\":null}\n");
	fwrite(b.p, 1, b.n, stdout);
	buf_clear(&b);
	return CLI_OK;
}

static int
revoke(struct token *t)
{
	uint64_t id;

	if (t->id == NULL || str_u64(str_of(t->id), INT64_MAX, &id) != ERR_OK)
		return cli_usage("token revoke: give the number that `vdpd token list` shows");
	if (staff_token_revoke(t->staff, (int64_t)id, &t->why) != ERR_OK)
		return cli_error(&t->why);
	return CLI_OK;
}

static const struct {
	const char *name;
	int (*run)(struct token *t);
	int takes; /* arguments behind the verb */
} verbs[] = {
        {"create", create, 0},
        {"list", list, 0},
        {"revoke", revoke, 1},
};

static int
run(struct token *t, int (*verb)(struct token *))
{
	const struct config *config;
	int status;

	if (place_enter(t->a, t->dir, &config, &t->why) != ERR_OK ||
	        staff_open(t->a, &t->staff, &t->why) != ERR_OK)
		return cli_error(&t->why);
	status = verb(t);
	staff_close(t->staff);
	return status;
}

int
admin_token(int argc, char **argv)
{
	struct token t = {0};
	const struct cli_option options[] = {
	        {.name = "directory", .letter = 'C', .value = &t.dir},
	        {.name = "role", .value = &t.role},
	        {.name = "name", .value = &t.name},
	        {.name = "expires", .value = &t.expires},
	        {.name = "json", .flag = &t.json},
	};
	int first, status = cli_options(argc, argv, options, 5, &first);

	if (status != CLI_OK)
		return status;
	if (t.dir == NULL)
		return cli_usage("token: -C names the instance's directory");
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0] && first < argc; i++) {
		if (strcmp(argv[first], verbs[i].name) != 0 || argc - first - 1 != verbs[i].takes)
			continue;
		t.id = argv[first + 1];
		t.a = arena_new(ARENA_BYTES);
		status = run(&t, verbs[i].run);
		arena_free(t.a);
		return status;
	}
	return cli_usage("token: create, list, or revoke with a token's number");
}
