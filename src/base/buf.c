/* Capped buffers and the reader of packed bytes. */
#include "base/buf.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void
buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){.max = max};
}

void
buf_clear(struct buf *b)
{
	if (b->p != NULL)
		sodium_memzero(b->p, b->n);
	free(b->p);
	*b = (struct buf){0};
}

void
buf_reset(struct buf *b)
{
	b->n = 0;
	b->full = false;
}

static bool
reserve(struct buf *b, size_t n)
{
	size_t need, cap;
	char *p;

	if (b->full || __builtin_add_overflow(b->n, n, &need) || need > b->max) {
		b->full = true;
		return false;
	}
	if (need <= b->cap)
		return true;
	cap = b->cap < 256 ? 256 : b->cap;
	while (cap < need)
		cap *= 2;
	/* Not realloc: the old place would keep what may be a secret. */
	p = malloc(cap);
	if (p == NULL)
		abort();
	if (b->n > 0) {
		memcpy(p, b->p, b->n);
		sodium_memzero(b->p, b->n);
	}
	free(b->p);
	b->p = p;
	b->cap = cap;
	return true;
}

void
buf_add(struct buf *b, const void *p, size_t n)
{
	if (!reserve(b, n) || n == 0)
		return;
	memcpy(b->p + b->n, p, n);
	b->n += n;
}

void
buf_str(struct buf *b, struct str s)
{
	buf_add(b, s.p, s.n);
}

void
buf_z(struct buf *b, const char *z)
{
	buf_add(b, z, strlen(z));
}

void
buf_char(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void
buf_fmt(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		abort();
	if (reserve(b, (size_t)n + 1)) {
		vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
		b->n += (size_t)n;
	}
	va_end(again);
}

void
buf_html(struct buf *b, struct str s)
{
	size_t from = 0;

	for (size_t i = 0; i < s.n; i++) {
		const char *entity;

		switch (s.p[i]) {
		case '&':
			entity = "&amp;";
			break;
		case '<':
			entity = "&lt;";
			break;
		case '>':
			entity = "&gt;";
			break;
		case '"':
			entity = "&quot;";
			break;
		case '\'':
			entity = "&#39;";
			break;
		default:
			continue;
		}
		buf_add(b, s.p + from, i - from);
		buf_z(b, entity);
		from = i + 1;
	}
	if (s.n > from)
		buf_add(b, s.p + from, s.n - from);
}

void
buf_json(struct buf *b, struct str s)
{
	size_t from = 0; /* of what needs no escape and was not written yet */

	buf_char(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_add(b, s.p + from, i - from);
		from = i + 1;
		if (c == '"' || c == '\\') {
			buf_char(b, '\\');
			buf_char(b, (char)c);
		} else if (c == '\n') {
			buf_z(b, "\\n");
		} else {
			buf_fmt(b, "\\u%04x", c);
		}
	}
	buf_add(b, s.p + from, s.n - from);
	buf_char(b, '"');
}

void
buf_u8(struct buf *b, uint8_t v)
{
	buf_add(b, &v, 1);
}

void
buf_u32(struct buf *b, uint32_t v)
{
	uint8_t le[4] = {(uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24)};

	buf_add(b, le, sizeof le);
}

void
buf_u64(struct buf *b, uint64_t v)
{
	buf_u32(b, (uint32_t)v);
	buf_u32(b, (uint32_t)(v >> 32));
}

void
buf_block(struct buf *b, struct str s)
{
	if (s.n > UINT32_MAX) {
		b->full = true;
		return;
	}
	buf_u32(b, (uint32_t)s.n);
	buf_str(b, s);
}

void
cursor_bytes(struct cursor *c, void *out, size_t n)
{
	if (c->bad || n > c->rest.n) {
		c->bad = true;
		memset(out, 0, n);
		return;
	}
	if (n > 0)
		memcpy(out, c->rest.p, n);
	c->rest = str_sub(c->rest, n, SIZE_MAX);
}

uint8_t
cursor_u8(struct cursor *c)
{
	uint8_t v;

	cursor_bytes(c, &v, 1);
	return v;
}

uint32_t
cursor_u32(struct cursor *c)
{
	uint8_t le[4];

	cursor_bytes(c, le, sizeof le);
	return (uint32_t)le[0] | (uint32_t)le[1] << 8 | (uint32_t)le[2] << 16 |
	       (uint32_t)le[3] << 24;
}

uint64_t
cursor_u64(struct cursor *c)
{
	uint64_t low = cursor_u32(c);

	return low | (uint64_t)cursor_u32(c) << 32;
}

struct str
cursor_block(struct cursor *c, size_t max)
{
	uint32_t n = cursor_u32(c);
	struct str s = {NULL, 0};

	if (c->bad || n > max || n > c->rest.n) {
		c->bad = true;
		return s;
	}
	s = str_sub(c->rest, 0, n);
	c->rest = str_sub(c->rest, n, SIZE_MAX);
	return s;
}

bool
cursor_done(const struct cursor *c)
{
	return !c->bad && c->rest.n == 0;
}
