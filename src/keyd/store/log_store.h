/* keyd's log: what was opened, for whom, when, and who changed whom. Each entry's hash covers the
 * one before, so that an entry cannot be changed or taken out unseen. Where the disk is full,
 * entries go to a file that was written to its whole length when the instance was made, and from
 * there to the database as soon as there is room. */
#ifndef VDPD_KEYD_STORE_LOG_STORE_H
#define VDPD_KEYD_STORE_LOG_STORE_H

#include "keyd/client/protocol.h"
#include "store/tx.h"

enum { LOG_HASH_BYTES = 32, LOG_RESERVE_BYTES = 256 * 1024 };

struct log_head {
	int64_t id; /* 0: the log is empty */
	unsigned char hash[LOG_HASH_BYTES];
};

/* Who did it, as every entry names them. */
enum actor_kind { ACTOR_PERSON, ACTOR_TOKEN, ACTOR_OPERATOR, ACTOR_COURIER, ACTOR_PGP };
struct actor {
	enum actor_kind kind;
	int64_t id;      /* of the person or token; 0 */
	struct str name; /* "" for operator and courier */
};
/* "person 3 Ada", "token 7 ci", "operator", "courier", "pgp" in A. */
struct str actor_text(struct arena *a, const struct actor *by);

/* Inside tx_run: appends E, whose id is set here; the id goes to E->id. ERR_TOO_LARGE for a text
 * over the protocol's bounds. */
enum err log_append(struct db *db, struct keyd_log_entry *e) MUST_CHECK;

/* The newest entry; {0} if there is none. */
enum err log_head_get(struct db *db, struct log_head *out) MUST_CHECK;

/* What the whole team is told of, later than AFTER_UTC_S: roles, shutting out and in, a new start;
 * the newest first, at most KEYD_NEWS_MAX. */
enum err log_news(
        struct arena *a, struct db *db, int64_t after_utc_s, struct keyd_log *out) MUST_CHECK;

/* What everybody is told by mail, after the entry AFTER_ID, the oldest first, at most
 * KEYD_TOLD_MAX. */
enum err log_told(
        struct arena *a, struct db *db, int64_t after_id, struct keyd_log *out) MUST_CHECK;

/* The time of the newest entry; 0 if there is none. */
enum err log_newest_at(struct db *db, int64_t *at) MUST_CHECK;

/* What Q asks for, with next_before. Its actor and number are words without '%'; '_' in an actor
 * stands for itself or anything. */
enum err log_search(struct arena *a, struct db *db, const struct keyd_audit *q,
        struct keyd_log *out) MUST_CHECK;

/* At most KEYD_AUDIT_MAX entries older than BEFORE_ID (0: from the newest), the newest first. */
enum err log_list(
        struct arena *a, struct db *db, int64_t before_id, struct keyd_log *out) MUST_CHECK;

/* Checks up to MAX links after the entry AFTER_ID (0: the beginning). ERR_FORGED where one does not
 * fit or is missing; *out is then unchanged. */
enum err log_verify(
        struct db *db, int64_t after_id, int64_t max, struct keyd_audit_verified *out) MUST_CHECK;

/* ---- The reserve ---- */

struct log_reserve;

/* Creates NAME in the directory DIRFD, whole and synced. */
enum err log_reserve_create(int dirfd, const char *name) MUST_CHECK;
/* Takes FD (open for reading and writing) over and reads what is waiting in it. */
enum err log_reserve_open(int fd, struct log_reserve **out) MUST_CHECK;
void log_reserve_free(struct log_reserve *r); /* NULL allowed */
bool log_reserve_waiting(const struct log_reserve *r);

/* Appends E behind what waits, or behind DB's newest entry; durable on return. ERR_FULL when the
 * reserve is used up. */
enum err log_reserve_append(
        struct log_reserve *r, struct db *db, struct keyd_log_entry *e) MUST_CHECK;

/* Moves what waits to DB and empties the reserve. Whatever happens in between, each entry is there
 * once. ERR_FORGED if it does not follow on DB's newest entry. */
enum err log_reserve_flush(struct log_reserve *r, struct db *db) MUST_CHECK;

#endif
