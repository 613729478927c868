/* Reading and writing records by their tables. */
#include "publish/record.h"

#include "base/time.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- Reading ---- */

struct reader {
	struct arena *a;
	struct diag *d;
	bool lenient;
	char pointer[sizeof((struct diag *)NULL)->pointer]; /* of the value being read */
};

static enum err read_object(
        struct reader *r, const json_t *object, const struct record_table *table, void *out);

/* Fails with the pointer to what is being read. */
#define FAIL(r, ...) fail((r), diag_set((r)->d, ERR_INVALID, NULL, __VA_ARGS__))

static enum err
fail(struct reader *r, enum err e)
{
	if (r->d != NULL)
		snprintf(r->d->pointer, sizeof r->d->pointer, "%s", r->pointer);
	return e;
}

/* Goes down to a member; gives the length to come back to. */
static size_t
enter(struct reader *r, const char *key, size_t index)
{
	size_t n = strlen(r->pointer);

	if (key != NULL)
		snprintf(r->pointer + n, sizeof r->pointer - n, "/%s", key);
	else
		snprintf(r->pointer + n, sizeof r->pointer - n, "/%zu", index);
	return n;
}

static bool
is_line(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
			return false;
	}
	return true;
}

static enum err
read_text(struct reader *r, const json_t *v, const struct record_field *f, struct str *out)
{
	struct str s;
	enum err e = ERR_OK;

	if (!json_is_string(v))
		return FAIL(r, "is not a text");
	s = str_bytes(json_string_value(v), json_string_length(v));
	if (!str_utf8_valid(s, NULL))
		return FAIL(r, "holds a NUL");
	if (str_utf8_len(s) > f->max)
		return FAIL(r, "is longer than %zu characters", f->max);
	if (f->line && !is_line(s))
		return FAIL(r, "holds a line break or another control character");
	if (f->check != NULL && s.n > 0)
		e = f->check(s, r->d);
	if (e != ERR_OK)
		return fail(r, e);
	*out = str_dup(r->a, s);
	return ERR_OK;
}

static enum err
read_choice(struct reader *r, const json_t *v, const struct record_field *f, int *out)
{
	for (int i = 0; json_is_string(v) && f->choices[i] != NULL; i++) {
		if (strcmp(f->choices[i], json_string_value(v)) == 0) {
			*out = i;
			return ERR_OK;
		}
	}
	return FAIL(r, "is none of the words that may stand there");
}

static enum err
read_items(struct reader *r, const json_t *v, const struct record_field *f, void *base)
{
	size_t n = json_array_size(v);
	size_t size = f->type == RECORD_TEXTS ? sizeof(struct str) : f->items->size;
	char *items;
	enum err e = ERR_OK;

	if (!json_is_array(v))
		return FAIL(r, "is not a list");
	if (n > f->items_max)
		return FAIL(r, "has more than %zu entries", f->items_max);
	items = arena_array(r->a, n > 0 ? n : 1, size);
	for (size_t i = 0; i < n && e == ERR_OK; i++) {
		const json_t *item = json_array_get(v, i);
		size_t back = enter(r, NULL, i);

		if (f->type == RECORD_TEXTS)
			e = read_text(r, item, f, (struct str *)(void *)(items + i * size));
		else
			e = read_object(r, item, f->items, items + i * size);
		r->pointer[back] = '\0';
	}
	if (e == ERR_OK) {
		memcpy((char *)base + f->offset, &items, sizeof items);
		memcpy((char *)base + f->offset_n, &n, sizeof n);
	}
	return e;
}

static enum err
read_field(struct reader *r, const json_t *v, const struct record_field *f, void *base)
{
	void *at = (char *)base + f->offset;
	struct str s;
	int64_t number;

	switch (f->type) {
	case RECORD_TEXT:
		return read_text(r, v, f, at);
	case RECORD_CHOICE:
		return read_choice(r, v, f, at);
	case RECORD_TIME:
		s = str_bytes(json_string_value(v), json_is_string(v) ? json_string_length(v) : 0);
		if (time_parse(s, &number) != ERR_OK)
			return FAIL(r, "is not a time (RFC 3339)");
		*(int64_t *)at = number;
		return ERR_OK;
	case RECORD_NUMBER:
		number = json_is_integer(v) ? json_integer_value(v) : -1;
		if (number < 0 || (uint64_t)number > f->max)
			return FAIL(r, "is not a whole number up to %zu", f->max);
		*(int64_t *)at = number;
		return ERR_OK;
	case RECORD_TEXTS:
	case RECORD_LIST:
		return read_items(r, v, f, base);
	}
	abort();
}

