/* How often a password may be tried, per login and overall, asked before anything is hashed. In
 * memory: it costs an attacker of keyd's process more to empty it than it would give. */
#ifndef VDPD_KEYD_SERVER_THROTTLE_H
#define VDPD_KEYD_SERVER_THROTTLE_H

#include "base/str.h"

enum {
	THROTTLE_FREE = 5,          /* tries in a row that only have to be wrong, not slow */
	THROTTLE_FIRST_WAIT_S = 30, /* doubles with each try after these */
	THROTTLE_LONGEST_WAIT_S = 900,
	THROTTLE_FORGET_S = 3600,
	THROTTLE_BURST = 40, /* overall */
	THROTTLE_PER_S = 2,
};

struct throttle;

/* One for keyd; freed with it (NULL allowed). */
struct throttle *throttle_new(void);
void throttle_free(struct throttle *t);

/* Counts one try of LOGIN (any bytes; letter case and outer spaces do not count). ERR_RATE with
 * *retry_after_s if it is too early; it is not counted then. */
enum err throttle_try(
        struct throttle *t, struct str login, int64_t now, int64_t *retry_after_s) MUST_CHECK;

/* The try was right: LOGIN starts anew. */
void throttle_right(struct throttle *t, struct str login);

#endif
