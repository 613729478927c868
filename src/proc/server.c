/* The answering side of channels. */
#include "proc/server.h"

#include "base/log.h"
#include "proc/control.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SERVER_MAX = 256 };

struct connection {
	int fd;
	struct peer peer;
	bool accepted; /* by the listening socket */
	bool waiting;  /* for the answer that a ticket holds */
};

struct channel_server {
	const struct request_type *types;
	size_t types_n;
	void *state;
	int wake;
	int watch;
	void (*on_readable)(void *arg);
	void *watch_arg;
	int listener;
	unsigned listener_role, accepted, accepted_max;
	uint64_t requests;

	pthread_mutex_t
	        lock; /* for what follows; connections are freed by the server's thread only */
	struct connection *connections[SERVER_MAX];
	size_t n;
	unsigned numbers;

	struct pollfd polled[SERVER_MAX + 3];
	struct connection *of_polled[SERVER_MAX];
	char packet[CHANNEL_MAX];
};

struct request {
	struct channel_server *server;
	struct connection *connection;
	uint32_t type;
	uint64_t id;
	uint64_t http; /* of the HTTP request that it is for; 0: none */
	struct fds came, given;
	struct ticket *ticket;
};

struct ticket {
	struct channel_server *server;
	unsigned number; /* of the connection */
	uint32_t type;
	uint64_t id;
};

struct channel_server *
channel_server_new(const struct request_type *types, size_t n, void *state)
{
	struct channel_server *s = calloc(1, sizeof *s);

	if (s == NULL)
		abort();
	s->types = types;
	s->types_n = n;
	s->state = state;
	s->watch = s->listener = -1;
	s->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (s->wake < 0)
		abort();
	pthread_mutex_init(&s->lock, NULL);
	return s;
}

/* Server's thread only. */
static void
drop(struct channel_server *s, struct connection *c)
{
	size_t i = 0;

	pthread_mutex_lock(&s->lock);
	while (s->connections[i] != c)
		i++;
	s->connections[i] = s->connections[--s->n];
	pthread_mutex_unlock(&s->lock);
	if (c->accepted)
		s->accepted--;
	close(c->fd);
	free(c);
}

