/* Notices to people: which template, to whom, about which case. What they say is made when they are
 * sent, from the policy's texts; nothing of a report stands here. */
#ifndef VDPD_STORE_NOTICE_STORE_H
#define VDPD_STORE_NOTICE_STORE_H

#include "store/db.h"

enum {
	NOTICE_RECIPIENT_REPORTER = 0,
	NOTICE_RECIPIENT_TEAM = -1,      /* who may read cases */
	NOTICE_RECIPIENT_EVERYBODY = -2, /* whatever the role */
};

struct notice_row {
	int64_t id;
	int64_t case_id;     /* 0: of no case */
	struct str template; /* "new_report", "warning", "missed", "answer" … */
	int64_t about; /* what makes it one of its kind: an event's number, a clock's due time; of
	                * no case: the entry of keyd's log */
	int64_t recipient; /* a person's id, or a NOTICE_RECIPIENT_ */
	int64_t queued_at;
	int64_t try_at; /* not before */
	int64_t tries;
	int64_t sent_at;    /* 0: not yet */
	struct str trouble; /* why the last try failed, as a class: "refused", "timeout"; never an
	                       address */
};

/* Queues a notice; one that is there already (same case, template, about, recipient) stays as it
 * is. */
enum err notice_queue(struct db *db, const struct notice_row *row) MUST_CHECK;
/* *ANY: there is such a notice, to whomever, sent or not. */
enum err notice_any(
        struct db *db, int64_t case_id, struct str template, int64_t about, bool *any) MUST_CHECK;
/* Unsent notices whose time has come, the oldest first. */
enum err notice_due(struct arena *a, struct db *db, int64_t now, size_t max,
        struct notice_row **rows, size_t *n) MUST_CHECK;
enum err notice_sent(struct db *db, int64_t id, int64_t at) MUST_CHECK;
/* The last notice for the same case, template and recipient that is not sent; 0 for none. */
enum err notice_waiting_last(struct db *db, const struct notice_row *row, int64_t *id) MUST_CHECK;
/* Marks as sent what is queued for the same case, template and recipient up to id UPTO. */
enum err notice_sent_alike(
        struct db *db, const struct notice_row *row, int64_t upto, int64_t at) MUST_CHECK;
/* When one for the same case, template and recipient was sent last; 0 for never. */
enum err notice_sent_last(struct db *db, const struct notice_row *row, int64_t *sent_at) MUST_CHECK;
/* Not before TRY_AT, without counting a try. */
enum err notice_postpone(struct db *db, int64_t id, int64_t try_at) MUST_CHECK;
/* How many are not sent, whenever they are to be tried. */
enum err notice_count_waiting(struct db *db, int64_t *n) MUST_CHECK;
enum err notice_failed(struct db *db, int64_t id, int64_t try_at, struct str trouble) MUST_CHECK;

extern const struct stmt *const notice_store_stmts[];

#endif
