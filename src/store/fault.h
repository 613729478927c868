/* Power cuts for tests: with VDPD_FAULT=1 in the environment of a test build, whatever was written
 * to a database and not yet synced can be thrown away after all processes were killed, as a power
 * cut would (at its worst). A VFS under SQLite keeps the old bytes of every write in FILE.undo
 * until the next sync; who opens the database first after all others died puts them back.
 * VDPD_SYNC_OFF=1 opens databases with synchronous=OFF, so that a test can show that it notices.
 * Blob files: base/durable.h. A release build contains none of this. */
#ifndef VDPD_STORE_FAULT_H
#define VDPD_STORE_FAULT_H

#include "base/str.h"

/* The name of the VFS for sqlite3_open_v2, registered with SQLite; NULL (the default) in a release
 * build or without VDPD_FAULT=1. */
const char *fault_vfs(void);

/* True only in a test build with VDPD_SYNC_OFF=1. */
bool fault_sync_off(void);

/* Takes back all that was not synced in the files of DIR that have an undo file; ERR_BUSY if
 * somebody has a database open there. Whoever opens a database first does the same by itself, so
 * that only tests that count need to call this. Without VDPD_FAULT=1, and in a release build, it
 * does nothing. *undone (may be NULL) is the number of writes taken back. ERR_IO. */
enum err fault_recover(const char *dir, size_t *undone) MUST_CHECK;

#endif
