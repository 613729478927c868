/* Durations, sizes, addresses: the small formats of the files. */
#include "policy/values.h"

#include "base/id.h"
#include "base/time.h"

struct unit {
	struct str name;
	int64_t factor;
};

/* "48 h": digits, at most one space, a unit. False if it is not that, or passes MAX. */
static bool
quantity(struct str s, const struct unit *units, size_t n, int64_t max, int64_t *out)
{
	size_t digits = 0;
	struct str unit;
	uint64_t number;

	while (digits < s.n && s.p[digits] >= '0' && s.p[digits] <= '9')
		digits++;
	if (digits == 0 || str_u64(str_sub(s, 0, digits), INT64_MAX, &number) != ERR_OK)
		return false;
	unit = str_sub(s, digits, s.n);
	if (unit.n > 0 && unit.p[0] == ' ')
		unit = str_sub(unit, 1, unit.n);
	for (size_t i = 0; i < n; i++) {
		int64_t v;

		if (!str_eq(unit, units[i].name))
			continue;
		if (__builtin_mul_overflow((int64_t)number, units[i].factor, &v) || v <= 0 ||
		        v > max)
			return false;
		*out = v;
		return true;
	}
	return false;
}

const char *
value_duration(struct arena *a, struct str s, void *out)
{
	static const struct unit units[] = {
	        {STR("s"), 1}, {STR("min"), MINUTE_S}, {STR("h"), HOUR_S}, {STR("d"), DAY_S}};

	(void)a;
	if (!quantity(s, units, sizeof units / sizeof units[0], (int64_t)3653 * DAY_S, out))
		return "is not a duration";
	return NULL;
}

const char *
value_retention(struct arena *a, struct str s, void *out)
{
	static const struct unit units[] = {{STR("d"), DAY_S}, {STR("month"), 365 * DAY_S / 12},
	        {STR("months"), 365 * DAY_S / 12}, {STR("year"), 365 * DAY_S},
	        {STR("years"), 365 * DAY_S}};

	(void)a;
	if (str_eq(s, STR("never")))
		*(int64_t *)out = 0;
	else if (!quantity(s, units, sizeof units / sizeof units[0], (int64_t)36500 * DAY_S, out))
		return "is not a time to keep cases";
	return NULL;
}

const char *
value_bytes(struct arena *a, struct str s, void *out)
{
	static const struct unit units[] = {{STR("B"), 1}, {STR("kB"), 1000}, {STR("MB"), 1000000},
	        {STR("KiB"), 1 << 10}, {STR("MiB"), 1 << 20}, {STR("GiB"), 1 << 30}};

	(void)a;
	if (!quantity(s, units, sizeof units / sizeof units[0], (int64_t)4 << 30, out))
		return "is not a size";
	return NULL;
}

static bool
is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

const char *
value_score(struct arena *a, struct str s, void *out)
{
	size_t dot = str_find(s, '.', 0);
	uint64_t whole, tenth = 0;

	(void)a;
	if (str_u64(str_sub(s, 0, dot), 10, &whole) != ERR_OK ||
	        (dot != SIZE_MAX &&
	                (s.n != dot + 2 || str_u64(str_sub(s, dot + 1, 1), 9, &tenth) != ERR_OK)) ||
	        whole * 10 + tenth == 0 || whole * 10 + tenth > 100)
		return "is not a score";
	*(int64_t *)out = (int64_t)(whole * 10 + tenth);
	return NULL;
}

