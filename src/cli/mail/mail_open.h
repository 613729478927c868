/* What is encrypted in a message, or signed, with the keys of an instance: as its courier would
 * have it done, by the same workers in the same sandboxes. */
#ifndef VDPD_CLI_MAIL_MAIL_OPEN_H
#define VDPD_CLI_MAIL_MAIL_OPEN_H

#include "mail/mime/message.h"
#include "pgp/pgp.h"

struct opener;

/* Reads the programme's OpenPGP keys of the instance DIR, which becomes the working directory; root
 * is given up for its owner. Errors fill D. */
enum err opener_new(
        struct arena *a, const char *dir, struct opener **out, struct diag *d) MUST_CHECK;
/* Wipes the keys. NULL allowed. */
void opener_free(struct opener *o);

struct opened {
	bool decrypted;
	enum pgp_trouble trouble; /* why not, where something is encrypted; else PGP_FINE */
	struct pgp_signature signature;
	struct mail_message message; /* what was encrypted, where it is DECRYPTED */
};

/* Opens the first encrypted part of M, whose parts are in PARTS_FD, and checks the signature of
 * that or of M, against the keys that came with the message: they say that it is whole, not whose
 * it is. Texts in A. ERR_INVALID: it killed the workers; ERR_IO, ERR_PEER. */
enum err opener_open(struct arena *a, struct opener *o, const struct mail_message *m, int parts_fd,
        struct opened *out) MUST_CHECK;

#endif
