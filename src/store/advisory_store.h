/* Published advisories, their revisions, and who is thanked in them. Nothing here is secret. */
#ifndef VDPD_STORE_ADVISORY_STORE_H
#define VDPD_STORE_ADVISORY_STORE_H

#include "store/db.h"

enum {
	ADVISORY_RECORD_MAX = 2 << 20, /* bytes */
	ADVISORY_LIST_MAX = 100,
	ACKNOWLEDGMENT_LIST_MAX = 2000,
};

struct advisory_row {
	int64_t id;
	int64_t programme_id;
	struct str name;      /* "EXW-SA-2026-0001" */
	struct str file;      /* as a CSAF document: "exw-sa-2026-0001.json" */
	int64_t revision;     /* from 1 */
	int64_t change;       /* which publication of the programme it was, from 1 */
	int64_t published_at; /* UTC seconds, as the next two */
	int64_t modified_at;
	int64_t withdrawn_at; /* 0: it stands */
	struct str title, severity;
	struct str cve;    /* "": none */
	struct str record; /* JSON (publish/advisory.h); .p NULL in lists */
};

/* Writes ROW: a new one, or over the one of that name; its revision and change are set here, its id
 * too. Inside tx_run. */
enum err advisory_put(struct db *db, struct advisory_row *row) MUST_CHECK;

/* The advisory NAME of the programme, whole. ERR_NOT_FOUND. */
enum err advisory_get(struct arena *a, struct db *db, int64_t programme_id, struct str name,
        struct advisory_row *out) MUST_CHECK;

/* The same by its file. */
enum err advisory_get_file(struct arena *a, struct db *db, int64_t programme_id, struct str file,
        struct advisory_row *out) MUST_CHECK;

/* The newest first, those before (BEFORE_AT, BEFORE_ID); INT64_MAX, 0 for the beginning. At most
 * MAX, and ADVISORY_LIST_MAX. */
enum err advisory_list(struct arena *a, struct db *db, int64_t programme_id, int64_t before_at,
        int64_t before_id, size_t max, struct advisory_row **rows, size_t *n) MUST_CHECK;

/* Those that changed last, the newest first, with their records. */
enum err advisory_changed(struct arena *a, struct db *db, int64_t programme_id, size_t max,
        struct advisory_row **rows, size_t *n) MUST_CHECK;

/* Without keeping them, EACH is called for one after the other, without records; slices live until
 * it returns. Those published from FROM until before UNTIL, the newest first; or all, the last
 * changed first. */
typedef void advisory_fn(void *ctx, const struct advisory_row *row);
enum err advisory_each(struct db *db, int64_t programme_id, int64_t from, int64_t until,
        advisory_fn *each, void *ctx) MUST_CHECK;
enum err advisory_each_changed(
        struct db *db, int64_t programme_id, advisory_fn *each, void *ctx) MUST_CHECK;

/* When the first and the last were published; both 0 where there is none. */
enum err advisory_span(
        struct db *db, int64_t programme_id, int64_t *first, int64_t *last) MUST_CHECK;

/* The highest number of a publication; 0 where there is none. */
enum err advisory_last_change(struct db *db, int64_t programme_id, int64_t *change) MUST_CHECK;

struct acknowledgment {
	int64_t year;
	struct str name, url;
};
/* Those of advisory ADVISORY_ID are these from now on. Inside tx_run. */
enum err acknowledgments_put(struct db *db, int64_t programme_id, int64_t advisory_id,
        const struct acknowledgment *list, size_t n) MUST_CHECK;
/* Everybody, once a year, the latest year first, names in order; at most ACKNOWLEDGMENT_LIST_MAX.
 */
enum err acknowledgments_list(struct arena *a, struct db *db, int64_t programme_id,
        struct acknowledgment **list, size_t *n) MUST_CHECK;

extern const struct stmt *const advisory_store_stmts[];

#endif
