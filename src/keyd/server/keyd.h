/* keyd's server: one thread that answers everything, and one that hashes passwords. */
#ifndef VDPD_KEYD_SERVER_KEYD_H
#define VDPD_KEYD_SERVER_KEYD_H

#include "keyd/server/budget.h"
#include "keyd/store/keyd_store.h"
#include "proc/server.h"

struct keyd;

struct keyd_limits {
	struct budget_marks budgets[BUDGET_KINDS]; /* different cases an hour and person or token */
	bool off;                                  /* serve --no-limits */
};
/* What holds where the configuration says nothing else. */
extern const struct keyd_limits keyd_default_limits;

/* Takes over STORE's content and SECRETS. Budgets go on where the log says they stand. Logs and
 * returns ERR_STORE if the log cannot be read; ERR_FORGED if SECRETS' own key opens nothing of what
 * people sign in with. On error both are gone. */
enum err keyd_new(const struct keyd_store *store, struct secrets *secrets,
        const struct keyd_limits *limits, struct keyd **out) MUST_CHECK;

/* Passkeys are for this ORIGIN of the desk, whose texts stay the caller's and must live as long as
 * K; before the sandbox. Without it there are none. */
struct origin;
void keyd_passkeys_for(struct keyd *k, const struct origin *origin);

/* Starts the password thread: after the sandbox. */
void keyd_start(struct keyd *k);

/* Finishes the password in hand, closes everything. */
void keyd_free(struct keyd *k);

/* Channels are added here (proc/server.h). */
struct channel_server *keyd_server(struct keyd *k);

/* What is good to do now and then: moves the log of the database into it, and what waits in the
 * reserve to where it belongs. */
void keyd_tidy(struct keyd *k);

/* One round: waits up to TIMEOUT_MS for something to do and does it. */
enum err keyd_step(struct keyd *k, int timeout_ms) MUST_CHECK;

#endif