const char *
value_colour(struct arena *a, struct str s, void *out)
{
	bool ok = s.n == 7 && s.p[0] == '#';

	s = str_lower(a, s);
	for (size_t i = 1; ok && i < s.n; i++)
		ok = (s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f');
	if (!ok)
		return "is not a colour";
	*(struct str *)out = s;
	return NULL;
}

const char *
value_key(struct arena *a, struct str s, void *out)
{
	unsigned char key[32];

	if (hex_parse(s, key, sizeof key) != ERR_OK)
		return "is not 64 hex digits";
	*(struct str *)out = str_lower(a, s);
	return NULL;
}

/* Labels of letters, digits and inner hyphens, at least two of them. */
static bool
is_domain(struct str s)
{
	struct str label;
	size_t labels = 0;

	if (s.n > 253 || str_ends(s, STR(".")))
		return false;
	while (str_cut(&s, '.', &label)) {
		if (label.n == 0 || label.n > 63 || label.p[0] == '-' ||
		        label.p[label.n - 1] == '-')
			return false;
		for (size_t i = 0; i < label.n; i++)
			if (!is_alnum(label.p[i]) && label.p[i] != '-')
				return false;
		labels++;
	}
	return labels >= 2;
}

const char *
value_email(struct arena *a, struct str s, void *out)
{
	size_t at = str_find(s, '@', 0);
	struct str local = str_sub(s, 0, at), rest = local, atom;

	(void)a;
	if (at == SIZE_MAX || at == 0 || at > 64 || !is_domain(str_sub(s, at + 1, s.n)) ||
	        str_ends(local, STR(".")))
		return "is not an address";
	while (str_cut(&rest, '.', &atom)) {
		if (atom.n == 0)
			return "is not an address";
		for (size_t i = 0; i < atom.n; i++)
			if (!is_alnum(atom.p[i]) &&
			        strchr("!#$%&'*+-/=?^_`{|}~", atom.p[i]) == NULL)
				return "is not an address";
	}
	*(struct str *)out = s;
	return NULL;
}

const char *
value_id(struct arena *a, struct str s, void *out)
{
	bool ok = s.n > 0 && s.n <= 40, mark = true;

	(void)a;
	for (size_t i = 0; ok && i < s.n; i++) {
		bool hyphen = s.p[i] == '-' || s.p[i] == '.' || s.p[i] == '_';

		ok = hyphen ? !mark
		            : (s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9');
		mark = hyphen;
	}
	if (!ok || mark)
		return "is not an id";
	*(struct str *)out = s;
	return NULL;
}

const char *
value_prefix(struct arena *a, struct str s, void *out)
{
	bool ok = s.n >= 2 && s.n <= 8 && s.p[0] >= 'A' && s.p[0] <= 'Z';

	(void)a;
	for (size_t i = 1; ok && i < s.n; i++)
		ok = (s.p[i] >= 'A' && s.p[i] <= 'Z') || (s.p[i] >= '0' && s.p[i] <= '9');
	if (!ok)
		return "cannot begin case numbers";
	*(struct str *)out = s;
	return NULL;
}

const char *
value_path(struct arena *a, struct str s, void *out)
{
	bool ok = s.n > 1 && s.n <= 200 && s.p[0] == '/';

	(void)a;
	for (size_t i = 0; ok && i < s.n; i++)
		ok = is_alnum(s.p[i]) || strchr("/-._~", s.p[i]) != NULL;
	if (!ok || str_contains(s, STR("//")) || str_contains(s, STR("/../")))
		return "is not a path";
	*(struct str *)out = s;
	return NULL;
}

const char *
value_https_url(struct arena *a, struct str s, void *out)
{
	static const struct str scheme = STR("https://");
	struct str rest = str_sub(s, scheme.n, s.n);
	size_t end = 0;

	(void)a;
	while (end < rest.n && strchr("/?#:", rest.p[end]) == NULL)
		end++;
	if (!str_starts(s, scheme) || s.n > 2000 || !is_domain(str_sub(rest, 0, end)))
		return "is not an https address";
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 127 || strchr("\"<>\\^`{|}", s.p[i]) != NULL)
			return "is not an https address";
	*(struct str *)out = s;
	return NULL;
}

const char *
value_language(struct arena *a, struct str s, void *out)
{
	struct str rest = s, part;
	size_t parts = 0;

	(void)a;
	while (str_cut(&rest, '-', &part)) {
		if (part.n < 2 || part.n > 8 || (parts++ == 0 && part.n > 3))
			return "is not a language tag";
		for (size_t i = 0; i < part.n; i++)
			if (!is_alnum(part.p[i]))
				return "is not a language tag";
	}
	if (parts == 0 || str_ends(s, STR("-")))
		return "is not a language tag";
	*(struct str *)out = s;
	return NULL;
}

struct str
duration_words(struct arena *a, int64_t seconds)
{
	static const struct {
		const char *name;
		int64_t s, from;
	} units[] = {{"day", DAY_S, 3 * DAY_S + 1}, {"hour", HOUR_S, HOUR_S},
	        {"minute", MINUTE_S, MINUTE_S}, {"second", 1, 0}};

	for (size_t i = 0;; i++) {
		int64_t n = seconds / units[i].s;

		if (seconds < units[i].from || seconds % units[i].s != 0)
			continue;
		return str_fmt(a, "%lld %s%s", (long long)n, units[i].name, n == 1 ? "" : "s");
	}
}
