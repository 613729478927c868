/* Urlencoded forms. */
#include "web/form.h"

bool
media_type_is(struct str content_type, const char *want)
{
	struct str name = str_sub(content_type, 0, str_find(content_type, ';', 0));

	return str_eq_nocase(str_trim(name), str_of(want));
}

struct str
form_line_ends(struct arena *a, struct str s)
{
	char *to;
	size_t n = 0;

	if (str_find(s, '\r', 0) == SIZE_MAX)
		return s;
	to = arena_alloc(a, s.n);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\r') {
			to[n++] = '\n';
			if (i + 1 < s.n && s.p[i + 1] == '\n')
				i++;
		} else {
			to[n++] = s.p[i];
		}
	}
	return (struct str){to, n};
}

enum err
form_parse(struct arena *a, struct str body, const struct field **fields, size_t *n, struct diag *d)
{
	struct field *list = ARENA_ARRAY(a, FORM_FIELDS_MAX, struct field);
	struct str rest = body, part;
	size_t count = 0;

	while (str_cut(&rest, '&', &part)) {
		size_t eq = str_find(part, '=', 0);
		size_t name_at = (size_t)(part.p - body.p), value_at, bad = 0;
		struct str name = str_sub(part, 0, eq), value = STR("");

		if (part.n == 0)
			continue;
		if (eq != SIZE_MAX)
			value = str_sub(part, eq + 1, SIZE_MAX);
		value_at = name_at + (eq == SIZE_MAX ? 0 : eq + 1);
		if (count == FORM_FIELDS_MAX)
			return diag_set(d, ERR_TOO_LARGE, NULL, "more than %d fields in the form",
			        FORM_FIELDS_MAX);
		if (percent_decode(a, name, true, &name, &bad) != ERR_OK)
			return diag_set(d, ERR_SYNTAX, NULL,
			        "a field's name is not UTF-8 text, at byte %zu", name_at + bad);
		if (name.n > FORM_NAME_MAX)
			return diag_set(d, ERR_TOO_LARGE, NULL,
			        "a field's name is too long, at byte %zu", name_at);
		if (percent_decode(a, value, true, &value, &bad) != ERR_OK)
			return diag_set(d, ERR_SYNTAX, NULL,
			        "field %.*s is not UTF-8 text, at byte %zu", STR_ARG(name),
			        value_at + bad);
		list[count++] = (struct field){name, form_line_ends(a, value)};
	}
	*fields = list;
	*n = count;
	return ERR_OK;
}
