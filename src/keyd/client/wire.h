/* Packed structs for messages: a constant table names the members of a struct, their kinds and
 * bounds, and one function packs, one unpacks all of them. What is not in the table does not
 * travel; what is over its bound is refused on both sides. */
#ifndef VDPD_KEYD_CLIENT_WIRE_H
#define VDPD_KEYD_CLIENT_WIRE_H

#include "base/buf.h"

enum wire_kind { WIRE_KIND_I64, WIRE_KIND_U32, WIRE_KIND_BYTES, WIRE_KIND_STR, WIRE_KIND_LIST };

struct wire_msg;

struct wire_field {
	enum wire_kind kind;
	size_t offset;
	size_t max;                /* bytes, or elements of a list */
	size_t count_offset;       /* of a list: of its size_t count */
	const struct wire_msg *of; /* of a list: its elements */
};

struct wire_msg {
	size_t size; /* of the struct */
	const struct wire_field *fields;
	size_t n;
};

/* Members: int64_t; uint32_t; an array of unsigned char, whole; a struct str of at most MAX bytes;
 * a pointer to elements with a size_t count beside it. The macros check the type. */
#define WIRE_AT(T, m, type)                                                                        \
	(offsetof(T, m) +                                                                          \
	        0 * sizeof(char[__builtin_types_compatible_p(__typeof__(((T *)0)->m), type)        \
	                                ? 1                                                        \
	                                : -1]))
#define WIRE_I64(T, m)                                                                             \
	{                                                                                          \
		.kind = WIRE_KIND_I64, .offset = WIRE_AT(T, m, int64_t)                            \
	}
#define WIRE_U32(T, m)                                                                             \
	{                                                                                          \
		.kind = WIRE_KIND_U32, .offset = WIRE_AT(T, m, uint32_t)                           \
	}
#define WIRE_BYTES(T, m)                                                                           \
	{                                                                                          \
		.kind = WIRE_KIND_BYTES,                                                           \
		.offset = WIRE_AT(T, m, unsigned char[sizeof(((T *)0)->m)]),                       \
		.max = sizeof(((T *)0)->m)                                                         \
	}
#define WIRE_STR(T, m, max_bytes)                                                                  \
	{                                                                                          \
		.kind = WIRE_KIND_STR, .offset = WIRE_AT(T, m, struct str), .max = (max_bytes)     \
	}
#define WIRE_LIST(T, m, count, max_n, element)                                                     \
	{                                                                                          \
		.kind = WIRE_KIND_LIST, .offset = offsetof(T, m),                                  \
		.count_offset = WIRE_AT(T, count, size_t), .max = (max_n), .of = &(element)        \
	}
#define WIRE_MSG(T, f)                                                                             \
	{                                                                                          \
		.size = sizeof(T), .fields = (f), .n = sizeof(f) / sizeof((f)[0])                  \
	}

/* Packs the struct at OBJ. ERR_TOO_LARGE if a member is over its bound or B is full. */
enum err wire_pack(const struct wire_msg *m, const void *obj, struct buf *b) MUST_CHECK;

/* Reads a struct into OBJ (M->size bytes, zeroed first); slices and lists are in A. ERR_SYNTAX if a
 * member is over its bound or bytes are missing; left-over bytes are the caller's to refuse. */
enum err wire_unpack(
        struct arena *a, const struct wire_msg *m, struct cursor *c, void *obj) MUST_CHECK;

#endif
