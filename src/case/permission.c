/* The roles table. */
#include "case/permission.h"

static const struct {
	const char *name;
	unsigned roles;
} table[PERMISSION_COUNT] = {
        [PERMISSION_NONE] = {"none", 0},
        [PERMISSION_READ_CASES] = {"read_cases", STAFF_COORDINATOR | STAFF_ANALYST},
        [PERMISSION_HANDLE_CASES] = {"handle_cases", STAFF_COORDINATOR | STAFF_ANALYST},
        [PERMISSION_DECIDE_CASES] = {"decide_cases", STAFF_COORDINATOR},
        [PERMISSION_SEE_FIGURES] = {"see_figures", STAFF_ROLES_ALL},
        [PERMISSION_MANAGE] = {"manage", STAFF_ADMINISTRATOR},
};

static const struct {
	unsigned role;
	const char *name, *label;
} roles_table[] = {
        {STAFF_ADMINISTRATOR, "administrator", "Administrator"},
        {STAFF_COORDINATOR, "coordinator", "Coordinator"},
        {STAFF_ANALYST, "analyst", "Analyst"},
        {STAFF_AUDITOR, "auditor", "Auditor"},
};
enum { ROLES_N = sizeof roles_table / sizeof roles_table[0] };

bool
permission_allows(unsigned roles, enum permission p)
{
	return p < PERMISSION_COUNT && (table[p].roles & roles) != 0;
}

const char *
permission_name(enum permission p)
{
	return p < PERMISSION_COUNT ? table[p].name : "";
}

const char *
staff_role_name(unsigned role)
{
	for (int i = 0; i < ROLES_N; i++)
		if (roles_table[i].role == role)
			return roles_table[i].name;
	return "";
}

const char *
staff_role_label(unsigned role)
{
	for (int i = 0; i < ROLES_N; i++)
		if (roles_table[i].role == role)
			return roles_table[i].label;
	return "";
}

enum err
staff_roles_parse(struct str s, unsigned *out)
{
	struct str word;
	unsigned roles = 0;

	while (str_cut(&s, ',', &word)) {
		unsigned role = 0;

		for (int i = 0; i < ROLES_N; i++)
			if (str_eq_nocase(str_trim(word), str_of(roles_table[i].name)))
				role = roles_table[i].role;
		if (role == 0)
			return ERR_INVALID;
		roles |= role;
	}
	if (roles == 0)
		return ERR_INVALID;
	*out = roles;
	return ERR_OK;
}

struct str
staff_roles_str(struct arena *a, unsigned roles)
{
	struct str out = STR("");

	for (int i = 0; i < ROLES_N; i++)
		if ((roles & roles_table[i].role) != 0)
			out = str_fmt(a, "%.*s%s%s", STR_ARG(out), out.n > 0 ? "," : "",
			        roles_table[i].name);
	return out;
}
