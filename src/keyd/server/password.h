/* Passwords: argon2id (RFC 9106) at 19 MiB and two passes, one at a time on a thread of its own, so
 * that hashing never holds up who only wants a case. The only user of argon2. */
#ifndef VDPD_KEYD_SERVER_PASSWORD_H
#define VDPD_KEYD_SERVER_PASSWORD_H

#include "base/str.h"

enum { PASSWORD_STORED_BYTES = 128 /* with its NUL */, PASSWORD_WAITING_MAX = 16 };

struct passwords;

/* One password to hash or to verify; lives until `then` was called. */
struct password_job {
	struct str password;
	bool verify;                        /* against `stored`; otherwise `stored` is filled */
	char stored[PASSWORD_STORED_BYTES]; /* NUL-terminated */
	bool ok;                            /* the outcome */
	void (*then)(struct password_job *job);
	void *arg; /* for `then` */
	struct password_job *next;
};

/* Starts the thread. WAKE(ARG) is called by it whenever passwords_collect has something to do. */
struct passwords *passwords_new(void (*wake)(void *arg), void *arg);
/* Waits for the job in hand; those still waiting get ok = false and their `then`. */
void passwords_free(struct passwords *p);

/* ERR_BUSY where PASSWORD_WAITING_MAX are waiting already. */
enum err passwords_submit(struct passwords *p, struct password_job *job) MUST_CHECK;

/* Calls `then` of the jobs that are done, in the caller's thread. */
void passwords_collect(struct passwords *p);

/* Hashes a random password, for judging people who do not exist. */
void password_dummy(char stored[PASSWORD_STORED_BYTES]);

#endif
