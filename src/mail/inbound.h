/* A message that came becomes a case, or part of one. However it is made it is kept whole: the raw
 * bytes are a file of the case, which only the team opens. */
#ifndef VDPD_MAIL_INBOUND_H
#define VDPD_MAIL_INBOUND_H

#include "act/instance.h"
#include "mail/mime/message.h"
#include "proc/nursery.h"
#include "store/writer.h"

/* What the threads that take messages share; constant once the writer has been started. */
struct inbound {
	struct instance *in;
	struct writer *writer;
	struct channel_pool *pgp; /* nursery of OpenPGP workers */
};

/* A message as it arrived. */
struct arrival {
	int raw_fd; /* memory file: all of it, as it came */
	uint64_t size_bytes;
	unsigned char sha256[SHA256_BYTES];
	struct str sender; /* of the envelope; "" is the null sender */
	struct mail_message message;
	int parts_fd;       /* of the message's parts */
	struct worker *pgp; /* the sender's OpenPGP worker */
};

/* The recipients: the configuration's, or the contact address of the policy. True if ADDRESS,
 * whatever its +TAG, is one. */
bool inbound_is_ours(struct arena *a, const struct inbound *in, struct str address);

/* Takes the message in A->raw_fd apart into A->message and A->parts_fd, which is made here, by
 * WORKER. ERR_BUSY, ERR_PEER, ERR_IO: later. */
enum err inbound_read(struct arena *a, struct worker *worker, struct arrival *m) MUST_CHECK;

/* Takes it for RECIPIENT and returns once that is durable; *NUMBER is the case's, in A. A message
 * that was taken for that recipient before is not taken again. DB is the calling thread's.
 * ERR_TOO_LARGE: the case holds as much as a case can. ERR_FULL, ERR_BUSY, ERR_PEER, ERR_IO,
 * ERR_STORE …: later. */
enum err inbound_take(struct arena *a, const struct inbound *in, struct db *db,
        const struct arrival *m, struct str recipient, struct str *number) MUST_CHECK;

/* For writer_config.batch, with a struct instance as ctx: keyd signs for new cases. */
void inbound_sign(void *ctx, struct writer_job *const *jobs, size_t n);

#endif
