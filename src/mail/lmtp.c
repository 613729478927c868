/* Accepting LMTP sessions. */
#include "mail/lmtp.h"

#include "base/log.h"
#include "base/time.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LOOK_MS = 200, LEAVE_MS = 10 * 1000, STACK_BYTES = 512 * 1024 };

struct lmtp {
	const struct mail_service *s;
	int listener[LMTP_LISTENERS_MAX];
	size_t listeners_n;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t left;
	int open[LMTP_SESSIONS_MAX]; /* the sessions' sockets; -1: none */
	unsigned sessions;
	atomic_bool stop;
};

struct guest {
	struct lmtp *l;
	int fd;
	size_t seat;
};

static void *
serve(void *arg)
{
	struct guest g = *(struct guest *)arg;

	free(arg);
	session_serve(g.l->s, g.fd);
	pthread_mutex_lock(&g.l->lock);
	g.l->open[g.seat] = -1;
	g.l->sessions--;
	/* Under the lock: the number may be another session's a moment later. */
	close(g.fd);
	pthread_cond_signal(&g.l->left);
	pthread_mutex_unlock(&g.l->lock);
	return NULL;
}

/* A seat for FD, or LMTP_SESSIONS_MAX. */
static size_t
seat(struct lmtp *l, int fd)
{
	size_t i = 0;

	pthread_mutex_lock(&l->lock);
	while (i < LMTP_SESSIONS_MAX && l->open[i] >= 0)
		i++;
	if (i < LMTP_SESSIONS_MAX) {
		l->open[i] = fd;
		l->sessions++;
	}
	pthread_mutex_unlock(&l->lock);
	return i;
}

static void
unseat(struct lmtp *l, size_t i)
{
	pthread_mutex_lock(&l->lock);
	l->open[i] = -1;
	l->sessions--;
	pthread_mutex_unlock(&l->lock);
}

static void
welcome(struct lmtp *l, int fd)
{
	static const char busy[] = "421 4.3.2 Too many sessions: try again later\r\n";
	struct guest *g = malloc(sizeof *g);
	pthread_attr_t attr;
	pthread_t thread;
	size_t i = seat(l, fd);

	if (g == NULL)
		abort();
	*g = (struct guest){l, fd, i};
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	if (i < LMTP_SESSIONS_MAX && pthread_create(&thread, &attr, serve, g) == 0) {
		pthread_attr_destroy(&attr);
		return;
	}
	pthread_attr_destroy(&attr);
	free(g);
	if (i < LMTP_SESSIONS_MAX)
		unseat(l, i);
	if (send(fd, busy, sizeof busy - 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		log_info("mail_session", "end", "gone");
	close(fd);
}

static void *
loop(void *arg)
{
	struct lmtp *l = arg;
	struct pollfd p[LMTP_LISTENERS_MAX];
	static const int on = 1;

	for (size_t i = 0; i < l->listeners_n; i++)
		p[i] = (struct pollfd){.fd = l->listener[i], .events = POLLIN};
	while (!atomic_load(&l->stop)) {
		if (poll(p, l->listeners_n, LOOK_MS) <= 0)
			continue;
		for (size_t i = 0; i < l->listeners_n; i++) {
			int fd = (p[i].revents & POLLIN) != 0
			                 ? accept4(p[i].fd, NULL, NULL, SOCK_CLOEXEC)
			                 : -1;

			/* Replies are short and awaited. Fails on a unix socket. */
			if (fd >= 0 &&
			        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 &&
			        errno != EOPNOTSUPP)
				log_info("mail_session", "nodelay", strerror(errno));
			if (fd >= 0)
				welcome(l, fd);
		}
	}
	return NULL;
}

enum err
lmtp_start(const struct mail_service *s, const int *fds, size_t n, struct lmtp **out)
{
	struct lmtp *l = calloc(1, sizeof *l);
	pthread_condattr_t attr;

	if (l == NULL || n > LMTP_LISTENERS_MAX)
		abort();
	l->s = s;
	memcpy(l->listener, fds, n * sizeof *fds);
	l->listeners_n = n;
	for (size_t i = 0; i < LMTP_SESSIONS_MAX; i++)
		l->open[i] = -1;
	pthread_mutex_init(&l->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&l->left, &attr);
	pthread_condattr_destroy(&attr);
	if (pthread_create(&l->thread, NULL, loop, l) != 0) {
		free(l);
		return ERR_IO;
	}
	*out = l;
	return ERR_OK;
}

void
lmtp_stop(struct lmtp *l)
{
	int64_t until_ms = now_mono_ms() + LEAVE_MS;
	struct timespec until = {until_ms / 1000, until_ms % 1000 * 1000000};
	int r = 0;

	if (l == NULL)
		return;
	atomic_store(&l->stop, true);
	pthread_join(l->thread, NULL);
	pthread_mutex_lock(&l->lock);
	/* Nothing more is read; what is being taken is answered. */
	for (size_t i = 0; i < LMTP_SESSIONS_MAX; i++)
		if (l->open[i] >= 0)
			shutdown(l->open[i], SHUT_RD);
	while (l->sessions > 0 && r == 0)
		r = pthread_cond_timedwait(&l->left, &l->lock, &until);
	pthread_mutex_unlock(&l->lock);
	for (size_t i = 0; i < l->listeners_n; i++)
		close(l->listener[i]);
	if (r == 0) {
		pthread_cond_destroy(&l->left);
		pthread_mutex_destroy(&l->lock);
		free(l);
	} /* else somebody is still inside: the process ends anyway */
}
