/* Requests and answers between two processes, over a SOCK_SEQPACKET socket that the supervisor
 * made. One packet of at most CHANNEL_MAX bytes: u32 type, u64 id, u64 number of the HTTP request
 *that it is for (base/log.h), then the request's fields packed with base/buf.h; the answer: the
 *same type and id, u32 enum err, then its fields. One request at a time on a channel. Left-over
 *bytes, wrong lengths and unknown types end the peer.
 *
 * A message is a struct in the header of who answers it, with pack and unpack beside each other:
 *
 *	buf_init(&q, CHANNEL_MAX); sign_pack(&q, &request);
 *	buf_init(&r, CHANNEL_MAX);
 *	e = channel_pool_call(keyd, KEYD_SIGN, &q, &r, 5000);
 *	if (e == ERR_OK && !sign_answer_unpack(buf_view(&r), &answer)) e = ERR_PEER;
 */
#ifndef VDPD_PROC_CHANNEL_H
#define VDPD_PROC_CHANNEL_H

#include "proc/packet.h"

/* The most that the fields of a request or an answer may have. */
enum { CHANNEL_FIELDS_MAX = CHANNEL_MAX - REQUEST_HEAD };

/* ---- The asking side, one channel. Not for use by two threads at once. ---- */

struct channel;

/* Takes FD over. */
struct channel *channel_new(int fd);
void channel_free(struct channel *c); /* NULL allowed; closes */

/* Sends a request of TYPE with the packed fields of REQUEST (NULL: none) and waits up to TIMEOUT_MS
 * for the answer; its fields go to REPLY (an initialised buffer, reset first; NULL: none wanted).
 * What the other side answers that is not ERR_OK is returned as it is. Besides: ERR_PEER where the
 * other side is gone or broke the protocol (the channel is of no use any more; an answer longer
 * than REPLY's max counts), ERR_BUSY where no answer came in time (it may still have been done; the
 * channel stays in use), ERR_TOO_LARGE where REQUEST is too long or `full`. */
enum err channel_call(struct channel *c, uint32_t type, const struct buf *request,
        struct buf *reply, int timeout_ms) MUST_CHECK;

/* The same with descriptors: copies of SEND's go with the request (NULL: none), those of the answer
 * come into *GOT, owned by the caller (NULL: none may come). *GOT is set on ERR_OK only. */
enum err channel_call_fds(struct channel *c, uint32_t type, const struct buf *request,
        const struct fds *send, struct buf *reply, struct fds *got, int timeout_ms) MUST_CHECK;

/* ---- The asking side, many threads: a pool of channels to one peer. ---- */

struct channel_pool;

/* An empty pool; callers wait until channel_pool_replace fills it. */
struct channel_pool *channel_pool_new(void);
void channel_pool_free(struct channel_pool *p); /* NULL allowed; no caller may be inside */

/* New channels to a peer that was started (again); takes the descriptors over. Callers in flight on
 * the old ones get ERR_PEER, those who wait for a channel get a new one. */
void channel_pool_replace(struct channel_pool *p, const struct fds *fds);

/* As channel_call_fds, on a channel of the pool that nobody else uses meanwhile; TIMEOUT_MS covers
 * the wait for it too. While the peer is being started again callers wait: a request that surely
 * never reached the dead peer is sent to its successor, one that may have is ERR_PEER. */
enum err channel_pool_call(struct channel_pool *p, uint32_t type, const struct buf *request,
        struct buf *reply, int timeout_ms) MUST_CHECK;
enum err channel_pool_call_fds(struct channel_pool *p, uint32_t type, const struct buf *request,
        const struct fds *send, struct buf *reply, struct fds *got, int timeout_ms) MUST_CHECK;

#endif
