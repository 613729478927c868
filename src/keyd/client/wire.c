/* Packing by table. */
#include "keyd/client/wire.h"

static enum err
pack_field(const struct wire_field *f, const char *obj, struct buf *b)
{
	const char *at = obj + f->offset;
	int64_t i64;
	uint32_t u32;
	struct str s;
	const char *list;
	size_t n;

	switch (f->kind) {
	case WIRE_KIND_I64:
		memcpy(&i64, at, sizeof i64);
		buf_u64(b, (uint64_t)i64);
		return ERR_OK;
	case WIRE_KIND_U32:
		memcpy(&u32, at, sizeof u32);
		buf_u32(b, u32);
		return ERR_OK;
	case WIRE_KIND_BYTES:
		buf_add(b, at, f->max);
		return ERR_OK;
	case WIRE_KIND_STR:
		memcpy(&s, at, sizeof s);
		if (s.n > f->max)
			return ERR_TOO_LARGE;
		buf_block(b, s);
		return ERR_OK;
	case WIRE_KIND_LIST:
		memcpy(&list, at, sizeof list);
		memcpy(&n, obj + f->count_offset, sizeof n);
		if (n > f->max)
			return ERR_TOO_LARGE;
		buf_u32(b, (uint32_t)n);
		for (size_t i = 0; i < n; i++) {
			enum err e = wire_pack(f->of, list + i * f->of->size, b);

			if (e != ERR_OK)
				return e;
		}
		return ERR_OK;
	}
	return ERR_INVALID;
}

enum err
wire_pack(const struct wire_msg *m, const void *obj, struct buf *b)
{
	for (size_t i = 0; i < m->n; i++) {
		enum err e = pack_field(&m->fields[i], obj, b);

		if (e != ERR_OK)
			return e;
	}
	return b->full ? ERR_TOO_LARGE : ERR_OK;
}

static void
unpack_list(struct arena *a, const struct wire_field *f, struct cursor *c, char *obj)
{
	size_t n = cursor_u32(c);
	char *list;

	/* Each element takes a byte at least, so a count cannot ask for more memory than was sent
	 * for. */
	if (n > f->max || n > c->rest.n) {
		c->bad = true;
		return;
	}
	list = arena_array(a, n > 0 ? n : 1, f->of->size);
	for (size_t i = 0; i < n; i++)
		if (wire_unpack(a, f->of, c, list + i * f->of->size) != ERR_OK)
			return;
	memcpy(obj + f->offset, &list, sizeof list);
	memcpy(obj + f->count_offset, &n, sizeof n);
}

static void
unpack_field(struct arena *a, const struct wire_field *f, struct cursor *c, char *obj)
{
	char *at = obj + f->offset;
	int64_t i64;
	uint32_t u32;
	struct str s;

	switch (f->kind) {
	case WIRE_KIND_I64:
		i64 = (int64_t)cursor_u64(c);
		memcpy(at, &i64, sizeof i64);
		break;
	case WIRE_KIND_U32:
		u32 = cursor_u32(c);
		memcpy(at, &u32, sizeof u32);
		break;
	case WIRE_KIND_BYTES:
		cursor_bytes(c, at, f->max);
		break;
	case WIRE_KIND_STR:
		s = str_dup(a, cursor_block(c, f->max));
		memcpy(at, &s, sizeof s);
		break;
	case WIRE_KIND_LIST:
		unpack_list(a, f, c, obj);
		break;
	}
}

enum err
wire_unpack(struct arena *a, const struct wire_msg *m, struct cursor *c, void *obj)
{
	memset(obj, 0, m->size);
	for (size_t i = 0; i < m->n && !c->bad; i++)
		unpack_field(a, &m->fields[i], c, obj);
	return c->bad ? ERR_SYNTAX : ERR_OK;
}
