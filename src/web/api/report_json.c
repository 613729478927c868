/* A report as JSON. */
#include "web/api/report_json.h"

static enum json_type
json_type_of(enum report_type t)
{
	switch (t) {
	case REPORT_LINE:
	case REPORT_TEXT:
		return JSON_TYPE_STRING;
	case REPORT_LINES:
		return JSON_TYPE_STRINGS;
	case REPORT_CHOICE:
		return JSON_TYPE_CHOICE;
	case REPORT_BOOL:
		return JSON_TYPE_BOOL;
	case REPORT_TIME:
		return JSON_TYPE_TIME;
	}
	abort();
}

static struct json_field
field_of(const struct report_field *f, size_t base)
{
	return (struct json_field){
	        .key = f->key,
	        .type = json_type_of(f->type),
	        .offset = base + f->offset,
	        .max = f->chars_max,
	        .items_max = f->items_max,
	        .choices = f->choices,
	        .required = str_eq(str_of(f->key), STR("description")),
	};
}

static bool
same_object(const char *x, const char *y)
{
	return x == y || (x != NULL && y != NULL && str_eq(str_of(x), str_of(y)));
}

/* The fields inside OBJECT as a table; the object's own offset is 0, its members carry theirs. */
static const struct json_table *
object_table(struct arena *a, const char *object, size_t base)
{
	struct json_table *t = ARENA_NEW(a, struct json_table);
	struct json_field *fields = ARENA_ARRAY(a, report_fields_n, struct json_field);

	for (size_t i = 0; i < report_fields_n; i++)
		if (same_object(report_fields[i].object, object))
			fields[t->n++] = field_of(&report_fields[i], base);
	t->fields = fields;
	return t;
}

struct json_table
report_json_table(struct arena *a, size_t base, const struct json_field *more, size_t more_n)
{
	struct json_field *fields = ARENA_ARRAY(a, report_fields_n + more_n, struct json_field);
	size_t n = 0;

	for (size_t i = 0; i < report_fields_n; i++) {
		const struct report_field *f = &report_fields[i];

		if (f->object == NULL)
			fields[n++] = field_of(f, base);
		else if (i == 0 || !same_object(report_fields[i - 1].object, f->object))
			fields[n++] = (struct json_field){
			        .key = f->object,
			        .type = JSON_TYPE_OBJECT,
			        .object = object_table(a, f->object, base),
			};
	}
	for (size_t i = 0; i < more_n; i++)
		fields[n++] = more[i];
	return (struct json_table){fields, n};
}

enum err
report_json_read(struct arena *a, struct str body, struct report *out, struct diag *d)
{
	struct json_table table = report_json_table(a, 0, NULL, 0);
	struct report r = {0};
	enum err e = json_object_read(a, body, &table, &r, d);

	if (e == ERR_OK)
		e = report_check(&r, d);
	if (e == ERR_OK)
		*out = r;
	return e;
}

static void
field_write(struct json_writer *w, const struct report_field *f, const struct report *r)
{
	const char *at = (const char *)r + f->offset;

	switch (f->type) {
	case REPORT_LINE:
	case REPORT_TEXT:
	case REPORT_CHOICE:
		jw_str(w, f->key, *(const struct str *)at);
		break;
	case REPORT_LINES: {
		const struct report_texts *t = (const struct report_texts *)at;

		jw_array(w, f->key);
		for (size_t i = 0; i < t->n; i++)
			jw_str(w, NULL, t->v[i]);
		jw_end(w);
		break;
	}
	case REPORT_BOOL:
		jw_bool(w, f->key, *(const bool *)at);
		break;
	case REPORT_TIME:
		jw_time(w, f->key, *(const int64_t *)at);
		break;
	}
}

void
report_json_write(struct json_writer *w, const char *key, const struct report *r)
{
	const char *object = NULL;

	jw_object(w, key);
	for (size_t i = 0; i < report_fields_n; i++) {
		const struct report_field *f = &report_fields[i];

		if (!report_given(r, f))
			continue;
		if (!same_object(object, f->object)) {
			if (object != NULL)
				jw_end(w);
			if (f->object != NULL)
				jw_object(w, f->object);
			object = f->object;
		}
		field_write(w, f, r);
	}
	if (object != NULL)
		jw_end(w);
	jw_end(w);
}
