/* Taking a message apart, in this process: for workers, and for tests. GMime's state is the
 * process's, so that only one thread may. */
#ifndef VDPD_MAIL_MIME_PARSE_H
#define VDPD_MAIL_MIME_PARSE_H

#include "mail/mime/message.h"

/* Loads what the libraries want to have: once, before a sandbox that opens no file. */
void mail_parse_start(void);

enum { MAIL_ARENA_BYTES = 24 << 20 }; /* enough for one message */

/* Takes apart what RAW_FD holds, from its start (FLAGS: enum mime_flag of mail/mime/mime.h). The
 * bytes of parts go to PARTS_FD, from its start; *PARTS_END is where they end. However the message
 * is made, it is described, its slices in A. ERR_IO where the system fails. */
enum err mail_parse(struct arena *a, int raw_fd, int parts_fd, uint32_t flags,
        struct mail_message *out, uint64_t *parts_end) MUST_CHECK;

#endif