static bool
is_empty(const json_t *v)
{
	return v == NULL || json_is_null(v) || (json_is_string(v) && json_string_length(v) == 0) ||
	       (json_is_array(v) && json_array_size(v) == 0);
}

static enum err
unknown_key(struct reader *r, const json_t *object, const struct record_table *table)
{
	void *it = json_object_iter((json_t *)object);

	for (; it != NULL; it = json_object_iter_next((json_t *)object, it)) {
		const char *key = json_object_iter_key(it);
		size_t i = 0;

		while (i < table->n && strcmp(table->fields[i].key, key) != 0)
			i++;
		if (i == table->n) {
			enter(r, key, 0);
			return FAIL(r, "is not a key that is known here");
		}
	}
	return ERR_OK;
}

static enum err
read_object(struct reader *r, const json_t *object, const struct record_table *table, void *out)
{
	enum err e;

	if (!json_is_object(object))
		return FAIL(r, "is not an object");
	e = r->lenient ? ERR_OK : unknown_key(r, object, table);
	for (size_t i = 0; i < table->n && e == ERR_OK; i++) {
		const struct record_field *f = &table->fields[i];
		const json_t *v = json_object_get(object, f->key);
		size_t back = enter(r, f->key, 0);

		if (!is_empty(v))
			e = read_field(r, v, f, out);
		else if (f->required && !r->lenient)
			e = FAIL(r, "is missing");
		if (r->lenient)
			e = ERR_OK;
		r->pointer[back] = '\0';
	}
	return e;
}

enum err
record_read(struct arena *a, struct str text, const struct record_table *table, void *out,
        struct diag *d)
{
	struct reader r = {.a = a, .d = d};
	json_error_t at;
	json_t *root;
	enum err e;

	if (text.n > RECORD_FILE_MAX)
		return diag_set(d, ERR_TOO_LARGE, NULL, "larger than %d bytes", RECORD_FILE_MAX);
	root = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, &at);
	if (root == NULL) {
		e = diag_set(d, ERR_SYNTAX, NULL, "no JSON: %s", at.text);
		if (d != NULL && at.line > 0)
			d->line = (unsigned)at.line;
		return e;
	}
	memset(out, 0, table->size);
	e = read_object(&r, root, table, out);
	json_decref(root);
	return e;
}

enum err
record_read_some(struct arena *a, struct str text, const struct record_table *table, void *out)
{
	struct reader r = {.a = a, .lenient = true};
	json_t *root = text.n > RECORD_FILE_MAX ? NULL : json_loadb(text.p, text.n, 0, NULL);
	enum err e = root == NULL ? ERR_SYNTAX : read_object(&r, root, table, out);

	json_decref(root);
	return e;
}

/* ---- Writing ---- */

static void
write_items(struct json_writer *w, const struct record_field *f, const void *base)
{
	const char *items;
	size_t n;

	memcpy(&items, (const char *)base + f->offset, sizeof items);
	memcpy(&n, (const char *)base + f->offset_n, sizeof n);
	if (n == 0)
		return;
	jw_array(w, f->key);
	for (size_t i = 0; i < n; i++) {
		if (f->type == RECORD_TEXTS) {
			jw_str(w, NULL, ((const struct str *)(const void *)items)[i]);
			continue;
		}
		jw_object(w, NULL);
		record_write(w, f->items, items + i * f->items->size);
		jw_end(w);
	}
	jw_end(w);
}

void
record_write(struct json_writer *w, const struct record_table *table, const void *in)
{
	for (size_t i = 0; i < table->n; i++) {
		const struct record_field *f = &table->fields[i];
		const void *at = (const char *)in + f->offset;

		switch (f->type) {
		case RECORD_TEXT:
			if (((const struct str *)at)->n > 0)
				jw_str(w, f->key, *(const struct str *)at);
			break;
		case RECORD_TIME:
			if (*(const int64_t *)at != 0)
				jw_time(w, f->key, *(const int64_t *)at);
			break;
		case RECORD_NUMBER:
			if (*(const int64_t *)at != 0)
				jw_int(w, f->key, *(const int64_t *)at);
			break;
		case RECORD_CHOICE:
			if (*(const int *)at != 0)
				jw_z(w, f->key, f->choices[*(const int *)at]);
			break;
		case RECORD_TEXTS:
		case RECORD_LIST:
			write_items(w, f, in);
			break;
		}
	}
}
