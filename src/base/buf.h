/* A growing, capped run of bytes: text to be sent, or a message to be packed. An append over the
 * cap sets `full` and changes nothing more; the owner looks once, at the end. */
#ifndef VDPD_BASE_BUF_H
#define VDPD_BASE_BUF_H

#include "base/str.h"

struct buf {
	char *p;
	size_t n;   /* bytes held */
	size_t cap; /* bytes allocated */
	size_t max; /* never more than this */
	bool full;  /* an append did not fit: the content is not whole */
};

/* An empty buffer that will hold at most MAX bytes, on the heap. */
void buf_init(struct buf *b, size_t max);
/* Wipes and frees; B may be used again after buf_init only. */
void buf_clear(struct buf *b);
/* Forgets the content, keeps the memory. */
void buf_reset(struct buf *b);

void buf_add(struct buf *b, const void *p, size_t n);
void buf_str(struct buf *b, struct str s);
void buf_z(struct buf *b, const char *z);
void buf_char(struct buf *b, char c);
void buf_fmt(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* S with & < > " ' as entities: fit for HTML text and quoted attributes. */
void buf_html(struct buf *b, struct str s);
/* S as a JSON string with its quotes (RFC 8259 section 7). */
void buf_json(struct buf *b, struct str s);

/* Little-endian integers and length-prefixed bytes, for messages between processes and signed
 * texts. */
void buf_u8(struct buf *b, uint8_t v);
void buf_u32(struct buf *b, uint32_t v);
void buf_u64(struct buf *b, uint64_t v);
void buf_block(struct buf *b, struct str s); /* u32 length, then bytes */

static inline struct str
buf_view(const struct buf *b)
{
	return (struct str){b->p, b->n};
}

/* A reader of what buf_u8 … buf_block wrote. A read past the end sets `bad` and gives zeroes. */
struct cursor {
	struct str rest;
	bool bad;
};

uint8_t cursor_u8(struct cursor *c);
uint32_t cursor_u32(struct cursor *c);
uint64_t cursor_u64(struct cursor *c);
/* Copies exactly N bytes to OUT. */
void cursor_bytes(struct cursor *c, void *out, size_t n);
/* A block of at most MAX bytes, as a slice of the input. */
struct str cursor_block(struct cursor *c, size_t max);
/* True if all was read, nothing is left over and no read failed. */
bool cursor_done(const struct cursor *c);

#endif
