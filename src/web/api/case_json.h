/* The parts of a case as JSON, as CONTRACTS of both APIs have them. Every function writes one
 * value. */
#ifndef VDPD_WEB_API_CASE_JSON_H
#define VDPD_WEB_API_CASE_JSON_H

#include "act/view.h"
#include "web/json.h"

/* The array of clocks as `vdpd clocks` prints it. */
void clocks_json(
        struct json_writer *w, const char *key, const struct clock_entry *clocks, size_t n);

/* [{clock, due_at}] of the clocks that run: what a new report is promised. */
void promises_json(
        struct json_writer *w, const char *key, const struct clock_entry *clocks, size_t n);

/* The signed receipt: {programme, case, received_at, signed_at, content_sha256, policy, case_key,
 * signature}. */
void signed_receipt_json(struct json_writer *w, const char *key, struct arena *a,
        const struct receipt_facts *facts, const unsigned char signature[RECEIPT_SIGNATURE_BYTES]);

/* The conversation: [{at, from, text, files}], FROM being "you" or "team" for the reporter,
 * "reporter" or "team" for the team; notes are not in it. */
void thread_json(
        struct json_writer *w, const char *key, const struct case_view *v, bool for_reporter);

/* Does the conversation show this event? What the other side said or sent, not what happened to the
 * case. */
bool view_in_thread(const struct case_item *it);

/* [{id, name, size}] of the files of event SEQ; of all if SEQ is 0. */
void files_json(struct json_writer *w, const char *key, const struct case_view *v, int64_t seq);

/* Where the reporter stands: "received", "answered", "confirmed", "fixed", "published", and when
 * each was reached. */
enum { STAGES = 5 };
struct stage {
	const char *name; /* of the API */
	int64_t at_utc_s; /* 0: not yet */
};
/* Fills all five; the result is the index of the latest reached. */
size_t stages_of(const struct case_view *v, struct stage out[STAGES]);

/* The reporter's view of a case. */
void reporter_case_json(struct json_writer *w, struct arena *a, const struct case_view *v);

/* The team's view of a case. */
void team_case_json(struct json_writer *w, struct arena *a, const struct case_view *v);

/* The same for who may not read cases: state, clocks and dates, no content. */
void figures_case_json(struct json_writer *w, struct arena *a, const struct programme *pr,
        const struct case_row *row, const struct clock_entry *clocks, size_t n);

/* A row of the team's list; TITLE .p NULL where the viewer may not read it. */
void case_row_json(struct json_writer *w, struct arena *a, const struct programme *pr,
        const struct case_row *row, struct str title);

#endif
