/* vdpd member: the people of the team. */
#include "cli/admin/admin.h"

#include "base/buf.h"
#include "base/time.h"
#include "case/permission.h"
#include "cli/admin/place.h"
#include "cli/admin/staff.h"

enum { ARENA_BYTES = CONFIG_ARENA_BYTES + (1 << 20), ANSWER_MAX = 256 * 1024 };

struct member {
	struct arena *a;
	const char *dir, *role, *name, *email;
	const char *who; /* a name, an address or a number */
	bool json;
	const struct config *config;
	struct staff *staff;
	struct diag why;
};

static int
roles_usage(const char *verb)
{
	return cli_usage("member %s: --role is administrator, coordinator, analyst or auditor, or "
	                 "several with commas between",
	        verb);
}

static int
print_link(struct member *m, const struct keyd_invited *made)
{
	struct str link = str_fmt(m->a, "%.*s/enrol/%.*s", STR_ARG(m->config->desk_url.text),
	        STR_ARG(made->enrolment));
	struct str until = time_str(m->a, made->expires_at);

	if (m->json)
		printf("{\"enrolment\":\"%.*s\",\"expires_at\":\"%.*s\"}\n", STR_ARG(link),
		        STR_ARG(until));
	else
		printf("%.*s\n", STR_ARG(link));
	return CLI_OK;
}

static int
invite(struct member *m)
{
	struct keyd_invite q = {.name = str_of(m->name), .email = str_of(m->email)};
	struct keyd_invited made;

	if (m->role == NULL || staff_roles_parse(str_of(m->role), &q.roles) != ERR_OK)
		return roles_usage("invite");
	if (staff_invite(m->staff, &q, &made, &m->why) != ERR_OK)
		return cli_error(&m->why);
	return print_link(m, &made);
}

/* ---- Those who are there ---- */

static bool
is_who(const struct keyd_person *p, const char *who)
{
	uint64_t id;

	return str_eq_nocase(p->name, str_of(who)) || str_eq_nocase(p->email, str_of(who)) ||
	       (str_u64(str_of(who), INT64_MAX, &id) == ERR_OK && (int64_t)id == p->person_id);
}

static enum err
find(struct member *m, struct keyd_person *out)
{
	struct keyd_people people;
	enum err e = staff_people(m->staff, &people, &m->why);

	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < people.n; i++) {
		if (is_who(&people.items[i], m->who)) {
			*out = people.items[i];
			return ERR_OK;
		}
	}
	return diag_set(&m->why, ERR_NOT_FOUND, "`vdpd member list` shows who is there",
	        "there is no member \"%s\"", m->who);
}

static void
one_json(struct member *m, const struct keyd_person *p, struct buf *b)
{
	buf_fmt(b, "{\"id\":%lld,\"name\":", (long long)p->person_id);
	buf_json(b, p->name);
	buf_z(b, ",\"email\":");
	buf_json(b, p->email);
	buf_z(b, ",\"roles\":");
	buf_json(b, staff_roles_str(m->a, p->roles));
	buf_fmt(b, ",\"disabled\":%s,\"created_at\":\"%.*s\"}", p->disabled != 0 ? "true" : "false",
	        STR_ARG(time_str(m->a, p->created_at)));
}

static void
one_text(struct member *m, const struct keyd_person *p, struct buf *b)
{
	buf_fmt(b, "%-4lld %-24.*s %-32.*s %.*s%s\n", (long long)p->person_id, STR_ARG(p->name),
	        STR_ARG(p->email), STR_ARG(staff_roles_str(m->a, p->roles)),
	        p->disabled != 0 ? " (disabled)" : "");
}

