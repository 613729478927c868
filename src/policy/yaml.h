/* Reads a YAML file into a C struct by constant tables of keys. Every mistake is collected with its
 * line and column; unknown keys, keys given twice, missing keys, anchors, aliases, tags and second
 * documents are mistakes. Only maps, lists and scalars remain of YAML 1.1, read by libyaml. */
#ifndef VDPD_POLICY_YAML_H
#define VDPD_POLICY_YAML_H

#include "base/str.h"
#include "policy/diags.h"

enum {
	YAML_TEXT_MAX = 1 << 20, /* bytes of one file */
	YAML_DEPTH_MAX = 12,
	YAML_NODES_MAX = 20000,
	/* An arena of this size holds any file that is read, with what is made of it. */
	YAML_ARENA_BYTES = 32 << 20,
};

enum yaml_type {
	YAML_TEXT = 1, /* struct str; min … max bytes, surrounding white space cut */
	YAML_BOOL,     /* bool: true, yes, on · false, no, off */
	YAML_INT,      /* int64_t, min … max */
	YAML_CHOICE,   /* int: the index in `choices` */
	YAML_VALUE,    /* what `read` makes of the text */
	YAML_MAP,      /* the struct of `map`, in place */
	YAML_SECTION,  /* a map whose rows name members of the same struct as this row: no offset */
};

struct yaml_map;

/* One key of a map, and where its value goes. A member that is not given keeps what it had. */
struct yaml_key {
	const char *name;
	enum yaml_type type;
	bool required;
	bool list;     /* a list of such values: a `const T *` at offset, its length at offset_n */
	bool unique;   /* in a list of maps: no two items have this value; in a list: no value twice
	                */
	size_t offset; /* of the member in the struct */
	size_t offset_n;  /* of the size_t that counts a list's items; for other keys of the bool
	                   * that tells whether it was given, 0 = there is none */
	size_t size;      /* bytes of one value: YAML_VALUE only */
	int64_t min, max; /* text: bytes, integer: value; lists: see items_* */
	size_t items_min, items_max; /* lists; items_max 0 = 100 */
	const char *const *choices;  /* NULL-terminated; an empty string cannot be chosen */
	/* Reads S into OUT (`size` zeroed bytes). Returns NULL, or what is wrong (static: "is not
	 * a duration"). */
	const char *(*read)(struct arena *a, struct str s, void *out);
	const struct yaml_map *map;
	const char *help; /* what it is, for the manual; half a line, no full stop */
	const char *mend; /* how a right value looks, for errors: "write \"48 h\" or \"7 d\"" */
};

/* The keys of one struct. */
struct yaml_map {
	const char *what; /* for errors: "a rule" */
	const struct yaml_key *keys;
	size_t keys_n;
	size_t size; /* of the struct */
};

/* A file being read: what later checks need to point at a place in it. */
struct yaml_doc;

/* Reads TEXT, called FILE in errors, into OUT (the struct of MAP, holding the defaults). Slices
 * point into A. ERR_INVALID if a mistake was added to DS, OUT is then partly filled; ERR_TOO_LARGE
 * over YAML_TEXT_MAX bytes. *doc is set in any case and lives in A. */
enum err yaml_read(struct arena *a, const char *file, struct str text, const struct yaml_map *map,
        void *out, struct diags *ds, struct yaml_doc **doc) MUST_CHECK;

/* Adds a mistake about MEMBER, the address of something that was read (a member, an item). Without
 * a place if it did not stand in the file. */
void yaml_mistake(const struct yaml_doc *doc, const void *member, const char *mend,
        const char *what_fmt, ...) PRINTF_LIKE(4, 5);

/* The line on which MEMBER stands; 0 if it was not in the file. */
unsigned yaml_line(const struct yaml_doc *doc, const void *member);

#endif
