/* Reading JSON with jansson against tables. */
#include "web/json.h"

#include "base/id.h"
#include "base/time.h"
#include "web/json_fold.h"

#include <jansson.h>
#include <stdio.h>

struct reading {
	struct arena *a;
	struct json_folded folded;
	struct diag *d;
	char pointer[sizeof((struct diag *)0)->pointer];
};

void
json_start(void)
{
	size_t seed;

	random_bytes(&seed, sizeof seed);
	json_object_seed(seed | 1);
}

/* Without the excerpt of the input that jansson's own text has. */
static const char *
syntax_text(const json_error_t *error)
{
	switch (json_error_code(error)) {
	case json_error_duplicate_key:
		return "a key stands there twice";
	case json_error_null_character:
	case json_error_null_byte_in_key:
		return "a NUL character";
	case json_error_invalid_utf8:
		return "not UTF-8";
	case json_error_premature_end_of_input:
		return "it ends too early";
	case json_error_end_of_input_expected:
		return "something follows its end";
	case json_error_numeric_overflow:
		return "a number is too large";
	default:
		return "unexpected character or word";
	}
}

static enum err PRINTF_LIKE(2, 3) invalid(struct reading *r, const char *fmt, ...)
{
	va_list ap;

	if (r->d == NULL)
		return ERR_INVALID;
	*r->d = (struct diag){0};
	memcpy(r->d->pointer, r->pointer, sizeof r->pointer);
	va_start(ap, fmt);
	vsnprintf(r->d->what, sizeof r->d->what, fmt, ap);
	va_end(ap);
	return ERR_INVALID;
}

/* Adds "/KEY" with RFC 6901's escapes; returns the old length for pointer_cut. A key of the
 * sender's that does not fit is cut at a whole character. */
static size_t
pointer_add(struct reading *r, struct str key)
{
	size_t old = strlen(r->pointer), n = old;

	if (n < sizeof r->pointer - 1)
		r->pointer[n++] = '/';
	for (size_t i = 0; i < key.n; i++) {
		const char *escape = key.p[i] == '~' ? "~0" : key.p[i] == '/' ? "~1" : NULL;
		size_t width = escape != NULL ? 2 : 1, k = i + 1;

		while (escape == NULL && k < key.n && ((unsigned char)key.p[k] & 0xc0) == 0x80)
			k++;
		width = escape != NULL ? 2 : k - i;
		if (n + width >= sizeof r->pointer)
			break;
		memcpy(r->pointer + n, escape != NULL ? escape : key.p + i, width);
		n += width;
		i = k - 1;
	}
	r->pointer[n] = '\0';
	return old;
}

static void
pointer_cut(struct reading *r, size_t old)
{
	r->pointer[old] = '\0';
}

static const char *
type_text(enum json_type t)
{
	static const char *const texts[] = {
	        [JSON_TYPE_STRING] = "a string",
	        [JSON_TYPE_CHOICE] = "a string",
	        [JSON_TYPE_BOOL] = "true or false",
	        [JSON_TYPE_INT] = "a whole number",
	        [JSON_TYPE_TIME] = "an RFC 3339 time",
	        [JSON_TYPE_STRINGS] = "a list of strings",
	        [JSON_TYPE_OBJECT] = "an object",
	};

	return texts[t];
}

static struct str
string_of(const struct reading *r, const json_t *v)
{
	return json_unfold(
	        r->a, &r->folded, (struct str){json_string_value(v), json_string_length(v)});
}

static enum err
read_string(struct reading *r, const struct json_field *f, const json_t *v, struct str *out)
{
	struct str s;

	if (!json_is_string(v))
		return invalid(r, "must be a string");
	s = string_of(r, v);
	if (f->max > 0 && str_utf8_len(s) > f->max)
		return invalid(r, "is longer than %zu characters", f->max);
	*out = s;
	return ERR_OK;
}

static enum err
read_choice(struct reading *r, const struct json_field *f, const json_t *v, struct str *out)
{
	char list[160] = "";
	struct str s;
	size_t n = 0;

	if (!json_is_string(v))
		return invalid(r, "must be a string");
	s = string_of(r, v);
	for (size_t i = 0; f->choices[i] != NULL; i++) {
		struct str choice = str_of(f->choices[i]);
		int k;

		if (str_eq_nocase(choice, s)) {
			*out = choice;
			return ERR_OK;
		}
		k = snprintf(list + n, sizeof list - n, "%s%s", i > 0 ? ", " : "", f->choices[i]);
		n += k > 0 && (size_t)k < sizeof list - n ? (size_t)k : 0;
	}
	return invalid(r, "must be one of: %s", list);
}

static enum err
read_strings(
        struct reading *r, const struct json_field *f, const json_t *v, struct json_strings *out)
{
	size_t n = json_array_size(v);
	struct str *list;

