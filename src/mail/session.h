/* One LMTP session (RFC 2033): PIPELINING, 8BITMIME, SMTPUTF8, SIZE, CHUNKING, ENHANCEDSTATUSCODES.
 * Each recipient has a reply of its own, after the message is durable for it. */
#ifndef VDPD_MAIL_SESSION_H
#define VDPD_MAIL_SESSION_H

#include "mail/gate.h"
#include "mail/inbound.h"

#include <stdatomic.h>

enum { SESSION_RECIPIENTS_MAX = 100 };

/* What sessions share. */
struct mail_service {
	struct inbound inbound;
	struct gate *gate;
	struct channel_pool *mime;
	struct db *db[GATE_PLACES]; /* one for each place behind the gate */
	struct str host;            /* how we name ourselves */
	const atomic_bool *stop;
};

/* Serves the connection FD until it ends. FD stays the caller's. */
void session_serve(const struct mail_service *s, int fd);

#endif
