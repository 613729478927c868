/* The listeners of LMTP: the one that mail systems speak to, and the instance's own socket for
 * `vdpd deliver`, which speaks LMTP too. A thread for each session. */
#ifndef VDPD_MAIL_LMTP_H
#define VDPD_MAIL_LMTP_H

#include "mail/session.h"

enum { LMTP_SESSIONS_MAX = 24, LMTP_LISTENERS_MAX = 2 };

struct lmtp;

/* Listens on the N descriptors of FDS (taken over). S must outlive it. ERR_IO without threads. */
enum err lmtp_start(
        const struct mail_service *s, const int *fds, size_t n, struct lmtp **out) MUST_CHECK;

/* Takes nothing new; sessions end after the message that they are at, once *S->stop is true. NULL
 * allowed. */
void lmtp_stop(struct lmtp *l);

#endif