	if (!json_is_array(v))
		return invalid(r, "must be a list of strings");
	if (n > f->items_max)
		return invalid(r, "has more than %zu items", f->items_max);
	list = ARENA_ARRAY(r->a, n + 1, struct str);
	for (size_t i = 0; i < n; i++) {
		char index[24];
		size_t old;
		enum err e;

		snprintf(index, sizeof index, "%zu", i);
		old = pointer_add(r, str_of(index));
		e = read_string(r, f, json_array_get(v, i), &list[i]);
		if (e != ERR_OK)
			return e;
		pointer_cut(r, old);
	}
	*out = (struct json_strings){list, n};
	return ERR_OK;
}

static enum err read_object(
        struct reading *r, const struct json_table *table, const json_t *o, void *out);

static enum err
read_value(struct reading *r, const struct json_field *f, const json_t *v, void *at)
{
	switch (f->type) {
	case JSON_TYPE_STRING:
		return read_string(r, f, v, at);
	case JSON_TYPE_CHOICE:
		return read_choice(r, f, v, at);
	case JSON_TYPE_STRINGS:
		return read_strings(r, f, v, at);
	case JSON_TYPE_OBJECT:
		return read_object(r, f->object, v, at);
	case JSON_TYPE_BOOL:
		if (!json_is_boolean(v))
			break;
		*(bool *)at = json_is_true(v);
		return ERR_OK;
	case JSON_TYPE_INT:
		if (!json_is_integer(v))
			break;
		if (json_integer_value(v) < 0 || (uint64_t)json_integer_value(v) > f->max)
			return invalid(r, "must be between 0 and %zu", f->max);
		*(int64_t *)at = json_integer_value(v);
		return ERR_OK;
	case JSON_TYPE_TIME:
		if (!json_is_string(v) || time_parse(string_of(r, v), at) != ERR_OK)
			break;
		return ERR_OK;
	}
	return invalid(r, "must be %s", type_text(f->type));
}

static enum err
read_field(struct reading *r, const struct json_field *f, const json_t *v, char *out)
{
	size_t old = pointer_add(r, str_of(f->key));
	enum err e;

	if (v == NULL || json_is_null(v) ||
	        (f->required && json_is_string(v) && json_string_length(v) == 0)) {
		if (f->required)
			return invalid(r, "is required");
	} else {
		e = read_value(r, f, v, out + f->offset);
		if (e != ERR_OK)
			return e;
		if (f->present > 0)
			*(bool *)(out + f->present - 1) = true;
	}
	pointer_cut(r, old);
	return ERR_OK;
}

static bool
table_has(const struct json_table *table, struct str key)
{
	for (size_t i = 0; i < table->n; i++)
		if (str_eq(str_of(table->fields[i].key), key))
			return true;
	return false;
}

static enum err
read_object(struct reading *r, const struct json_table *table, const json_t *o, void *out)
{
	void *iter;

	if (!json_is_object(o))
		return invalid(r, "must be an object");
	for (iter = json_object_iter((json_t *)(uintptr_t)o); iter != NULL;
	        iter = json_object_iter_next((json_t *)(uintptr_t)o, iter)) {
		struct str key = {json_object_iter_key(iter), json_object_iter_key_len(iter)};

		if (!table_has(table, key)) {
			pointer_add(r, key);
			return invalid(r, "is not known here");
		}
	}
	for (size_t i = 0; i < table->n; i++) {
		enum err e = read_field(
		        r, &table->fields[i], json_object_get(o, table->fields[i].key), out);

		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

/* Broken at byte AT of the body. */
static enum err
broken(struct diag *d, struct str body, size_t at, const char *what)
{
	size_t line = 1, line_start = 0;

	for (size_t i = 0; i < at; i++)
		if (body.p[i] == '\n') {
			line++;
			line_start = i + 1;
		}
	return diag_set(d, ERR_SYNTAX, NULL, "broken JSON at line %zu, column %zu: %s", line,
	        str_utf8_len(str_sub(body, line_start, at - line_start)), what);
}

enum err
json_object_read(
        struct arena *a, struct str body, const struct json_table *table, void *out, struct diag *d)
{
	struct reading r = {.a = a, .d = d};
	json_error_t error;
	size_t bad = 0;
	json_t *o;
	enum err e;

	if (!str_utf8_valid(body, &bad))
		return diag_set(d, ERR_SYNTAX, NULL, "not UTF-8 without NUL, at byte %zu", bad);
	switch (json_fold(a, body, JSON_DEPTH_MAX, &r.folded, &bad)) {
	case JSON_FOLD_WELL:
		break;
	case JSON_FOLD_DEEP:
		return diag_set(d, ERR_SYNTAX, NULL,
		        "broken JSON: deeper than %d levels, at byte %zu", JSON_DEPTH_MAX, bad);
	case JSON_FOLD_NUL:
		return broken(d, body, bad, "a NUL character");
	}
	o = json_loadb(
	        r.folded.text.p, r.folded.text.n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
	if (o == NULL)
		return broken(d, body, json_unfold_at(&r.folded, (size_t)error.position),
		        syntax_text(&error));
	e = read_object(&r, table, o, out);
	json_decref(o);
	return e;
}