void
channel_server_free(struct channel_server *s)
{
	if (s == NULL)
		return;
	while (s->n > 0)
		drop(s, s->connections[0]);
	if (s->listener >= 0)
		close(s->listener);
	close(s->wake);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

void
channel_server_wake(struct channel_server *s)
{
	uint64_t one = 1;

	/* A full counter wakes as well. */
	if (write(s->wake, &one, sizeof one) < 0 && errno != EAGAIN)
		abort();
}

static enum err
add(struct channel_server *s, int fd, struct peer peer, bool accepted)
{
	struct connection *c = malloc(sizeof *c);

	if (c == NULL)
		abort();
	*c = (struct connection){fd, peer, accepted, false};
	pthread_mutex_lock(&s->lock);
	if (s->n == SERVER_MAX) {
		pthread_mutex_unlock(&s->lock);
		close(fd);
		free(c);
		return ERR_BUSY;
	}
	c->peer.number = ++s->numbers;
	s->connections[s->n++] = c;
	pthread_mutex_unlock(&s->lock);
	channel_server_wake(s);
	return ERR_OK;
}

enum err
channel_server_add(struct channel_server *s, int fd, unsigned role)
{
	return add(s, fd, (struct peer){role, 0, geteuid(), getpid()}, false);
}

void
channel_server_listen(struct channel_server *s, int fd, unsigned role, unsigned max)
{
	s->listener = fd;
	s->listener_role = role;
	s->accepted_max = max;
}

void
channel_server_watch(struct channel_server *s, int fd, void (*on_readable)(void *arg), void *arg)
{
	s->watch = fd;
	s->on_readable = on_readable;
	s->watch_arg = arg;
}

size_t
channel_server_peers(struct channel_server *s)
{
	size_t n;

	pthread_mutex_lock(&s->lock);
	n = s->n;
	pthread_mutex_unlock(&s->lock);
	return n;
}

uint64_t
channel_server_requests(const struct channel_server *s)
{
	return s->requests;
}

/* ---- One request ---- */

const struct peer *
request_peer(const struct request *r)
{
	return &r->connection->peer;
}

uint32_t
request_number(const struct request *r)
{
	return r->type;
}

int
request_take_fd(struct request *r, size_t i)
{
	int fd;

	if (i >= r->came.n)
		abort();
	fd = r->came.fd[i];
	r->came.fd[i] = -1;
	return fd;
}

void
request_give_fd(struct request *r, int fd)
{
	if (r->given.n == CHANNEL_FDS)
		abort();
	r->given.fd[r->given.n++] = fd;
}

struct ticket *
request_later(struct request *r)
{
	struct ticket *t = malloc(sizeof *t);

	if (t == NULL || r->ticket != NULL)
		abort();
	*t = (struct ticket){r->server, r->connection->peer.number, r->type, r->id};
	/* Before the handler lends the ticket to a thread that may be faster than it. */
	r->connection->waiting = true;
	return r->ticket = t;
}

static enum err
send_answer(int fd, uint32_t type, uint64_t id, enum err e, const struct buf *out,
        const struct fds *given)
{
	struct buf packet;

	buf_init(&packet, CHANNEL_MAX);
	buf_u32(&packet, type);
	buf_u64(&packet, id);
	buf_u32(&packet, (uint32_t)e);
	if (e == ERR_OK && out != NULL)
		buf_str(&packet, buf_view(out));
	/* An answer that does not fit is our own mistake in a bound. */
	if (packet.full || (e == ERR_OK && out != NULL && out->full))
		abort();
	e = packet_send(fd, buf_view(&packet), e == ERR_OK ? given : NULL);
	buf_clear(&packet);
	return e;
}

void
ticket_answer(struct ticket *t, enum err e, const struct buf *out)
{
	struct channel_server *s = t->server;

	pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < s->n; i++) {
		struct connection *c = s->connections[i];

		if (c->peer.number != t->number)
			continue;
		/* The server's thread finds a peer that does not read closed. */
		if (send_answer(c->fd, t->type, t->id, e, out, NULL) != ERR_OK)
			shutdown(c->fd, SHUT_RDWR);
		c->waiting = false;
		break;
	}
	pthread_mutex_unlock(&s->lock);
	free(t);
	channel_server_wake(s);
}

static enum err
judge(const struct channel_server *s, const struct request *r, const char **why)
{
	const struct request_type *t = r->type < s->types_n ? &s->types[r->type] : NULL;

	if (t == NULL || t->handle == NULL) {
		*why = "unknown_request";
		return ERR_SYNTAX;
	}
	if (r->came.n != t->fds) {
		*why = "wrong_descriptors";
		return ERR_SYNTAX;
	}
	if ((t->peers & 1u << r->connection->peer.role) == 0) {
		*why = "denied_request";
		return ERR_DENIED;
	}
	return ERR_OK;
}

static void
complain(const struct request *r, const char *why, const char *name)
{
	unsigned role = r->connection->peer.role;
	char type[16];

	snprintf(type, sizeof type, "%u", r->type);
	log_error(why, "peer", role < ROLE_COUNT ? role_name((enum role_id)role) : NULL, "type",
	        type, "request", name);
}

/* Answers the request of which FIELDS are the packed fields; ERR_PEER if the peer is to be ended.
 */
