/* The wrap of a team key: what keyd opens a case by. A box to the programme's storage key costs a
 * multiplication on Curve25519, the dearest part of sealing a report, so one box serves a stretch
 * of cases. It holds a random K0; the wrap of the stretch's case N has the box, N, and the team key
 * sealed under a key that follows from K(N); K(N+1) follows from K(N), which is wiped at once. What
 * is in memory opens no wrap that was made before, and the next ones for a second at the most: a
 * stretch is not gone on with for longer. Every wrap stands for itself, and where one is destroyed,
 * its neighbours do not bring the team key back: that was drawn, and follows from nothing. */
#ifndef VDPD_SEAL_TEAM_WRAP_H
#define VDPD_SEAL_TEAM_WRAP_H

#include "seal/case_keys.h"

enum {
	TEAM_WRAP_STRETCH = 64, /* cases a box at the most: so many steps keyd may have to walk */
	TEAM_WRAP_STRETCH_MS = 1000,
	TEAM_WRAP_BYTES = 1 + (KEY_BYTES + 48) + 1 + (KEY_BYTES + 16),
	/* The form of before: a box of the team key and the case's uid. It is still opened. */
	TEAM_WRAP_BOX_BYTES = KEY_BYTES + CASE_UID_BYTES + 48,
};

/* Makes wraps for one storage key; any thread may ask it. Its key is in guarded memory. */
struct wrapper;

/* STORAGE_PUBLIC is a point of full order, as keyd made it. Aborts without memory. */
struct wrapper *wrapper_new(const unsigned char storage_public[STORAGE_PUBLIC_BYTES]);
void wrapper_free(struct wrapper *w); /* NULL allowed */
/* The storage key that the next wrap is made for; and from now on for another one. Any thread. */
void wrapper_public(struct wrapper *w, unsigned char out[STORAGE_PUBLIC_BYTES]);
void wrapper_change(struct wrapper *w, const unsigned char storage_public[STORAGE_PUBLIC_BYTES]);

/* The team key for keyd, bound to the case's uid. */
void team_wrap(struct wrapper *w, const struct key *team,
        const unsigned char case_uid[CASE_UID_BYTES], unsigned char out[TEAM_WRAP_BYTES]);

/* ERR_FORGED if WRAP, of either form, was not made for this storage key and this case. */
enum err team_unwrap(const unsigned char storage_public[STORAGE_PUBLIC_BYTES],
        const struct key *storage_secret, struct str wrap,
        const unsigned char case_uid[CASE_UID_BYTES], struct key *team) MUST_CHECK;

#endif
