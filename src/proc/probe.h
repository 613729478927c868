/* Test builds alone: what an attacker inside a role would try first, tried. With VDPD_PROBE=ROLE
 * (or "all") in the supervisor's environment the real executable, with the descriptors that it
 * really has, does each of these before it is READY, and logs what=probe attempt=… result=refused
 * or result=done. A denied call is then survived; it is logged as always. */
#ifndef VDPD_PROC_PROBE_H
#define VDPD_PROC_PROBE_H

#ifdef VDPD_TEST
#include "proc/channel.h"

struct probe_attempt {
	const char *name;
	/* Tries; with -1 errno says why not. What worked is undone as far as it goes. */
	long (*act)(void);
	bool by_name; /* a lookup of files, as libraries do too: refused, but the process lives */
	bool quiet;   /* refused without a line in the log */
};

extern const struct probe_attempt probe_attempts[];
extern const size_t probe_attempts_n;

/* Whether ROLE ("public") is to be probed. */
bool probe_wanted(const char *role);

/* Tries and logs all. The file VDPD_PROBE_FILE names, if it is set, is opened too. */
void probe_run(void);

/* Asks keyd, over a channel of this process, for each request number that VDPD_PROBE_KEYD lists
 * ("9,10"), without any field, and logs what=probe ask=9 result=refused or result=answered. */
void probe_ask(struct channel_pool *keyd);
#endif

#endif
