/* One packet on a SOCK_SEQPACKET socket: bytes and descriptors, whole or not at all. What channels
 * and the control socket are made of; nothing else uses it. */
#ifndef VDPD_PROC_PACKET_H
#define VDPD_PROC_PACKET_H

#include "base/buf.h"

enum {
	CHANNEL_MAX = 65536,   /* bytes of a packet, its head included */
	CHANNEL_FDS = 16,      /* descriptors that one packet carries at the most */
	PACKET_HEAD = 4 + 8,   /* u32 type, u64 id */
	REQUEST_HEAD = 12 + 8, /* the same, and u64 of the HTTP request */
	ANSWER_HEAD = 12 + 4,  /* the same, and u32 enum err */
};

/* Descriptors that travel with a packet. */
struct fds {
	int fd[CHANNEL_FDS];
	size_t n;
};

/* Closes all of them; F is empty then. */
void fds_close(struct fds *f);

/* A connected pair, close-on-exec, with room for whole packets. ERR_IO on failure. */
enum err packet_pair(int out[2]) MUST_CHECK;

/* Sends BYTES (1 … CHANNEL_MAX) and copies of the descriptors of SEND (NULL: none) without waiting.
 * ERR_TOO_LARGE, ERR_BUSY where the socket is full, ERR_PEER where nobody reads any more, ERR_IO.
 */
enum err packet_send(int fd, struct str bytes, const struct fds *send) MUST_CHECK;

/* Waits up to TIMEOUT_MS (-1: for ever; 0: not at all) for one packet, into P (CHANNEL_MAX bytes).
 * The descriptors go to *GOT, close-on-exec, owned by the caller; with GOT NULL a packet that has
 * any is a broken protocol. ERR_BUSY on time-out, ERR_PEER at the end of the stream and for a
 * packet that is cut or of no bytes (its descriptors are closed). */
enum err packet_receive(int fd, char *p, size_t *n, struct fds *got, int timeout_ms) MUST_CHECK;

#endif
