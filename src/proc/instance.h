/* An instance, the directory that a supervisor serves: entered, locked, given to no root. */
#ifndef VDPD_PROC_INSTANCE_H
#define VDPD_PROC_INSTANCE_H

#include "base/str.h"

/* Makes the directory PATH the working directory and gives root up for its owner. ERR_NOT_FOUND,
 * ERR_DENIED (the owner is root, or is not who runs this), ERR_IO, with D filled. */
enum err instance_enter(const char *path, struct diag *d) MUST_CHECK;

/* Takes the lock run/lock for as long as *OUT is open, and writes the process number into it.
 * ERR_BUSY with D filled while another supervisor has it. */
enum err instance_lock(int *out, struct diag *d) MUST_CHECK;

/* Makes what an instance may lack: run/, data/, data/blobs/, outbox/ (0700). */
enum err instance_folders(struct diag *d) MUST_CHECK;

/* The file NAME (at most MAX bytes) in A. ERR_NOT_FOUND, ERR_TOO_LARGE, ERR_IO, D filled. */
enum err instance_read(
        struct arena *a, const char *name, size_t max, struct str *out, struct diag *d) MUST_CHECK;

/* A descriptor from which TEXT, which nobody can change, is read (a sealed memfd). ERR_IO. */
enum err instance_sealed(const char *name, struct str text, int *out) MUST_CHECK;

/* Writes "TEXT\n" to the file NAME, whole or not at all. ERR_IO. */
enum err instance_write(const char *name, const char *text) MUST_CHECK;

/* A directory of the instance, for openat. ERR_IO with D. */
enum err instance_dir(const char *name, int *out, struct diag *d) MUST_CHECK;

/* Takes away the copies of databases that upgrades kept (store/migrate.h) once they are KEPT_S old:
 * the new version has served for that long, and what was erased since must not live on in them. */
enum { KEPT_S = 7 * 86400 };
void instance_drop_copies(int64_t now_utc_s);

/* run/test-clock, 8 bytes, zeroes at first; *OUT read-only. ERR_IO. */
enum err instance_test_clock(int *out) MUST_CHECK;

#endif
