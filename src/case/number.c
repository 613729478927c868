/* Case numbers as text. */
#include "case/number.h"

struct str
case_number_str(struct arena *a, struct str prefix, int64_t year, int64_t seq)
{
	return str_fmt(a, "%.*s-%04lld-%04lld", STR_ARG(prefix), (long long)year, (long long)seq);
}

enum err
case_number_parse(struct str prefix, struct str s, struct case_number *out)
{
	struct str given, year, count;
	uint64_t y, n;

	if (s.n <= prefix.n || s.p[prefix.n] != '-')
		return ERR_INVALID;
	given = str_sub(s, 0, prefix.n);
	s = str_sub(s, prefix.n + 1, SIZE_MAX);
	if (!str_eq_nocase(given, prefix) || !str_cut(&s, '-', &year))
		return ERR_INVALID;
	count = s;
	if (year.n != 4 || str_u64(year, 9999, &y) != ERR_OK || count.n < 4 ||
	        str_u64(count, INT32_MAX, &n) != ERR_OK || n == 0)
		return ERR_INVALID;
	if (count.n > 4 && count.p[0] == '0')
		return ERR_INVALID;
	*out = (struct case_number){(int64_t)y, (int64_t)n};
	return ERR_OK;
}
