/* The case row: keys and proof, which never change, and the fold of the events, which act/ rewrites
 * with each event. */
#ifndef VDPD_STORE_CASE_STORE_H
#define VDPD_STORE_CASE_STORE_H

#include "store/db.h"

enum {
	CASE_TITLE_SEALED_MAX = 4096,
	CASE_TEXT_MAX = 512, /* component, vector, duplicate's number, channel */
};

/* next_due and next_warn of a case in which no clock will fall due: behind every date in the queue.
 */
#define CASE_DUE_NEVER INT64_C(0x7fffffffffffffff)

struct case_row {
	int64_t id;
	int64_t programme_id;
	int64_t year;
	int64_t number;
	unsigned char uid[16];
	bool question; /* kind of the report */
	struct str channel;
	int64_t received_at; /* UTC seconds, as all times here */
	int64_t recorded_at;
	unsigned char policy_sha256[32];

	unsigned char pair_public[32];
	struct str team_wrap;           /* zeroes once it is erased; this one likewise */
	struct str reporter_wrap;       /* .p NULL: no receipt was given */
	unsigned char receipt_hash[32]; /* zeroes likewise */
	unsigned char content_sha256[32];
	int64_t signed_at;
	unsigned char signature[64];
	unsigned char contact_hash[32]; /* zeroes: no address was left */
	struct str title;               /* sealed with the title key */

	unsigned state; /* enum case_state */
	bool needs_info;
	unsigned severity;          /* enum severity in force: the team's, 0 before triage */
	unsigned reported_severity; /* the reporter's */
	unsigned close_reason;      /* enum close_reason */
	bool privacy_incident;
	struct str component;
	struct str cvss;
	int64_t cwe;      /* 0: none */
	int64_t assignee; /* a person's id, 0: nobody */
	struct str duplicate_of;
	unsigned credit; /* enum credit_choice */
	bool letter_asked;
	int64_t updated_at; /* of the last event */
	int64_t next_clock; /* enum clock that falls due next; -1: none */
	int64_t next_due;
	int64_t next_warn;
	int64_t events; /* sequence number of the last event */
	int64_t files;  /* number of the last file */
	unsigned char chain_head[32];
	bool hold;         /* legal hold: nothing of it is erased */
	int64_t closed_at; /* the last closing; 0: it is open */
	int64_t erase_at;  /* will be erased then, as the team was told; 0: nobody was told */
	int64_t erased_at; /* its keys were destroyed then; 0: they are there */
};

/* Inserts ROW; *id is its new id (row->id is ignored). ERR_CONFLICT if the number is taken. */
enum err case_insert(struct db *db, const struct case_row *row, int64_t *id) MUST_CHECK;

/* ERR_NOT_FOUND if there is none. Slices in A. */
enum err case_by_id(struct arena *a, struct db *db, int64_t id, struct case_row *out) MUST_CHECK;
enum err case_by_number(struct arena *a, struct db *db, int64_t programme_id, int64_t year,
        int64_t number, struct case_row *out) MUST_CHECK;

/* Writes the fold of ROW (from `state` on) if the row still has EVENTS_BEFORE events; ERR_CONFLICT
 * otherwise. */
enum err case_update(struct db *db, const struct case_row *row, int64_t events_before) MUST_CHECK;

/* The case that an idempotent request made before; ERR_NOT_FOUND if it did not. */
enum err idempotency_find(struct db *db, const unsigned char hash[16], int64_t *case_id) MUST_CHECK;
enum err idempotency_insert(
        struct db *db, const unsigned char hash[16], int64_t case_id) MUST_CHECK;

/* Moves next_warn alone, if the row still has EVENTS events; ERR_CONFLICT otherwise. */
enum err case_update_warn(struct db *db, int64_t id, int64_t events, int64_t next_warn) MUST_CHECK;

/* Writes the row's next_clock, next_due and next_warn alone, if it still has R's events, and the
 * next_warn that was WAS_WARN; ERR_CONFLICT otherwise. */
enum err case_update_index(struct db *db, const struct case_row *r, int64_t was_warn) MUST_CHECK;

/* Ids of open cases whose next_warn is at or before NOW, the earliest first, at most MAX. */
enum err case_list_warn(struct arena *a, struct db *db, int64_t now, size_t max, int64_t **ids,
        size_t *n) MUST_CHECK;

/* All ids above AFTER in order, at most MAX: for doctor, audit and jobs that walk over everything.
 */
enum err case_list_after(struct arena *a, struct db *db, int64_t after, size_t max, int64_t **ids,
        size_t *n) MUST_CHECK;

extern const struct stmt *const case_store_stmts[];

/* The columns of a case row in the order of its map, for other stores that read whole rows. */
#define CASE_COLUMNS                                                                               \
	"id, programme_id, year, number, uid, kind, channel, received_at, recorded_at, "           \
	"policy_sha256, pair_public, team, reporter, receipt_hash, content_sha256, "               \
	"signed_at, signature, contact_hash, title, state, needs_info, severity, "                 \
	"reported_severity, close_reason, privacy_incident, component, cvss, cwe, assignee, "      \
	"duplicate_of, credit, letter_asked, updated_at, next_clock, next_due, next_warn, "        \
	"events, files, chain_head, hold, closed_at, erase_at, erased_at"
#define CASE_TABLES "cases JOIN case_wrap ON case_wrap.case_id = cases.id"
extern const struct db_map case_row_map;

#endif
