/* Any bytes as a JSON body against a table with every type; what was read as a string comes out of
 * the writer as JSON that reads back the same; and what jansson takes whole, it takes folded. */
#include "web/json.h"

#include <jansson.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct inner {
	struct str s;
};

struct outer {
	struct str s, choice;
	bool b, has_b;
	int64_t i, t;
	struct json_strings list;
	struct inner o;
};

static const char *const choices[] = {"one", "two", NULL};
static const struct json_field inner_fields[] = {
        {"s", JSON_TYPE_STRING, offsetof(struct inner, s), .max = 100}};
static const struct json_table inner_table = {inner_fields, 1};
static const struct json_field outer_fields[] = {
        {"s", JSON_TYPE_STRING, offsetof(struct outer, s), .max = 1000},
        {"choice", JSON_TYPE_CHOICE, offsetof(struct outer, choice), .choices = choices},
        {"b", JSON_TYPE_BOOL, offsetof(struct outer, b), JSON_PRESENT(struct outer, has_b)},
        {"i", JSON_TYPE_INT, offsetof(struct outer, i), .max = 100},
        {"t", JSON_TYPE_TIME, offsetof(struct outer, t)},
        {"list", JSON_TYPE_STRINGS, offsetof(struct outer, list), .max = 10, .items_max = 4},
        {"o", JSON_TYPE_OBJECT, offsetof(struct outer, o), .object = &inner_table},
};
static const struct json_table outer_table = {
        outer_fields, sizeof outer_fields / sizeof *outer_fields};

static void
compare(struct str body, enum err e, const struct diag *d)
{
	json_error_t error;
	json_t *o;

	/* Jansson takes what is deeper, and part of what is not UTF-8. */
	if (!str_utf8_valid(body, NULL) || strstr(d->what, "deeper") != NULL)
		return;
	o = json_loadb(body.p != NULL ? body.p : "", body.n, JSON_REJECT_DUPLICATES, &error);
	if ((o != NULL) != (e != ERR_SYNTAX))
		abort();
	json_decref(o);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(16 << 20);
	struct outer first = {0}, second = {0};
	struct diag d = {0};
	enum err e = json_object_read(a, str_bytes(data, size), &outer_table, &first, &d);
	struct buf b;

	compare(str_bytes(data, size), e, &d);
	buf_init(&b, 1 << 20);
	if (e == ERR_OK) {
		struct json_writer w = json_writer(&b);

		jw_object(&w, NULL);
		jw_str(&w, "s", first.s);
		jw_array(&w, "list");
		for (size_t i = 0; i < first.list.n; i++)
			jw_str(&w, NULL, first.list.v[i]);
		jw_end(&w);
		jw_end(&w);
		if (json_object_read(a, buf_view(&b), &outer_table, &second, &d) != ERR_OK ||
		        !str_eq(first.s, second.s) || first.list.n != second.list.n)
			abort();
	} else if (!str_utf8_valid(str_of(d.what), NULL) ||
	           !str_utf8_valid(str_of(d.pointer), NULL)) {
		abort();
	}
	buf_clear(&b);
	arena_free(a);
	return 0;
}
