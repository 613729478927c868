/* Connections: how long each may take as a whole, and closing softly where input was not read. */
#include "web/server_internal.h"

#include "base/time.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	SWEEP_MS = 500,
	LINGER_MS = 3000,
	SLOWEST_BYTES_S = 16 * 1024,
};

int64_t
conn_allowance_ms(uint64_t bytes)
{
	return (int64_t)(bytes / SLOWEST_BYTES_S) * 1000;
}

struct conn *
conns_open(struct conns *c, int fd)
{
	struct conn *conn = calloc(1, sizeof *conn);

	if (conn == NULL)
		abort();
	conn->fd = fd;
	atomic_store(&conn->deadline_ms, now_mono_ms() + c->grace_ms);
	pthread_mutex_lock(&c->lock);
	conn->next = c->all;
	if (c->all != NULL)
		c->all->prev = conn;
	c->all = conn;
	pthread_mutex_unlock(&c->lock);
	return conn;
}

/* A socket closed with unread input is reset, and the reset can overtake the answer. A copy is kept
 * open for a while, and what still comes is thrown away. */
static void
linger(struct conns *c, int fd)
{
	for (size_t i = 0; i < LINGERING_MAX; i++) {
		struct lingering *l = &c->lingering[i];

		if (l->fd >= 0)
			continue;
		l->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
		l->until_ms = now_mono_ms() + LINGER_MS;
		if (l->fd >= 0)
			shutdown(l->fd, SHUT_WR);
		return;
	}
}

void
conns_close(struct conns *c, struct conn *conn)
{
	pthread_mutex_lock(&c->lock);
	if (conn->prev != NULL)
		conn->prev->next = conn->next;
	else
		c->all = conn->next;
	if (conn->next != NULL)
		conn->next->prev = conn->prev;
	if (atomic_load(&conn->linger) && !c->stop)
		linger(c, conn->fd);
	pthread_mutex_unlock(&c->lock);
	free(conn);
}

static void
lingering_drain(struct lingering *l, int64_t now_ms)
{
	char scrap[16 * 1024];
	ssize_t n = 1;

	for (int i = 0; i < 256 && n > 0; i++)
		n = recv(l->fd, scrap, sizeof scrap, MSG_DONTWAIT);
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR) || now_ms >= l->until_ms) {
		close(l->fd);
		l->fd = -1;
	}
}

/* Shutting a socket down makes the thread that serves it see its end; the list's lock makes sure
 * that the descriptor is still that connection's. */
static bool
sweep(struct conns *c)
{
	int64_t now_ms = now_mono_ms();
	bool busy = false;

	for (struct conn *conn = c->all; conn != NULL; conn = conn->next)
		if (atomic_load(&conn->deadline_ms) <= now_ms) {
			shutdown(conn->fd, SHUT_RDWR);
			atomic_store(&conn->deadline_ms, INT64_MAX);
		}
	for (size_t i = 0; i < LINGERING_MAX; i++)
		if (c->lingering[i].fd >= 0) {
			lingering_drain(&c->lingering[i], now_ms);
			busy = busy || c->lingering[i].fd >= 0;
		}
	return busy;
}

static void *
sweeper(void *arg)
{
	struct conns *c = arg;

	pthread_mutex_lock(&c->lock);
	while (!c->stop) {
		struct timespec at;
		long ms = sweep(c) ? 20 : SWEEP_MS;

		clock_gettime(CLOCK_MONOTONIC, &at);
		at.tv_nsec += ms * 1000000;
		at.tv_sec += at.tv_nsec / 1000000000;
		at.tv_nsec %= 1000000000;
		pthread_cond_timedwait(&c->wake, &c->lock, &at);
	}
	for (size_t i = 0; i < LINGERING_MAX; i++)
		if (c->lingering[i].fd >= 0)
			close(c->lingering[i].fd);
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

enum err
conns_start(struct conns *c)
{
	pthread_condattr_t attr;

	for (size_t i = 0; i < LINGERING_MAX; i++)
		c->lingering[i].fd = -1;
	pthread_mutex_init(&c->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&c->wake, &attr);
	pthread_condattr_destroy(&attr);
	return pthread_create(&c->thread, NULL, sweeper, c) == 0 ? ERR_OK : ERR_IO;
}

void
conns_stop(struct conns *c)
{
	pthread_mutex_lock(&c->lock);
	c->stop = true;
	pthread_cond_signal(&c->wake);
	pthread_mutex_unlock(&c->lock);
	pthread_join(c->thread, NULL);
	pthread_mutex_destroy(&c->lock);
	pthread_cond_destroy(&c->wake);
}
