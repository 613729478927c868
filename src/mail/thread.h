/* Which case a message belongs to: by the tag in the address that it went to, by the messages that
 * it answers, by the number in its subject, in this order. */
#ifndef VDPD_MAIL_THREAD_H
#define VDPD_MAIL_THREAD_H

#include "act/act.h"
#include "mail/mime/message.h"

enum { MAIL_TAG_MAX = 64 };

/* What stands behind the + in the address of a case: "exw-2026-0001-k3v9…", its number and a keyed
 * check, in A. */
struct str mail_tag(struct arena *a, const struct key *server_key, struct str case_number);

/* "user+TAG@host" of USER@HOST, in A. */
struct str mail_tagged(struct arena *a, struct str address, struct str tag);
/* ADDRESS without its +TAG, small letters, in A; the tag, "" if there is none. */
struct str mail_untagged(struct arena *a, struct str address, struct str *tag);

/* The keyed hash under which a Message-ID (without < >) is kept. */
void mail_id_hash(const struct key *server_key, struct str id, unsigned char out[32]);

/* The case of M, which went to an address with TAG; ERR_NOT_FOUND if it belongs to none. HOST is of
 * the Message-IDs that we write. */
enum err mail_thread(struct arena *a, struct db *db, const struct programme *pr,
        const struct key *server_key, struct str host, struct str tag, const struct mail_message *m,
        struct case_row *out) MUST_CHECK;

#endif
