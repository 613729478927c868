/* Writing JSON. */
#include "base/json_writer.h"

#include "base/time.h"

#include <stdlib.h>

static void
value_begins(struct json_writer *w, const char *key)
{
	uint32_t bit = UINT32_C(1) << w->depth;

	if ((w->some & bit) != 0)
		buf_char(w->b, ',');
	w->some |= bit;
	if (key != NULL) {
		buf_json(w->b, str_of(key));
		buf_char(w->b, ':');
	}
}

static void
open_one(struct json_writer *w, const char *key, bool array)
{
	uint32_t bit;

	value_begins(w, key);
	if (++w->depth == 32)
		abort();
	bit = UINT32_C(1) << w->depth;
	w->some &= ~bit;
	w->array = array ? w->array | bit : w->array & ~bit;
	buf_char(w->b, array ? '[' : '{');
}

void
jw_object(struct json_writer *w, const char *key)
{
	open_one(w, key, false);
}

void
jw_array(struct json_writer *w, const char *key)
{
	open_one(w, key, true);
}

void
jw_end(struct json_writer *w)
{
	if (w->depth == 0)
		abort();
	buf_char(w->b, (w->array & UINT32_C(1) << w->depth) != 0 ? ']' : '}');
	w->depth--;
}

void
jw_str(struct json_writer *w, const char *key, struct str s)
{
	value_begins(w, key);
	if (s.p == NULL)
		buf_z(w->b, "null");
	else
		buf_json(w->b, s);
}

void
jw_z(struct json_writer *w, const char *key, const char *z)
{
	jw_str(w, key, str_of(z));
}

void
jw_int(struct json_writer *w, const char *key, int64_t v)
{
	value_begins(w, key);
	buf_fmt(w->b, "%lld", (long long)v);
}

void
jw_bool(struct json_writer *w, const char *key, bool v)
{
	value_begins(w, key);
	buf_z(w->b, v ? "true" : "false");
}

void
jw_null(struct json_writer *w, const char *key)
{
	value_begins(w, key);
	buf_z(w->b, "null");
}

void
jw_time(struct json_writer *w, const char *key, int64_t utc_s)
{
	char text[RFC3339_MAX];

	if (utc_s == 0) {
		jw_null(w, key);
		return;
	}
	time_format(utc_s, text);
	jw_z(w, key, text);
}

void
jw_raw(struct json_writer *w, const char *key, struct str text)
{
	value_begins(w, key);
	buf_str(w->b, text);
}
