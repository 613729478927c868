/* The hash chain over the events of a case: each link covers the one before, the clear fields and
 * the sealed body, so that it can be checked without a key and survives the erasing of keys. */
#ifndef VDPD_SEAL_CHAIN_H
#define VDPD_SEAL_CHAIN_H

#include "seal/field.h"

enum { CHAIN_BYTES = 32, CHAIN_CLEAR_MAX = 16 * 1024 };

struct chain_link {
	const unsigned char *case_uid; /* CASE_UID_BYTES */
	int64_t seq;                   /* from 1 */
	int64_t at_utc_s;
	int64_t recorded_utc_s;
	struct str kind; /* the event's name */
	struct str
	        clear; /* its clear fields, as stored; with actor at most CHAIN_CLEAR_MAX bytes */
	struct str actor; /* who did it, as stored */
	int64_t sealed_with;
	struct str body; /* sealed; "" if there is none */
};

/* OUT = BLAKE2b-256(PREVIOUS, link). PREVIOUS is all zeroes for the first. OUT may be PREVIOUS. */
void chain_next(const unsigned char previous[CHAIN_BYTES], const struct chain_link *link,
        unsigned char out[CHAIN_BYTES]);

#endif
