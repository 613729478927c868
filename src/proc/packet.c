/* Packets with descriptors. */
#include "proc/packet.h"

#include "base/time.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

void
fds_close(struct fds *f)
{
	for (size_t i = 0; i < f->n; i++)
		close(f->fd[i]);
	f->n = 0;
}

enum err
packet_pair(int out[2])
{
	int pair[2], room = 2 * CHANNEL_MAX;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return ERR_IO;
	for (int i = 0; i < 2; i++) {
		if (setsockopt(pair[i], SOL_SOCKET, SO_SNDBUF, &room, sizeof room) == 0)
			continue;
		close(pair[0]);
		close(pair[1]);
		return ERR_IO;
	}
	out[0] = pair[0];
	out[1] = pair[1];
	return ERR_OK;
}

/* Aligned room for the ancillary data of CHANNEL_FDS descriptors. */
union ancillary {
	struct cmsghdr align;
	char room[CMSG_SPACE(sizeof(int) * CHANNEL_FDS)];
};

enum err
packet_send(int fd, struct str bytes, const struct fds *send)
{
	union ancillary anc = {0};
	struct iovec iov = {(void *)(uintptr_t)bytes.p, bytes.n};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	ssize_t n;

	if (bytes.n == 0 || bytes.n > CHANNEL_MAX || (send != NULL && send->n > CHANNEL_FDS))
		return ERR_TOO_LARGE;
	if (send != NULL && send->n > 0) {
		struct cmsghdr *c;

		msg.msg_control = anc.room;
		msg.msg_controllen = CMSG_SPACE(sizeof(int) * send->n);
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int) * send->n);
		memcpy(CMSG_DATA(c), send->fd, sizeof(int) * send->n);
	}
	do
		n = sendmsg(fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n == (ssize_t)bytes.n)
		return ERR_OK;
	if (n >= 0)
		return ERR_PEER;
	switch (errno) {
	case EAGAIN:
	case ENOBUFS:
		return ERR_BUSY;
	case EPIPE:
	case ECONNRESET:
	case ENOTCONN:
		return ERR_PEER;
	default:
		return ERR_IO;
	}
}

static enum err
wait_readable(int fd, int timeout_ms)
{
	int64_t until_ms = now_mono_ms() + timeout_ms;

	for (;;) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		int64_t left = until_ms - now_mono_ms();
		int n = poll(&p, 1, timeout_ms < 0 ? -1 : left < 0 ? 0 : (int)left);

		if (n > 0)
			return ERR_OK;
		if (n == 0)
			return ERR_BUSY;
		if (errno != EINTR)
			return ERR_IO;
	}
}

/* Takes the descriptors out of MSG; false if there were more than fit or anything else came. */
static bool
take_fds(struct msghdr *msg, struct fds *out)
{
	bool good = (msg->msg_flags & MSG_CTRUNC) == 0;

	out->n = 0;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c != NULL; c = CMSG_NXTHDR(msg, c)) {
		size_t n;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) {
			good = false;
			continue;
		}
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
			if (out->n < CHANNEL_FDS) {
				out->fd[out->n++] = fd;
			} else {
				close(fd);
				good = false;
			}
		}
	}
	return good;
}

enum err
packet_receive(int fd, char *p, size_t *n, struct fds *got, int timeout_ms)
{
	union ancillary anc = {0};
	struct iovec iov = {p, CHANNEL_MAX};
	struct msghdr msg = {.msg_iov = &iov,
	        .msg_iovlen = 1,
	        .msg_control = anc.room,
	        .msg_controllen = sizeof anc.room};
	struct fds arrived;
	ssize_t length;
	bool good, reset = false;

	for (;;) {
		enum err e = wait_readable(fd, timeout_ms);

		if (e != ERR_OK)
			return e;
		length = recvmsg(fd, &msg, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
		if (length >= 0)
			break;
		if (errno == ECONNRESET && reset)
			return ERR_PEER;
		/* The peer ended before it had read everything: its last words are behind this. */
		reset = reset || errno == ECONNRESET;
		if (errno == ECONNRESET)
			continue;
		if (errno == EAGAIN && timeout_ms == 0)
			return ERR_BUSY;
		if (errno != EINTR && errno != EAGAIN)
			return ERR_IO;
	}
	good = take_fds(&msg, &arrived);
	if (!good || length == 0 || (msg.msg_flags & MSG_TRUNC) != 0 ||
	        (got == NULL && arrived.n > 0)) {
		fds_close(&arrived);
		return ERR_PEER;
	}
	*n = (size_t)length;
	if (got != NULL)
		*got = arrived;
	return ERR_OK;
}