static int
list(struct member *m)
{
	struct keyd_people people;
	struct buf b;

	if (staff_people(m->staff, &people, &m->why) != ERR_OK)
		return cli_error(&m->why);
	buf_init(&b, ANSWER_MAX);
	if (m->json)
		buf_z(&b, "{\"items\":[");
	for (size_t i = 0; i < people.n; i++) {
		if (m->json && i > 0)
			buf_char(&b, ',');
		(m->json ? one_json : one_text)(m, &people.items[i], &b);
	}
	if (m->json)
		buf_z(&b, "],\"next\":null}\n");
	fwrite(b.p, 1, b.n, stdout);
	buf_clear(&b);
	return CLI_OK;
}

static int
change(struct member *m, const struct keyd_person *p, unsigned roles, bool disabled)
{
	struct keyd_member_change q = {
	        .person_id = p->person_id, .roles = roles, .disabled = disabled};

	return staff_change(m->staff, &q, &m->why) == ERR_OK ? CLI_OK : cli_error(&m->why);
}

static int
disable(struct member *m)
{
	struct keyd_person p;

	return find(m, &p) == ERR_OK ? change(m, &p, p.roles, true) : cli_error(&m->why);
}

static int
enable(struct member *m)
{
	struct keyd_person p;

	return find(m, &p) == ERR_OK ? change(m, &p, p.roles, false) : cli_error(&m->why);
}

static int
set_role(struct member *m)
{
	struct keyd_person p;
	unsigned roles;

	if (m->role == NULL || staff_roles_parse(str_of(m->role), &roles) != ERR_OK)
		return roles_usage("role");
	return find(m, &p) == ERR_OK ? change(m, &p, roles, p.disabled != 0) : cli_error(&m->why);
}

/* Somebody lost password or codes: a link that gives new ones. */
static int
reset(struct member *m)
{
	struct keyd_invite q = {0};
	struct keyd_invited made;
	struct keyd_person p;

	if (find(m, &p) != ERR_OK)
		return cli_error(&m->why);
	q.person_id = p.person_id;
	q.roles = p.roles;
	if (staff_invite(m->staff, &q, &made, &m->why) != ERR_OK)
		return cli_error(&m->why);
	return print_link(m, &made);
}

static int
sign_out(struct member *m)
{
	struct keyd_person p;

	if (find(m, &p) != ERR_OK || staff_sign_out(m->staff, p.person_id, &m->why) != ERR_OK)
		return cli_error(&m->why);
	return CLI_OK;
}

static const struct {
	const char *name;
	int (*run)(struct member *m);
	int takes; /* arguments behind the verb */
} verbs[] = {
        {"invite", invite, 0},
        {"list", list, 0},
        {"role", set_role, 1},
        {"disable", disable, 1},
        {"enable", enable, 1},
        {"reset", reset, 1},
        {"sign-out", sign_out, 1},
};

static int
run(struct member *m, int (*verb)(struct member *))
{
	int status;

	if (place_enter(m->a, m->dir, &m->config, &m->why) != ERR_OK ||
	        staff_open(m->a, &m->staff, &m->why) != ERR_OK)
		return cli_error(&m->why);
	status = verb(m);
	staff_close(m->staff);
	return status;
}

int
admin_member(int argc, char **argv)
{
	struct member m = {0};
	const struct cli_option options[] = {
	        {.name = "directory", .letter = 'C', .value = &m.dir},
	        {.name = "role", .value = &m.role},
	        {.name = "name", .value = &m.name},
	        {.name = "email", .value = &m.email},
	        {.name = "json", .flag = &m.json},
	};
	int first, status = cli_options(argc, argv, options, 5, &first);

	if (status != CLI_OK)
		return status;
	if (m.dir == NULL)
		return cli_usage("member: -C names the instance's directory");
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0] && first < argc; i++) {
		if (strcmp(argv[first], verbs[i].name) != 0 || argc - first - 1 != verbs[i].takes)
			continue;
		m.who = argv[first + 1];
		m.a = arena_new(ARENA_BYTES);
		status = run(&m, verbs[i].run);
		arena_free(m.a);
		return status;
	}
	return cli_usage("member: invite, list, or role, disable, enable, reset or sign-out with a "
	                 "member's name, address or number");
}
