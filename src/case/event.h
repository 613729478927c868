/* What happens to a case. A case is the list of its events; its state and its clocks are computed
 * from them (case/state.h, case/clocks.h). Names are those of the contract, of the database and of
 * JSON, and never change. */
#ifndef VDPD_CASE_EVENT_H
#define VDPD_CASE_EVENT_H

#include "policy/severity.h"

enum event_kind {
	EVENT_RECEIVED,
	EVENT_ACKNOWLEDGED,
	EVENT_MESSAGE, /* to: the reporter or the team */
	EVENT_INFO_REQUESTED,
	EVENT_INFO_PROVIDED,
	EVENT_TRIAGED, /* severity */
	EVENT_FIXED,
	EVENT_CLOSED, /* reason */
	EVENT_REOPENED,
	EVENT_EXPLOITED,
	EVENT_REGULATOR_SENT, /* what */
	EVENT_DISCLOSURE_ASKED,
	EVENT_PUBLISHED,
	/* Those that no clock sees. */
	EVENT_NOTE,
	EVENT_ASSIGNED,
	EVENT_FILE_ADDED,
	EVENT_WITHDRAWN, /* the reporter takes the report back; `closed` with that reason follows */
	EVENT_CREDIT_CHANGED,
	EVENT_LETTER_REQUESTED,
	EVENT_HELD, /* legal hold: nothing of the case may be erased */
	EVENT_HOLD_LIFTED,
	EVENT_ERASE_ASKED, /* one of two persons wants it erased */
	EVENT_ERASED,      /* the keys are destroyed: nothing follows */
	EVENT_KIND_COUNT
};

enum party { PARTY_NONE, PARTY_REPORTER, PARTY_TEAM };

enum close_reason {
	CLOSE_NONE, /* not closed */
	CLOSE_RESOLVED,
	CLOSE_DUPLICATE,
	CLOSE_OUT_OF_SCOPE,
	CLOSE_NOT_REPRODUCIBLE,
	CLOSE_INFORMATIVE,
	CLOSE_NOT_APPLICABLE,
	CLOSE_SPAM,
	CLOSE_WITHDRAWN,
	CLOSE_REASON_COUNT
};

/* What was sent to the regulator (Regulation (EU) 2024/2847, Article 14(2)(a), (b), (c)). */
enum regulator_report {
	REGULATOR_NONE,
	REGULATOR_WARNING,
	REGULATOR_NOTIFICATION,
	REGULATOR_FINAL,
	REGULATOR_REPORT_COUNT
};

/* The part of an event that states and clocks need; its text and files are elsewhere, sealed.
 * Fields that the kind has no use for are 0. */
struct event {
	int64_t at_utc_s;
	enum event_kind kind;
	enum severity severity;     /* triaged */
	enum party to;              /* message */
	enum close_reason reason;   /* closed */
	enum regulator_report what; /* regulator_sent */
	bool question;              /* received: a question, not a report */
};

/* "received", "info_requested" …: static. Reading is exact; ERR_INVALID for another word. */
const char *event_name(enum event_kind k);
enum err event_parse(struct str s, enum event_kind *out) MUST_CHECK;

/* "reporter", "team". */
const char *party_name(enum party p);
enum err party_parse(struct str s, enum party *out) MUST_CHECK;

/* "resolved", "out_of_scope" …; close_reason_label gives it for people: "Out of scope". */
const char *close_reason_name(enum close_reason r);
const char *close_reason_label(enum close_reason r);
enum err close_reason_parse(struct str s, enum close_reason *out) MUST_CHECK;

/* "warning", "notification", "final". */
const char *regulator_report_name(enum regulator_report r);
enum err regulator_report_parse(struct str s, enum regulator_report *out) MUST_CHECK;

/* True if `vdpd clocks` reads this kind: received … published. */
static inline bool
event_moves_clocks(enum event_kind k)
{
	return k <= EVENT_PUBLISHED;
}

#endif
