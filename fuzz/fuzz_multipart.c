/* Any bytes as a multipart body: fed at once and byte by byte they must give the same parts or both
 * an error, and every part that begins before an ending must end. */
#include "base/buf.h"
#include "web/form.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	struct buf text;
	bool open;
};

static enum err
begin(void *ctx, const struct multipart_part *part, struct diag *d)
{
	struct seen *s = ctx;

	(void)d;
	if (s->open || part->name.n == 0 || !str_utf8_valid(part->file_name, NULL) ||
	        str_find(part->file_name, '/', 0) != SIZE_MAX)
		abort();
	s->open = true;
	buf_str(&s->text, part->name);
	buf_str(&s->text, part->file_name);
	return ERR_OK;
}

static enum err
data_piece(void *ctx, struct str bytes, struct diag *d)
{
	struct seen *s = ctx;

	(void)d;
	if (!s->open)
		abort();
	buf_str(&s->text, bytes);
	return ERR_OK;
}

static enum err
end(void *ctx, struct diag *d)
{
	struct seen *s = ctx;

	(void)d;
	if (!s->open)
		abort();
	s->open = false;
	buf_char(&s->text, '\0');
	return ERR_OK;
}

static enum err
parse(struct str body, size_t step, struct seen *s)
{
	static const struct multipart_sink sink = {begin, data_piece, end};
	struct arena *a = arena_new(8 << 20);
	struct multipart *m;
	struct diag d = {0};
	enum err e;

	*s = (struct seen){0};
	buf_init(&s->text, 4 << 20);
	e = multipart_new(a, STR("multipart/form-data; boundary=x"), &sink, s, &m, &d);
	for (size_t at = 0; e == ERR_OK && at < body.n; at += step)
		e = multipart_feed(m, str_sub(body, at, step), &d);
	if (e == ERR_OK)
		e = multipart_finish(m, &d);
	if (e == ERR_OK && s->open)
		abort();
	arena_free(a);
	return e;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str body = str_bytes(data, size);
	struct seen whole, pieces;
	enum err e = parse(body, SIZE_MAX / 2, &whole);

	if (e != parse(body, 1, &pieces) ||
	        (e == ERR_OK && !str_eq(buf_view(&whole.text), buf_view(&pieces.text))))
		abort();
	buf_clear(&whole.text);
	buf_clear(&pieces.text);
	return 0;
}
