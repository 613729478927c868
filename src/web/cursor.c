/* Cursors: eight bytes a value, then 16 bytes of a keyed hash over them and the list's name. */
#include "web/cursor.h"

#include "base/buf.h"
#include "base/id.h"

enum { TAG_BYTES = 16 };

static void
tag_of(const struct key *key, struct str list, struct str values, unsigned char out[TAG_BYTES])
{
	struct key k, keyed;

	key_derive(key, "web page cursor", list, &keyed);
	key_derive(&keyed, "web page cursor values", values, &k);
	memcpy(out, k.b, TAG_BYTES);
	key_wipe(&k);
	key_wipe(&keyed);
}

struct str
page_cursor_text(
        struct arena *a, const struct key *key, struct str list, const struct page_cursor *c)
{
	unsigned char tag[TAG_BYTES];
	struct buf b;
	struct str text;

	buf_init(&b, PAGE_VALUES_MAX * 8 + TAG_BYTES);
	for (unsigned i = 0; i < c->n; i++)
		buf_u64(&b, (uint64_t)c->v[i]);
	tag_of(key, list, buf_view(&b), tag);
	buf_add(&b, tag, sizeof tag);
	text = base64url_str(a, b.p, b.n);
	buf_clear(&b);
	return text;
}

enum err
page_cursor_read(struct arena *a, const struct key *key, struct str list, struct str text,
        struct page_cursor *out)
{
	unsigned char tag[TAG_BYTES];
	struct page_cursor c = {0};
	struct str all, values;
	struct cursor in;

	if (text.n > 64 || base64_parse(a, text, &all) != ERR_OK || all.n < TAG_BYTES ||
	        (all.n - TAG_BYTES) % 8 != 0 || all.n > PAGE_VALUES_MAX * 8 + TAG_BYTES)
		return ERR_INVALID;
	values = str_sub(all, 0, all.n - TAG_BYTES);
	tag_of(key, list, values, tag);
	if (!secret_eq(tag, all.p + values.n, TAG_BYTES))
		return ERR_INVALID;
	in = (struct cursor){.rest = values};
	for (c.n = 0; c.n < values.n / 8; c.n++)
		c.v[c.n] = (int64_t)cursor_u64(&in);
	*out = c;
	return ERR_OK;
}
