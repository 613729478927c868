/* The queue of the writers of one machine: lock A, then B, let A go, write, let B go. SQLite's own
 * lock is polled, so that beside a busy writer another may wait for long; here the kernel wakes
 * who waits, and A keeps the one who just wrote behind those already waiting. The locks are open
 * file description locks on two bytes of one file: each turnstile is its own descriptor, so that
 * threads exclude each other as processes do, and the kernel lets go if the holder dies. */
#ifndef VDPD_STORE_TURNSTILE_H
#define VDPD_STORE_TURNSTILE_H

#include "base/err.h"

#include <stdbool.h>

struct turnstile {
	int fd;
};

/* Opens or creates the lock file at PATH (never a descriptor that was inherited or passed: it would
 * share its locks). ERR_IO. */
enum err turnstile_init(struct turnstile *t, const char *path) MUST_CHECK;
void turnstile_clear(struct turnstile *t); /* also lets go */

/* Waits for the turn. Not twice in a row. ERR_IO if the kernel has no such locks or finds a
 * deadlock. */
enum err turnstile_enter(struct turnstile *t) MUST_CHECK;
void turnstile_leave(struct turnstile *t);

/* Another lock of the same file, which no writer waits for: who brings the database up to date and
 * keeps a copy first. Until turnstile_clear. ERR_IO. */
enum err turnstile_upgrade(struct turnstile *t) MUST_CHECK;

#endif
