/* The answering side of channels: one thread, poll, a constant table of request types. What is not
 * in the table is denied; what its row does not allow the asking peer is denied and logged. */
#ifndef VDPD_PROC_SERVER_H
#define VDPD_PROC_SERVER_H

#include "proc/channel.h"

#include <sys/types.h>

struct channel_server;
struct request;

/* Who asks, as the supervisor says it (never as the peer does). */
struct peer {
	unsigned role;   /* enum role of proc/control.h; below 32 */
	unsigned number; /* counts the connections of this server from 1, so never twice */
	uid_t uid;       /* of an accepted connection (SO_PEERCRED); of this process otherwise */
	pid_t pid;
};

/* Answers one request. The handler unpacks IN first and returns ERR_SYNTAX unless cursor_done(IN);
 * ERR_SYNTAX ends the peer, and so do left-over bytes. With ERR_OK the fields of OUT go back, with
 * any other error only the error. A handler that called request_later returns ERR_OK and the answer
 * is given by ticket_answer. */
typedef enum err request_handler(
        void *state, struct request *r, struct cursor *in, struct buf *out);

struct request_type {
	const char *name; /* for the log */
	request_handler *handle;
	uint32_t peers; /* bits 1u << enum role: who may ask; 0 denies all */
	unsigned fds;   /* descriptors that a request of this type has, exactly */
};

/* A server that answers by TYPES[type] (N rows; rows without handler are denied), with STATE for
 * its handlers. The table must outlive it. */
struct channel_server *channel_server_new(const struct request_type *types, size_t n, void *state);
/* Closes all its channels. No ticket may be outstanding. */
void channel_server_free(struct channel_server *s);

/* A channel to answer on, by a peer of ROLE; takes FD over. Any thread; also inside a handler.
 * ERR_BUSY where the server has too many (256): FD is closed. */
enum err channel_server_add(struct channel_server *s, int fd, unsigned role) MUST_CHECK;

/* Accepts connections on the listening SOCK_SEQPACKET unix socket FD (taken over) as peers of ROLE,
 * at most MAX at once. Before channel_server_step, or in its thread. */
void channel_server_listen(struct channel_server *s, int fd, unsigned role, unsigned max);

/* Calls ON_READABLE in the server's thread whenever FD (not taken over) can be read. One for each
 * server; before channel_server_step. */
void channel_server_watch(
        struct channel_server *s, int fd, void (*on_readable)(void *arg), void *arg);

/* Waits up to TIMEOUT_MS (-1: no bound) for something to do and does it. A loop around it is the
 * server; periodic work stands in that loop. ERR_IO where the system fails. */
enum err channel_server_step(struct channel_server *s, int timeout_ms) MUST_CHECK;

/* How many channels it has, and how many requests came over all of them so far. */
size_t channel_server_peers(struct channel_server *s);
uint64_t channel_server_requests(const struct channel_server *s);

/* Makes a waiting channel_server_step return. Any thread. */
void channel_server_wake(struct channel_server *s);

/* ---- In a handler ---- */

const struct peer *request_peer(const struct request *r);
/* Its type: the index of its row in the table. */
uint32_t request_number(const struct request *r);
/* The descriptor number I that came with the request: given to the caller, who closes it. The
 * server closes those that were not taken. */
int request_take_fd(struct request *r, size_t i);
/* Sends FD with the answer and closes it then. */
void request_give_fd(struct request *r, int fd);

/* The answer will be given later, maybe by another thread, with ticket_answer; once. */
struct ticket;
struct ticket *request_later(struct request *r);
/* Answers; frees T. OUT (may be NULL) holds the fields for ERR_OK. Any thread. An answer to a peer
 * that is gone goes nowhere. */
void ticket_answer(struct ticket *t, enum err e, const struct buf *out);

#endif
