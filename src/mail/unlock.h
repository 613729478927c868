/* What of a mail is encrypted is opened by an OpenPGP worker and sealed to the case, without this
 * process seeing it. */
#ifndef VDPD_MAIL_UNLOCK_H
#define VDPD_MAIL_UNLOCK_H

#include "act/act.h"
#include "mail/mime/message.h"
#include "proc/nursery.h"

enum { UNLOCK_MAX = 8 }; /* pieces of one mail that are opened */

/* True if M has a piece that may be opened. */
bool unlock_wanted(const struct mail_message *m);

/* Opens the pieces of M, whose bytes are in PARTS_FD, by PGP, and seals each to the case of ROW,
 * for which keyd has signed, as a new blob of SUPERVISOR's: files for act_file_row in OUT (room for
 * UNLOCK_MAX), *N of them. *NOTE, for the team, says what could not be opened, and why; "" : all
 * was. Signatures are checked against the keys that came with the mail. Errors are those of a
 * worker that is not to be had, and of blobs: try later. */
enum err unlock_mail(struct arena *a, struct worker *pgp, struct channel_pool *supervisor,
        const struct programme *pr, const struct case_row *row, const struct mail_message *m,
        int parts_fd, struct act_file *out, size_t *n, struct str *note) MUST_CHECK;

#endif
