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

static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* WORD begins a word of NAME. */
static bool
has_word(struct str name, struct str word)
{
	for (size_t i = 0; i + word.n <= name.n; i++)
		if ((i == 0 || !is_word(name.p[i - 1])) &&
		        str_eq_nocase(str_sub(name, i, word.n), word))
			return true;
	return false;
}

/* Smaller is better; 0: it does not fit. */
static size_t
rank(struct str name, struct str s)
{
	struct str rest = s, word;
	size_t words = 0;

	while (str_cut(&rest, ' ', &word)) {
		if (word.n == 0)
			continue;
		words++;
		if (!has_word(name, word))
			return 0;
	}
	if (words == 0)
		return 0;
	return name.n + (name.n >= s.n && str_eq_nocase(str_sub(name, 0, s.n), s) ? 0 : 1000);
}

size_t
cwe_search(struct str s, struct cwe *out, size_t max)
{
	size_t ranks[CWE_FOUND_MAX], n = 0;
	int64_t id;

	s = str_trim(s);
	if (max > CWE_FOUND_MAX)
		max = CWE_FOUND_MAX;
	if (max > 0 && cwe_parse(s, &id) == ERR_OK) {
		out[0] = (struct cwe){id, cwe_name(id)};
		return 1;
	}
	for (size_t i = 0; i < sizeof weaknesses / sizeof weaknesses[0]; i++) {
		size_t r = rank(str_of(weaknesses[i].name), s), k = n;

		if (r == 0 || (n == max && (max == 0 || ranks[n - 1] <= r)))
			continue;
		k = n < max ? n++ : n - 1;
		for (; k > 0 && ranks[k - 1] > r; k--) {
			ranks[k] = ranks[k - 1];
			out[k] = out[k - 1];
		}
		ranks[k] = r;
		out[k] = (struct cwe){weaknesses[i].id, weaknesses[i].name};
	}
	return n;
}
