/* The names of the severities. */
#include "policy/severity.h"

static const struct {
	const char *name, *label;
} severities[SEVERITY_COUNT] = {
        [SEVERITY_NONE] = {"", "Not assessed"},
        [SEVERITY_CRITICAL] = {"critical", "Critical"},
        [SEVERITY_HIGH] = {"high", "High"},
        [SEVERITY_MEDIUM] = {"medium", "Medium"},
        [SEVERITY_LOW] = {"low", "Low"},
};

enum err
severity_parse(struct str s, enum severity *out)
{
	for (int i = SEVERITY_NONE + 1; i < SEVERITY_COUNT; i++)
		if (str_eq_nocase(s, str_of(severities[i].name))) {
			*out = (enum severity)i;
			return ERR_OK;
		}
	return ERR_INVALID;
}

const char *
severity_name(enum severity s)
{
	return severities[s < SEVERITY_COUNT ? s : SEVERITY_NONE].name;
}

const char *
severity_label(enum severity s)
{
	return severities[s < SEVERITY_COUNT ? s : SEVERITY_NONE].label;
}
