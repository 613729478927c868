/* The files of a case, and capsules. */
#ifndef VDPD_STORE_FILE_STORE_H
#define VDPD_STORE_FILE_STORE_H

#include "store/db.h"

enum { FILE_LIST_MAX = 1000, FILE_NAME_SEALED_MAX = 1024, CAPSULE_SEALED_MAX = 20 * 1024 };

struct file_row {
	int64_t id;
	int64_t case_id;
	int64_t number;    /* from 1 within the case: what pages and the API call the file's id */
	int64_t event_seq; /* the event that brought it */
	unsigned sealed_with; /* enum sealed_with */
	unsigned char blob[16];
	int64_t size_bytes;
	unsigned char hash[32];
	bool picture;    /* begins like a PNG or JPEG: a worker may draw it anew */
	struct str name; /* sealed */
};

enum err file_insert(struct db *db, const struct file_row *row) MUST_CHECK;
enum err file_list(struct arena *a, struct db *db, int64_t case_id, struct file_row **rows,
        size_t *n) MUST_CHECK;
/* ERR_NOT_FOUND without that number in the case. */
enum err file_get(struct arena *a, struct db *db, int64_t case_id, int64_t number,
        struct file_row *out) MUST_CHECK;

/* *NAMED: a file's row names the blob. */
enum err file_blob_named(struct db *db, const unsigned char blob[16], bool *named) MUST_CHECK;

/* The blobs that rows name, over all cases, in order of id: at most LIMIT after the row AFTER. */
struct file_blob_row {
	int64_t id;
	int64_t case_id;
	unsigned char blob[16];
	int64_t size_bytes;
	unsigned char hash[32];
};
enum err file_blob_list(struct arena *a, struct db *db, int64_t after, size_t limit,
        struct file_blob_row **rows, size_t *n) MUST_CHECK;

struct capsule_row {
	int64_t id;
	int64_t case_id;
	int64_t purpose; /* enum capsule_purpose */
	int64_t not_before_utc_s;
	int64_t about;      /* the event whose text it holds; 0: the case as such */
	struct str content; /* sealed */
};
enum err capsule_insert(struct db *db, const struct capsule_row *row) MUST_CHECK;
/* The newest capsule of PURPOSE of a case, about ABOUT; ERR_NOT_FOUND. */
enum err capsule_get(struct arena *a, struct db *db, int64_t case_id, int64_t purpose,
        int64_t about, struct capsule_row *out) MUST_CHECK;
/* Those have served. */
enum err capsule_delete(struct db *db, int64_t case_id, int64_t purpose, int64_t about) MUST_CHECK;

extern const struct stmt *const file_store_stmts[];

#endif
