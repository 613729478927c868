/* How messages leave: written into a directory, or given to a relay. Which one, the configuration
 * says; both take a message whole or not at all. */
#ifndef VDPD_JOBS_TRANSPORT_H
#define VDPD_JOBS_TRANSPORT_H

#include "policy/config.h"
#include "proc/channel.h"

#include <stdatomic.h>

struct transport;

/* What became of a message. */
enum sent {
	SENT,         /* the transport answers for it now */
	SENT_LATER,   /* not this time: try this one again later */
	SENT_REFUSED, /* for good, as far as the other side knows */
	SENT_DOWN     /* the transport itself is out of order: no use in trying others now */
};

/* Files NAME.eml in the outbox, made by the supervisor. */
struct transport *transport_dir(struct channel_pool *supervisor);

/* The relay of C. PASSWORD ("" for none) and CA, certificates in PEM ("" : those of the system),
 * are copied; C lives as long. HELO is how this machine names itself. A true *STOP ends what is
 * under way. Before the sandbox. */
struct transport *transport_smtp(const struct config *c, struct str password, struct str ca,
        struct str helo, const atomic_bool *stop);

void transport_free(struct transport *t); /* NULL allowed */

/* Sends MESSAGE. NAME (letters, digits, '-') is the same each time for the same message; FROM
 * and TO are by message_address; FROM may be "", the null sender. Unless SENT, *TROUBLE is why, in
 * a word: static. */
enum sent transport_send(struct transport *t, struct arena *a, struct str name, struct str from,
        struct str to, struct str message, const char **trouble) MUST_CHECK;

/* For the transports themselves. */
struct transport_class {
	enum sent (*send)(void *state, struct arena *a, struct str name, struct str from,
	        struct str to, struct str message, const char **trouble);
	void (*free)(void *state);
};
struct transport *transport_new(const struct transport_class *class, void *state);

#endif
