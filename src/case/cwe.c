/* Weaknesses, from data/cwe.inc. */
#include "case/cwe.h"

#include <stdlib.h>

struct weakness {
	int id;
	const char *name;
};

static const struct weakness weaknesses[] = {
#include "../../data/cwe.inc"
};

static int
by_id(const void *key, const void *entry)
{
	int64_t id = *(const int64_t *)key, other = ((const struct weakness *)entry)->id;

	return (id > other) - (id < other);
}

const char *
cwe_name(int64_t id)
{
	const struct weakness *w = bsearch(&id, weaknesses,
	        sizeof weaknesses / sizeof weaknesses[0], sizeof weaknesses[0], by_id);

	return w != NULL ? w->name : NULL;
}

enum err
cwe_parse(struct str s, int64_t *out)
{
	uint64_t id;

	if (s.n > 4 && str_eq_nocase(str_sub(s, 0, 4), STR("CWE-")))
		s = str_sub(s, 4, SIZE_MAX);
	if (str_u64(s, 99999, &id) != ERR_OK || cwe_name((int64_t)id) == NULL)
		return ERR_INVALID;
	*out = (int64_t)id;
	return ERR_OK;
}