static enum err
answer(struct channel_server *s, struct request *r, struct str fields)
{
	struct cursor in = {.rest = fields};
	struct buf out;
	const char *why = NULL;
	enum err e = judge(s, r, &why);

	if (e != ERR_OK) {
		complain(r, why, e == ERR_DENIED ? s->types[r->type].name : NULL);
		return e == ERR_DENIED
		               ? send_answer(r->connection->fd, r->type, r->id, e, NULL, NULL)
		               : ERR_PEER;
	}
	buf_init(&out, CHANNEL_FIELDS_MAX);
	e = s->types[r->type].handle(s->state, r, &in, &out);
	if (e == ERR_SYNTAX || (e == ERR_OK && !cursor_done(&in))) {
		complain(r, "malformed_request", s->types[r->type].name);
		if (r->ticket != NULL)
			abort(); /* a handler unpacks before it promises an answer */
		e = ERR_PEER;
	} else if (r->ticket != NULL) {
		e = ERR_OK;
	} else {
		e = send_answer(r->connection->fd, r->type, r->id, e, &out, &r->given);
	}
	buf_clear(&out);
	return e;
}

/* Reads and answers one request of C, or ends it. */
static void
serve(struct channel_server *s, struct connection *c)
{
	struct request r = {.server = s, .connection = c};
	struct cursor in;
	size_t n;
	enum err e = packet_receive(c->fd, s->packet, &n, &r.came, 0);

	if (e == ERR_BUSY)
		return;
	if (e != ERR_OK) {
		drop(s, c);
		return;
	}
	s->requests++;
	in = (struct cursor){.rest = {s->packet, n}};
	r.type = cursor_u32(&in);
	r.id = cursor_u64(&in);
	r.http = cursor_u64(&in);
	log_request(r.http);
	if (in.bad) {
		complain(&r, "malformed_packet", NULL);
		e = ERR_PEER;
	} else {
		e = answer(s, &r, in.rest);
	}
	log_request(0);
	sodium_memzero(s->packet, n);
	for (size_t i = 0; i < r.came.n; i++) {
		if (r.came.fd[i] >= 0)
			close(r.came.fd[i]);
	}
	fds_close(&r.given);
	if (e != ERR_OK)
		drop(s, c);
}

/* ---- The loop ---- */

static void
accept_one(struct channel_server *s)
{
	struct ucred who;
	socklen_t size = sizeof who;
	int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		return;
	if (s->accepted >= s->accepted_max ||
	        getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) {
		close(fd);
		return;
	}
	if (add(s, fd, (struct peer){s->listener_role, 0, who.uid, who.pid}, true) == ERR_OK)
		s->accepted++;
}

enum err
channel_server_step(struct channel_server *s, int timeout_ms)
{
	uint64_t count;
	size_t n;

	s->polled[0] = (struct pollfd){.fd = s->wake, .events = POLLIN};
	s->polled[1] = (struct pollfd){.fd = s->watch, .events = POLLIN};
	s->polled[2] = (struct pollfd){.fd = s->listener, .events = POLLIN};
	pthread_mutex_lock(&s->lock);
	n = s->n;
	for (size_t i = 0; i < n; i++) {
		struct connection *c = s->connections[i];

		/* Of who waits for its answer only the end is of interest. */
		s->polled[3 + i] = (struct pollfd){.fd = c->fd, .events = c->waiting ? 0 : POLLIN};
		s->of_polled[i] = c;
	}
	pthread_mutex_unlock(&s->lock);
	if (poll(s->polled, 3 + n, timeout_ms) < 0)
		return errno == EINTR ? ERR_OK : ERR_IO;
	if (s->polled[0].revents != 0 && read(s->wake, &count, sizeof count) < 0 && errno != EAGAIN)
		return ERR_IO;
	for (size_t i = 0; i < n; i++) {
		short what = s->polled[3 + i].revents;

		if ((what & POLLIN) != 0)
			serve(s, s->of_polled[i]);
		else if (what != 0)
			drop(s, s->of_polled[i]);
	}
	if (s->polled[2].revents != 0)
		accept_one(s);
	if (s->polled[1].revents != 0)
		s->on_readable(s->watch_arg);
	return ERR_OK;
}
