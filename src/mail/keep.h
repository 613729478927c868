/* Keeping the bytes of a mail: pieces of memory files as sealed blobs. */
#ifndef VDPD_MAIL_KEEP_H
#define VDPD_MAIL_KEEP_H

#include "act/act.h"
#include "mail/mime/message.h"
#include "proc/channel.h"

/* Writes the N bytes at AT of FD as a blob under KEY, durably, into *OUT (blob, info, picture; the
 * rest is the caller's). ERR_FULL, ERR_IO, ERR_PEER, ERR_BUSY: then it is empty, and swept. */
enum err keep_bytes(struct channel_pool *supervisor, int fd, struct mail_extent bytes,
        const struct key *key, struct act_file *out) MUST_CHECK;

#endif
