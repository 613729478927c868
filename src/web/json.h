/* JSON in and out. In: strict (RFC 8259, I-JSON's ban on duplicate keys), against a constant table
 * of fields, every error with its RFC 6901 pointer. Out: base/json_writer.h. */
#ifndef VDPD_WEB_JSON_H
#define VDPD_WEB_JSON_H

#include "base/json_writer.h"

enum { JSON_DEPTH_MAX = 16 };

enum json_type {
	JSON_TYPE_STRING,  /* struct str; .p NULL if absent */
	JSON_TYPE_CHOICE,  /* struct str: one of `choices`, read in any letter case, given as there
	                    */
	JSON_TYPE_BOOL,    /* bool */
	JSON_TYPE_INT,     /* int64_t, 0 to `max` */
	JSON_TYPE_TIME,    /* int64_t UTC seconds, from RFC 3339 */
	JSON_TYPE_STRINGS, /* struct json_strings */
	JSON_TYPE_OBJECT,  /* the struct that `object` describes, at offset */
};

struct json_strings {
	const struct str *v;
	size_t n;
};

/* One key of an object. null counts as absent; what is absent leaves its member as it was. */
struct json_field {
	const char *key;
	enum json_type type;
	size_t offset;              /* of the member in the struct that is filled */
	size_t present;             /* JSON_PRESENT(struct s, has_x): a bool set true; 0: none */
	size_t max;                 /* code points of a string (of each); largest int */
	size_t items_max;           /* JSON_TYPE_STRINGS */
	bool required;              /* absent (or an empty string) is an error */
	const char *const *choices; /* NULL-terminated */
	const struct json_table *object;
};

#define JSON_PRESENT(type, member) (offsetof(type, member) + 1)

struct json_table {
	const struct json_field *fields;
	size_t n;
};

/* Tells jansson its hash seed, once, before the sandbox; server_start does it. */
void json_start(void);

/* Reads BODY, which must be one JSON object, into *OUT (the struct that TABLE describes, set to its
 * defaults by the caller). Text is copied into A. ERR_SYNTAX: not JSON, a key twice, NUL, not
 * UTF-8, deeper than JSON_DEPTH_MAX; D says where. ERR_INVALID: a key unknown, missing, too long or
 * of another type; D has the pointer. On error *OUT may be partly filled. */
enum err json_object_read(struct arena *a, struct str body, const struct json_table *table,
        void *out, struct diag *d) MUST_CHECK;

#endif
