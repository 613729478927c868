/* What a mail's signatures and keys are, told to the team. */
#ifndef VDPD_MAIL_SIGNED_H
#define VDPD_MAIL_SIGNED_H

#include "mail/mime/message.h"
#include "proc/nursery.h"

/* *NOTE, in A: what PGP says of each signature over M or a part of it, checked against the keys
 * that came with the mail alone, and of each of these keys; "" where there is neither. That a
 * signature is good says that the key's owner signed, not who that is. Errors are those of a worker
 * that is not to be had: try later. */
enum err signed_note(struct arena *a, struct worker *pgp, const struct mail_message *m,
        int parts_fd, struct str *note) MUST_CHECK;

/* The sender's key, if one came with M, in a new memory file that is the caller's; an empty one if
 * none did. -1 on failure. */
int signed_key_file(const struct mail_message *m, int parts_fd);

#endif
