/* Records kept as JSON: a struct and a constant table of its members, read and written by the same
 * table, so that what is written is what is read. Nested lists have tables of their own. */
#ifndef VDPD_PUBLISH_RECORD_H
#define VDPD_PUBLISH_RECORD_H

#include "base/json_writer.h"

struct record_table;

enum record_type {
	RECORD_TEXT,   /* struct str; "" if absent, and then not written */
	RECORD_TIME,   /* int64_t UTC seconds, RFC 3339; 0 if absent */
	RECORD_NUMBER, /* int64_t, 0 to `max`; 0 if absent */
	RECORD_CHOICE, /* int: an index of `choices`; 0 if absent, and then not written */
	RECORD_TEXTS,  /* const struct str *, and size_t at offset_n */
	RECORD_LIST,   /* const struct X *, described by `items`, and size_t at offset_n */
};

/* One key of an object. */
struct record_field {
	const char *key;
	enum record_type type;
	size_t offset, offset_n;
	size_t max;                 /* code points of a text (of each); largest number */
	size_t items_max;           /* of a list */
	bool required;              /* absent or empty is an error */
	bool line;                  /* a text without line breaks and other control characters */
	const char *const *choices; /* NULL-terminated; the first stands for "absent" */
	const struct record_table *items;
	/* Looks at one text; ERR_INVALID fills D->what. NULL: any. */
	enum err (*check)(struct str s, struct diag *d);
};

struct record_table {
	const struct record_field *fields;
	size_t n;
	size_t size; /* of the struct */
};

enum { RECORD_FILE_MAX = 2 << 20, RECORD_DEPTH_MAX = 32 };

/* Reads the JSON object TEXT into *OUT, the struct of TABLE, which is zeroed first. Text is copied
 * into A. ERR_SYNTAX: no JSON object, a key twice, not UTF-8; ERR_INVALID: unknown, missing, too
 * long, of another type; D has the pointer and what. ERR_TOO_LARGE over RECORD_FILE_MAX. */
enum err record_read(struct arena *a, struct str text, const struct record_table *table, void *out,
        struct diag *d) MUST_CHECK;

/* The same for what others wrote: unknown keys are passed over, and so are members that the table
 * would refuse; nothing is required; *OUT is not zeroed. ERR_SYNTAX alone. */
enum err record_read_some(
        struct arena *a, struct str text, const struct record_table *table, void *out) MUST_CHECK;

/* The members of *IN into the object that W has open, in the order of the table. */
void record_write(struct json_writer *w, const struct record_table *table, const void *in);

#endif
