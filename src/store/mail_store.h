/* What is known of mail without its content: which messages were taken, which Message-IDs belong to
 * which case, which addresses had an automatic receipt. All by keyed hashes. */
#ifndef VDPD_STORE_MAIL_STORE_H
#define VDPD_STORE_MAIL_STORE_H

#include "store/db.h"

enum { MAIL_HASH_BYTES = 32 };

/* The case that took the message; ERR_NOT_FOUND if none did. */
enum err mail_taken_find(
        struct db *db, const unsigned char hash[MAIL_HASH_BYTES], int64_t *case_id) MUST_CHECK;
enum err mail_taken_insert(struct db *db, const unsigned char hash[MAIL_HASH_BYTES],
        int64_t case_id, int64_t at) MUST_CHECK;

/* The case that a Message-ID belongs to; ERR_NOT_FOUND. What is there already stays. */
enum err mail_id_find(
        struct db *db, const unsigned char hash[MAIL_HASH_BYTES], int64_t *case_id) MUST_CHECK;
enum err mail_id_insert(
        struct db *db, const unsigned char hash[MAIL_HASH_BYTES], int64_t case_id) MUST_CHECK;

/* *MAY: no receipt went to ADDRESS (contact_hash) since SINCE. Then AT is written down for it. */
enum err mail_answer_claim(struct db *db, const unsigned char address[MAIL_HASH_BYTES],
        int64_t since, int64_t at, bool *may) MUST_CHECK;

/* Forgets what was taken or answered before BEFORE, at most a few hundred rows of each; *N of how
 * many. */
enum err mail_forget(struct db *db, int64_t before, int64_t *n) MUST_CHECK;

/* The link of a case. */
struct case_link_row {
	unsigned char hash[32];
	unsigned char wrap[72]; /* REPORTER_WRAP_BYTES */
	int64_t expires_at;     /* 0: it has served */
};
/* Puts it in the place of the one before. */
enum err case_link_put(struct db *db, int64_t case_id, const struct case_link_row *link) MUST_CHECK;
/* ERR_NOT_FOUND if none was ever made. */
enum err case_link_get(
        struct arena *a, struct db *db, int64_t case_id, struct case_link_row *out) MUST_CHECK;
/* Overwrites it, if there is one: it opens nothing any more. */
enum err case_link_spend(struct db *db, int64_t case_id) MUST_CHECK;
/* A new receipt in the place of the old one. */
enum err case_receipt_put(struct db *db, int64_t case_id, const unsigned char receipt_hash[32],
        struct str reporter_wrap) MUST_CHECK;

extern const struct stmt *const mail_store_stmts[];

#endif
