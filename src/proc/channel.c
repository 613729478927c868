/* The asking side of a channel. */
#include "proc/channel.h"

#include "base/log.h"
#include "base/time.h"

#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

struct channel {
	int fd;
	uint64_t id; /* of the last request */
	char packet[CHANNEL_MAX];
};

struct channel *
channel_new(int fd)
{
	struct channel *c = malloc(sizeof *c);

	if (c == NULL)
		abort();
	c->fd = fd;
	c->id = 0;
	return c;
}

void
channel_free(struct channel *c)
{
	if (c == NULL)
		return;
	close(c->fd);
	free(c);
}

enum err
channel_call(struct channel *c, uint32_t type, const struct buf *request, struct buf *reply,
        int timeout_ms)
{
	return channel_call_fds(c, type, request, NULL, reply, NULL, timeout_ms);
}

static enum err
send_request(struct channel *c, uint32_t type, const struct buf *request, const struct fds *send)
{
	struct buf packet;
	enum err e = ERR_TOO_LARGE;

	buf_init(&packet, CHANNEL_MAX);
	buf_u32(&packet, type);
	buf_u64(&packet, ++c->id);
	buf_u64(&packet, log_request_now());
	if (request != NULL)
		buf_str(&packet, buf_view(request));
	if (!packet.full && (request == NULL || !request->full))
		e = packet_send(c->fd, buf_view(&packet), send);
	buf_clear(&packet);
	/* Only an answer that nobody fetched could fill the socket of a channel. */
	return e == ERR_BUSY ? ERR_PEER : e;
}

/* Reads the answer packet of N bytes. ERR_BUSY if it answers an earlier request, whose caller had
 * no patience. */
static enum err
take_answer(struct channel *c, size_t n, uint32_t type, struct buf *reply, enum err *answer)
{
	struct cursor in = {.rest = {c->packet, n}};
	uint32_t got_type = cursor_u32(&in);
	uint64_t got_id = cursor_u64(&in);
	uint32_t code = cursor_u32(&in);

	if (in.bad || got_id > c->id || code >= ERR_COUNT)
		return ERR_PEER;
	if (got_id < c->id)
		return ERR_BUSY;
	if (got_type != type || (in.rest.n > 0 && (reply == NULL || code != ERR_OK)))
		return ERR_PEER;
	if (reply != NULL) {
		buf_reset(reply);
		buf_str(reply, in.rest);
		if (reply->full)
			return ERR_PEER;
	}
	*answer = (enum err)code;
	return ERR_OK;
}

enum err
channel_call_fds(struct channel *c, uint32_t type, const struct buf *request,
        const struct fds *send, struct buf *reply, struct fds *got, int timeout_ms)
{
	int64_t until_ms = now_mono_ms() + timeout_ms;
	enum err answer = ERR_PEER;
	enum err e = send_request(c, type, request, send);

	while (e == ERR_OK) {
		int64_t left_ms = timeout_ms < 0 ? -1 : until_ms - now_mono_ms();
		struct fds arrived = {.n = 0};
		size_t n;

		if (timeout_ms >= 0 && left_ms < 0)
			left_ms = 0;
		e = packet_receive(c->fd, c->packet, &n, &arrived, (int)left_ms);
		if (e != ERR_OK)
			break;
		e = take_answer(c, n, type, reply, &answer);
		sodium_memzero(c->packet, n);
		if (e == ERR_OK && arrived.n > 0 && (got == NULL || answer != ERR_OK))
			e = ERR_PEER;
		if (e == ERR_OK) {
			if (got != NULL && answer == ERR_OK)
				*got = arrived;
			return answer;
		}
		fds_close(&arrived);
		if (e == ERR_BUSY)
			e = ERR_OK;
	}
	return e;
}
