/* The gate before the work on messages: so many at once, and none of one sender before the first of
 * another, so that ten thousand messages of one sender do not hold up the rest. A sender is the
 * envelope's address. */
#ifndef VDPD_MAIL_GATE_H
#define VDPD_MAIL_GATE_H

#include "base/secret.h"

enum {
	GATE_PLACES = 12,         /* messages worked on at once */
	GATE_OPEN_PER_SENDER = 8, /* sessions of one sender in a transaction at once */
};

struct gate;

/* PER_HOUR messages of one sender are let in within an hour; 0: without bound. */
struct gate *gate_new(int64_t per_hour);
void gate_free(struct gate *g); /* NULL allowed; nobody may be inside */

/* A sender begins a transaction: ERR_RATE where it has too many open, or sent too much this hour.
 * *SENDER is its name within the gate. gate_end ends what gate_begin has begun. */
enum err gate_begin(struct gate *g, struct str address, uint64_t *sender) MUST_CHECK;
void gate_end(struct gate *g, uint64_t sender);

/* Waits for a place, at most TIMEOUT_MS (then ERR_BUSY); *PLACE is below GATE_PLACES, the caller's
 * until gate_leave. */
enum err gate_enter(struct gate *g, uint64_t sender, int timeout_ms, unsigned *place) MUST_CHECK;
void gate_leave(struct gate *g, uint64_t sender, unsigned place);

#endif
