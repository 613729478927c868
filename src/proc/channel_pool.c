/* Channels to one peer, lent to threads one at a time. */
#include "proc/channel.h"

#include "base/time.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct member {
	struct channel *channel;
	int fd; /* the channel's, for shutdown */
	bool lent;
	bool old; /* of a peer that is gone: freed when given back */
	struct member *next;
};

struct channel_pool {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct member *members;
};

struct channel_pool *
channel_pool_new(void)
{
	struct channel_pool *p = calloc(1, sizeof *p);
	pthread_condattr_t attr;

	if (p == NULL)
		abort();
	pthread_mutex_init(&p->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&p->changed, &attr);
	pthread_condattr_destroy(&attr);
	return p;
}

static void
drop(struct channel_pool *p, struct member *m)
{
	struct member **at = &p->members;

	while (*at != m)
		at = &(*at)->next;
	*at = m->next;
	channel_free(m->channel);
	free(m);
}

void
channel_pool_free(struct channel_pool *p)
{
	if (p == NULL)
		return;
	while (p->members != NULL)
		drop(p, p->members);
	pthread_cond_destroy(&p->changed);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

void
channel_pool_replace(struct channel_pool *p, const struct fds *fds)
{
	struct member *next;

	pthread_mutex_lock(&p->lock);
	for (struct member *m = p->members; m != NULL; m = next) {
		next = m->next;
		if (m->lent) {
			m->old = true;
			shutdown(m->fd, SHUT_RDWR); /* wakes the caller, with ERR_PEER */
		} else {
			drop(p, m);
		}
	}
	for (size_t i = 0; i < fds->n; i++) {
		struct member *m = malloc(sizeof *m);

		if (m == NULL)
			abort();
		*m = (struct member){channel_new(fds->fd[i]), fds->fd[i], .next = p->members};
		p->members = m;
	}
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
}

/* A free channel, lent; NULL if none became free before UNTIL_MS (under 0: waits for ever). */
static struct member *
borrow(struct channel_pool *p, int64_t until_ms)
{
	struct timespec until = {until_ms / 1000, until_ms % 1000 * 1000000};
	struct member *m;
	int waited = 0;

	pthread_mutex_lock(&p->lock);
	for (;;) {
		for (m = p->members; m != NULL && (m->lent || m->old); m = m->next)
			;
		if (m != NULL || waited == ETIMEDOUT)
			break;
		if (until_ms < 0)
			pthread_cond_wait(&p->changed, &p->lock);
		else
			waited = pthread_cond_timedwait(&p->changed, &p->lock, &until);
	}
	if (m != NULL)
		m->lent = true;
	pthread_mutex_unlock(&p->lock);
	return m;
}

static void
give_back(struct channel_pool *p, struct member *m, bool dead)
{
	pthread_mutex_lock(&p->lock);
	m->lent = false;
	if (dead || m->old)
		drop(p, m);
	pthread_cond_signal(&p->changed);
	pthread_mutex_unlock(&p->lock);
}

enum err
channel_pool_call(struct channel_pool *p, uint32_t type, const struct buf *request,
        struct buf *reply, int timeout_ms)
{
	return channel_pool_call_fds(p, type, request, NULL, reply, NULL, timeout_ms);
}

/* True if the peer of FD is known to be gone: then nothing sent now would reach anybody. */
static bool
peer_gone(int fd)
{
	char c;
	ssize_t n = recv(fd, &c, 1, MSG_PEEK | MSG_DONTWAIT);

	return n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}

enum err
channel_pool_call_fds(struct channel_pool *p, uint32_t type, const struct buf *request,
        const struct fds *send, struct buf *reply, struct fds *got, int timeout_ms)
{
	int64_t until_ms = timeout_ms < 0 ? -1 : now_mono_ms() + timeout_ms;

	for (;;) {
		struct member *m = borrow(p, until_ms);
		int64_t left_ms;
		enum err e;

		if (m == NULL)
			return ERR_BUSY;
		if (peer_gone(m->fd)) {
			give_back(p, m, true);
			continue;
		}
		left_ms = timeout_ms < 0 ? -1 : until_ms - now_mono_ms();
		if (timeout_ms >= 0 && left_ms < 0)
			left_ms = 0;
		e = channel_call_fds(m->channel, type, request, send, reply, got, (int)left_ms);
		/* The peer itself may answer ERR_PEER, of another one; dropping a channel that is
		 * in order would leave the pool short. */
		give_back(p, m, (e == ERR_PEER && peer_gone(m->fd)) || e == ERR_IO);
		return e;
	}
}
