/* Asking nurseries, and the workers that they begin. */
#include "proc/nursery.h"

#include "base/time.h"

#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

/* To be given a worker: a fork, or the start of a nursery. */
enum { BEGIN_MS = 10000, AGAIN_US = 20 * 1000 };

enum err
nursery_image(struct channel_pool *nursery, int in_fd, int out_fd, int timeout_ms)
{
	const struct fds send = {.fd = {in_fd, out_fd}, .n = 2};

	return channel_pool_call_fds(nursery, NURSERY_IMAGE, NULL, &send, NULL, NULL, timeout_ms);
}

struct worker {
	struct channel_pool *nursery;   /* NULL: no successor, but by KIND */
	const struct worker_kind *kind; /* NULL: not forked here */
	enum role_id asker;
	struct channel *channel; /* NULL: none was begun */
	int fd;                  /* the channel's */
	unsigned items;
};

static struct worker *
new_worker(struct channel_pool *nursery)
{
	struct worker *w = calloc(1, sizeof *w);

	if (w == NULL)
		abort();
	w->nursery = nursery;
	w->fd = -1;
	return w;
}

struct worker *
worker_new(struct channel_pool *nursery)
{
	return new_worker(nursery);
}

struct worker *
worker_of(int fd)
{
	struct worker *w = new_worker(NULL);

	w->channel = channel_new(fd);
	w->fd = fd;
	return w;
}

struct worker *
worker_fork(const struct worker_kind *kind, enum role_id asker)
{
	struct worker *w = new_worker(NULL);

	w->kind = kind;
	w->asker = asker;
	return w;
}

void
worker_end(struct worker *w)
{
	channel_free(w->channel);
	w->channel = NULL;
	w->fd = -1;
	w->items = 0;
}

void
worker_free(struct worker *w)
{
	if (w == NULL)
		return;
	worker_end(w);
	free(w);
}

/* True if the worker ended while nobody asked it anything. */
static bool
is_gone(const struct worker *w)
{
	struct pollfd p = {.fd = w->fd, .events = POLLIN};

	return poll(&p, 1, 0) != 0;
}

static enum err
begin_fork(struct worker *w)
{
	const struct worker_kind *kind = w->kind;
	struct fds keep = {.n = 0};
	int pair[2];
	pid_t pid;
	enum err e = kind->before != NULL ? kind->before(kind->state, w->asker, &keep) : ERR_OK;

	if (e == ERR_OK)
		e = packet_pair(pair);
	if (e != ERR_OK) {
		fds_close(&keep);
		return e;
	}
	pid = fork();
	if (pid == 0)
		worker_main(kind, pair[1], w->asker, &keep);
	close(pair[1]);
	fds_close(&keep);
	if (pid < 0) {
		close(pair[0]);
		return ERR_BUSY;
	}
	w->channel = channel_new(pair[0]);
	w->fd = pair[0];
	return ERR_OK;
}

static enum err
begin(struct worker *w)
{
	struct fds got = {.n = 0};
	enum err e;

	if (w->kind != NULL)
		return begin_fork(w);
	if (w->nursery == NULL)
		return ERR_PEER;
	e = channel_pool_call_fds(w->nursery, NURSERY_WORKER, NULL, NULL, NULL, &got, BEGIN_MS);
	if (e != ERR_OK)
		return e;
	if (got.n != 1) {
		fds_close(&got);
		return ERR_PEER;
	}
	w->channel = channel_new(got.fd[0]);
	w->fd = got.fd[0];
	return ERR_OK;
}

/* A nursery one of whose workers died ends and is started again: that takes a moment, and must not
 * look like a message that cannot be read. */
static enum err
begin_patiently(struct worker *w)
{
	int64_t until_ms = now_mono_ms() + BEGIN_MS;
	enum err e;

	while ((e = begin(w)) == ERR_PEER && w->nursery != NULL && now_mono_ms() < until_ms)
		usleep(AGAIN_US);
	return e;
}

enum err
worker_call(struct worker *w, uint32_t type, const struct buf *request, const struct fds *send,
        struct buf *reply, struct fds *got, int timeout_ms)
{
	enum err e = ERR_OK;

	if (w->channel != NULL && (w->items >= WORKER_ITEMS_MAX || is_gone(w)))
		worker_end(w);
	if (w->channel == NULL)
		e = begin_patiently(w);
	if (e != ERR_OK)
		return e;
	w->items++;
	e = channel_call_fds(w->channel, type, request, send, reply, got, timeout_ms);
	if (e == ERR_PEER) {
		worker_end(w);
		return ERR_INVALID;
	}
	if (e == ERR_BUSY) {
		worker_end(w);
		return ERR_TOO_LARGE;
	}
	return e;
}
