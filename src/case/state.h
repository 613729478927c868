/* The life of a case: new, acknowledged, triaged, fixed, closed. A pure fold of its events, one
 * step an event; the same step says which event a state forbids. */
#ifndef VDPD_CASE_STATE_H
#define VDPD_CASE_STATE_H

#include "case/event.h"

enum case_state {
	CASE_NEW,
	CASE_ACKNOWLEDGED,
	CASE_TRIAGED,
	CASE_FIXED,
	CASE_CLOSED,
	CASE_STATE_COUNT
};

/* The fold. Start from zeroes. Times are UTC seconds, of the latest such event; 0 = never. */
struct case_status {
	bool received; /* the first event was seen: false in the zero status only */
	bool question; /* received as a question */
	enum case_state state;
	bool needs_info;                /* a pause laid over the state */
	enum severity severity;         /* in force: that of the last triaged */
	enum close_reason close_reason; /* CLOSE_NONE unless closed */
	bool acknowledged_ever;         /* by the event `acknowledged`, not only by an answer */
	bool triaged_ever;
	bool exploited;
	int64_t received_utc_s;
	int64_t acknowledged_utc_s; /* first answer of any kind since received */
	int64_t triaged_utc_s;
	int64_t fixed_utc_s;
	int64_t closed_utc_s;
	int64_t published_utc_s;
	int64_t withdrawn_utc_s;
	int64_t letter_utc_s; /* letter asked for */
	bool held;            /* legal hold */
	bool erase_asked;     /* by one person, since it was closed last */
	int64_t erased_utc_s; /* its keys were destroyed: the end */
	int64_t last_utc_s;   /* last event of any kind */
};

/* Applies E to S. ERR_STATE, with S unchanged, where the state forbids E:
 * - received comes first and once; no event is earlier than the last (case_event_time sees to it);
 * - acknowledged: once, while not closed. A first message to the reporter or info_requested also
 *   takes a new case to the state acknowledged, and it can still be acknowledged in so many words;
 * - info_requested, triaged: not once closed; triaged also not once fixed;
 * - info_provided: only while needs_info;
 * - fixed: only in state triaged;
 * - closed: not twice; withdrawn by the reporter: not twice, not once closed;
 * - reopened: only when fixed or closed; it goes back to triaged, acknowledged or new, whichever
 *   the case had reached;
 * - published: only when fixed or closed;
 * - exploited: once;
 * - held: not twice; hold_lifted: only while held;
 * - erase_asked, erased: only when closed and not held; nothing at all follows erased;
 * - the rest in every state. */
enum err case_step(struct case_status *s, const struct event *e) MUST_CHECK;

/* The time that an event happening now gets: NOW_UTC_S, or the last event's where the machine's
 * clock was set back since. */
static inline int64_t
case_event_time(const struct case_status *s, int64_t now_utc_s)
{
	return now_utc_s > s->last_utc_s ? now_utc_s : s->last_utc_s;
}

/* The fold of N events from nothing. On ERR_STATE *bad_at (may be NULL) is the index of the event
 * that was forbidden. */
enum err case_fold(
        const struct event *events, size_t n, struct case_status *out, size_t *bad_at) MUST_CHECK;

/* "new" … "closed"; static. */
const char *case_state_name(enum case_state s);
/* "New" … "Closed", for people. */
const char *case_state_label(enum case_state s);
enum err case_state_parse(struct str s, enum case_state *out) MUST_CHECK;

#endif
