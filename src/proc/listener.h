/* Listening sockets that the supervisor opens for the roles. */
#ifndef VDPD_PROC_LISTENER_H
#define VDPD_PROC_LISTENER_H

#include "base/str.h"

enum { LISTENER_NAME_MAX = 80 };

/* Listens on "ADDR:PORT" ("127.0.0.1:8080", "[::1]:0", "localhost:80"; port 0: the kernel chooses).
 * *OUT does not block; NAME is "ADDR:PORT" as it came out. A port in use is tried again for up to
 * WAIT_MS. ERR_INVALID, ERR_CONFLICT (in use), ERR_DENIED, ERR_IO, with D filled. */
enum err listener_tcp(const char *address, int wait_ms, int *out, char name[LISTENER_NAME_MAX],
        struct diag *d) MUST_CHECK;

/* A SOCK_SEQPACKET socket at PATH (replaced; relative paths are short enough), for its owner alone.
 * ERR_IO with D. */
enum err listener_unix(const char *path, int *out, struct diag *d) MUST_CHECK;

/* The same as a stream, with MODE (0600, or 0666 where its folder says who may). */
enum err listener_unix_stream(const char *path, unsigned mode, int *out, struct diag *d) MUST_CHECK;

/* Connects to the socket NAME ("run/keyd.sock") of the instance at DIR, however long its path is.
 * ERR_PEER where nobody listens (nothing is being served), ERR_DENIED, ERR_IO. */
enum err listener_connect(const char *dir, const char *name, int *out) MUST_CHECK;
/* The same, a stream. */
enum err listener_connect_stream(const char *dir, const char *name, int *out) MUST_CHECK;

#endif
