/* JSON out (RFC 8259): a small writer on a buffer. */
#ifndef VDPD_BASE_JSON_WRITER_H
#define VDPD_BASE_JSON_WRITER_H

#include "base/buf.h"

/* The writer: keys in objects, NULL key in arrays. Commas are its business. */
struct json_writer {
	struct buf *b;
	unsigned depth;
	uint32_t some; /* bit DEPTH: a value stands there already */
	uint32_t array;
};

static inline struct json_writer
json_writer(struct buf *b)
{
	return (struct json_writer){.b = b};
}

void jw_object(struct json_writer *w, const char *key);
void jw_array(struct json_writer *w, const char *key);
void jw_end(struct json_writer *w); /* of the innermost object or array */
void jw_str(struct json_writer *w, const char *key, struct str s); /* .p NULL: null */
void jw_z(struct json_writer *w, const char *key, const char *z);  /* NULL: null */
void jw_int(struct json_writer *w, const char *key, int64_t v);
void jw_bool(struct json_writer *w, const char *key, bool v);
void jw_null(struct json_writer *w, const char *key);
void jw_time(struct json_writer *w, const char *key, int64_t utc_s); /* 0: null */
/* TEXT is JSON already. */
void jw_raw(struct json_writer *w, const char *key, struct str text);

#endif
