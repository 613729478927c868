/* Jansson takes texts byte by byte through several functions, 10 ns each; a report is one long
 * text. Here they are copied by runs. What this does not take, jansson does. */
#include "web/json_plain.h"

#include <string.h>

struct plain {
	struct arena *a;
	const char *p, *end;
};

static void
skip_space(struct plain *s)
{
	while (s->p < s->end && (*s->p == ' ' || *s->p == '\n' || *s->p == '\r' || *s->p == '\t'))
		s->p++;
}

static bool
take(struct plain *s, char c)
{
	skip_space(s);
	if (s->p == s->end || *s->p != c)
		return false;
	s->p++;
	return true;
}

static char
unescaped(char c)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at = c != '\0' ? strchr(from, c) : NULL;

	return at != NULL ? to[at - from] : '\0';
}

/* The text after its opening quote, up to the closing one: a slice, or in scratch. */
static bool
text(struct plain *s, struct str *out)
{
	const char *from = s->p, *run = s->p;
	char *copy = NULL;
	size_t n = 0;

	for (;; s->p++) {
		char c;

		if (s->p == s->end || (unsigned char)*s->p < 0x20)
			return false;
		if (*s->p != '"' && *s->p != '\\')
			continue;
		if (copy != NULL) {
			memcpy(copy + n, run, (size_t)(s->p - run));
			n += (size_t)(s->p - run);
		}
		if (*s->p == '"')
			break;
		if (copy == NULL) {
			copy = arena_alloc(s->a, (size_t)(s->end - from));
			n = (size_t)(s->p - from);
			memcpy(copy, from, n);
		}
		if (++s->p == s->end || (c = unescaped(*s->p)) == '\0')
			return false;
		copy[n++] = c;
		run = s->p + 1;
	}
	*out = copy != NULL ? (struct str){copy, n} : (struct str){from, (size_t)(s->p - from)};
	s->p++;
	return true;
}

static json_t *value(struct plain *s);

static bool
member(struct plain *s, json_t *o)
{
	struct str key;
	json_t *v;

	if (!take(s, '"') || !text(s, &key) || json_object_getn(o, key.p, key.n) != NULL ||
	        !take(s, ':'))
		return false;
	v = value(s);
	return v != NULL && json_object_setn_new_nocheck(o, key.p, key.n, v) == 0;
}

static bool
item(struct plain *s, json_t *list)
{
	json_t *v = value(s);

	return v != NULL && json_array_append_new(list, v) == 0;
}

/* Of an object or a list, after its opening bracket. */
static json_t *
items(struct plain *s, json_t *o, char close, bool (*one)(struct plain *s, json_t *o))
{
	if (take(s, close))
		return o;
	while (one(s, o)) {
		if (take(s, close))
			return o;
		if (!take(s, ','))
			break;
	}
	json_decref(o);
	return NULL;
}

static bool
word(struct plain *s, const char *w)
{
	size_t n = strlen(w);

	if ((size_t)(s->end - s->p) < n || memcmp(s->p, w, n) != 0)
		return false;
	s->p += n;
	return true;
}

static json_t *
value(struct plain *s)
{
	struct str t;

	if (take(s, '"'))
		return text(s, &t) ? json_stringn_nocheck(t.p, t.n) : NULL;
	if (take(s, '{'))
		return items(s, json_object(), '}', member);
	if (take(s, '['))
		return items(s, json_array(), ']', item);
	return word(s, "true")    ? json_true()
	       : word(s, "false") ? json_false()
	       : word(s, "null")  ? json_null()
	                          : NULL;
}

json_t *
json_plain(struct arena *a, struct str text_in)
{
	struct plain s = {a, text_in.p, text_in.p + text_in.n};
	json_t *v;

	skip_space(&s);
	/* Jansson wants an object or a list at the top. */
	if (s.p == s.end || (*s.p != '{' && *s.p != '['))
		return NULL;
	v = value(&s);
	skip_space(&s);
	if (v == NULL || s.p == s.end)
		return v;
	json_decref(v);
	return NULL;
}
