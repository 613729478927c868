/* A case as it is read: everything that the keys in hand open, in one consistent state. */
#ifndef VDPD_ACT_VIEW_H
#define VDPD_ACT_VIEW_H

#include "act/act.h"
#include "keyd/client/protocol.h"

/* Whose eyes. */
struct view_keys {
	const struct team_keys *team;         /* all; or */
	const struct reporter_keys *reporter; /* what both sides may read */
};

/* An event with what was opened of it. */
struct case_item {
	int64_t seq;
	int64_t at_utc_s;
	int64_t recorded_utc_s;
	enum event_kind kind;
	struct str actor; /* "reporter", "person:3" … */
	bool from_reporter;
	bool team_only; /* a note, or what came sealed for the team */
	struct clear clear;
	struct str text;         /* "" if there is none, or it is not for these eyes */
	unsigned char chain[32]; /* the chain's hash up to here */
};

struct case_file {
	int64_t number;
	int64_t event_seq;
	struct str name;
	int64_t size_bytes;
	bool picture;
	bool team_only;
	struct file_row row; /* for opening the blob */
	/* The blob's own key, where row.sealed_with is SEALED_PAIR; wiped with the arena. */
	struct key own;
	/* A decrypted mail: what its worker sealed, at pgp_decrypted_place; "" otherwise.
	 */
	struct str mail;
};

struct case_view {
	struct case_row row;
	struct str number;           /* "EXW-2026-0001" */
	struct str title;            /* "" if the reporter gave none */
	struct str report;           /* JSON, as received */
	const struct policy *policy; /* the version that the case is pinned to */
	struct case_status status;
	const struct event *events; /* for the clocks; as many as ITEMS */
	struct case_item *items;    /* for the reporter without those that are the team's */
	size_t items_n;
	size_t events_n;
	struct clock_entry *clocks;
	size_t clocks_n;
	struct case_file *files;
	size_t files_n;
	struct str credit; /* JSON of the latest credit_changed; "" : as in the report */
};

/* Finds the case NUMBER ("EXW-2026-0001", any letter case). ERR_NOT_FOUND also for what is no
 * number. */
enum err view_find(struct arena *a, struct db *db, const struct programme *pr, struct str number,
        struct case_row *row) MUST_CHECK;

/* Is CODE the receipt of ROW? Then *keys opens what the reporter may see; ERR_NOT_FOUND otherwise,
 * ERR_GONE if it is, and the case was erased. */
enum err view_receipt(const struct case_row *row, const struct receipt_code *code,
        struct reporter_keys *keys) MUST_CHECK;

/* Of a ROW that says that it was erased: ERR_GONE if its last event says so too, with who did it
 * ("system": the policy) in *actor, which may be NULL; ERR_FORGED if not; store errors. */
enum err view_gone(
        struct arena *a, struct db *db, const struct case_row *row, struct str *actor) MUST_CHECK;

/* Reads the case of CASE_ID at NOW; of one that was erased what is in the clear, whatever the keys.
 * ERR_FORGED if its key is not the one that keyd signed, a sealed field does not open, or its
 * events are not those of the chain's head; ERR_NOT_FOUND if it has gone. All in A. */
enum err view_read(struct arena *a, struct db *db, const struct programme *pr, int64_t case_id,
        const struct view_keys *keys, int64_t now, struct case_view *out) MUST_CHECK;

/* The sealed title of ROW with its title key. */
enum err view_title(struct arena *a, const struct case_row *row, const struct key *title_key,
        struct str *title) MUST_CHECK;

/* What keyd wants to see of ROW before it opens the case: it checks all of it. Slices of ROW and in
 * A. */
struct keyd_case case_for_keyd(
        struct arena *a, const struct programme *pr, const struct case_row *row);

/* The key that opens the blob of F: one of KEYS, or F's own. */
const struct key *case_file_key(const struct case_file *f, const struct team_keys *keys);

/* The file NUMBER of the view, NULL if there is none. */
const struct case_file *case_file_find(const struct case_view *v, int64_t number);

#endif
