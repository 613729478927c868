/* libmicrohttpd on one side, requests on the other. Each thread is a daemon of its own on a copy of
 * the listening socket, so that the callbacks know their thread and its context without asking. */
#include "web/server_internal.h"

#include "base/id.h"
#include "base/log.h"
#include "base/time.h"
#include "web/json.h"
#include "web/markdown.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	CONNECTION_MEMORY = 8 * 1024, /* headers over it: 431 */
	QUERY_MAX = 64,
	ARENA_BYTES = 64 * 1024 * 1024,
	STREAM_BLOCK = 64 * 1024,
};

static const struct {
	const char *name;
	bool list; /* may be repeated: joined by commas */
} header_names[HEADER_COUNT] = {
        [HEADER_HOST] = {"Host", false},
        [HEADER_AUTHORIZATION] = {"Authorization", false},
        [HEADER_COOKIE] = {"Cookie", false},
        [HEADER_CONTENT_TYPE] = {"Content-Type", false},
        [HEADER_CONTENT_LENGTH] = {"Content-Length", false},
        [HEADER_TRANSFER_ENCODING] = {"Transfer-Encoding", false},
        [HEADER_ORIGIN] = {"Origin", false},
        [HEADER_SEC_FETCH_SITE] = {"Sec-Fetch-Site", false},
        [HEADER_ACCEPT] = {"Accept", true},
        [HEADER_ACCEPT_ENCODING] = {"Accept-Encoding", true},
        [HEADER_IF_NONE_MATCH] = {"If-None-Match", true},
        [HEADER_IDEMPOTENCY_KEY] = {"Idempotency-Key", false},
        [HEADER_X_FORWARDED_FOR] = {"X-Forwarded-For", true},
        [HEADER_X_FORWARDED_PROTO] = {"X-Forwarded-Proto", false},
        [HEADER_FORWARDED] = {"Forwarded", true},
};

/* Stands for the request where a page in memory answers it. */
static const char page_mark_byte;
#define page_mark (*(char *)(uintptr_t)&page_mark_byte)

/* Stands for a request whose target has a NUL byte, where libmicrohttpd would cut it. */
static const char cut_mark_byte;
#define cut_mark (*(char *)(uintptr_t)&cut_mark_byte)

/* What the iterators over headers and query fill. */
struct reading {
	struct request *req;
	struct field *query;
	const char *wrong;
};

static enum MHD_Result
read_header(void *cls, enum MHD_ValueKind kind, const char *key, size_t key_n, const char *value,
        size_t value_n)
{
	struct reading *r = cls;
	struct str v = {value != NULL ? value : "", value_n};

	(void)kind;
	for (size_t i = 0; i < v.n; i++)
		if (((unsigned char)v.p[i] < 0x20 && v.p[i] != '\t') || v.p[i] == 0x7f)
			r->wrong = "a header has a control character";
	for (size_t i = 0; i < HEADER_COUNT; i++) {
		struct str *slot = &r->req->headers[i];

		if (!str_eq_nocase((struct str){key, key_n}, str_of(header_names[i].name)))
			continue;
		if (slot->p == NULL)
			*slot = v;
		else if (header_names[i].list)
			*slot = str_fmt(r->req->a, "%.*s, %.*s", STR_ARG(*slot), STR_ARG(v));
		else
			r->wrong = "a header is there twice";
	}
	return MHD_YES;
}

static enum MHD_Result
read_query(void *cls, enum MHD_ValueKind kind, const char *key, size_t key_n, const char *value,
        size_t value_n)
{
	struct reading *r = cls;
	struct request *req = r->req;
	struct field f = {.value = STR("")};

	(void)kind;
	if (r->query == NULL)
		r->query = ARENA_ARRAY(req->a, QUERY_MAX, struct field);
	if (req->n_query == QUERY_MAX) {
		r->wrong = "too many parameters in the address";
		return MHD_NO;
	}
	if (percent_decode(req->a, (struct str){key, key_n}, false, &f.name, NULL) != ERR_OK ||
	        (value != NULL && percent_decode(req->a, (struct str){value, value_n}, false,
	                                  &f.value, NULL) != ERR_OK)) {
		r->wrong = "the address is not percent-encoded UTF-8";
		return MHD_NO;
	}
	r->query[req->n_query++] = f;
	req->query = r->query;
	return MHD_YES;
}

static struct conn *
conn_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *i =
	        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return i != NULL ? i->socket_context : NULL;
}

static void
conn_deadline(struct conn *c, int64_t from_now_ms)
{
	atomic_store_explicit(&c->deadline_ms,
	        from_now_ms == INT64_MAX ? INT64_MAX : now_mono_ms() + from_now_ms,
	        memory_order_relaxed);
}

/* ---- Answers ---- */

struct streaming {
	const struct response_stream *stream;
	void *ctx;
	uint64_t size;
};

static ssize_t
stream_read(void *cls, uint64_t at, char *out, size_t max)
{
	struct streaming *s = cls;
	size_t n = 0;

	if (at >= s->size)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (max > s->size - at)
		max = (size_t)(s->size - at);
	if (s->stream->read(s->ctx, out, max, &n) != ERR_OK || n == 0) {
		log_error("stream_cut");
		return MHD_CONTENT_READER_END_WITH_ERROR;
	}
	return (ssize_t)n;
}

static void
stream_free(void *cls)
{
	struct streaming *s = cls;

	s->stream->close(s->ctx);
	free(s);
}

static struct MHD_Response *
response_make(struct response *r)
{
	struct streaming *s;

	/* The body lives as long as the request, which outlives its sending. */
	if (r->stream == NULL)
		return MHD_create_response_from_buffer(
		        r->body.n, r->body.p, MHD_RESPMEM_PERSISTENT);
	s = malloc(sizeof *s);
	if (s == NULL)
		abort();
	*s = (struct streaming){r->stream, r->stream_ctx, r->stream_size};
	r->stream = NULL;
	return MHD_create_response_from_callback(
	        r->stream_size, STREAM_BLOCK, stream_read, s, stream_free);
}

static enum MHD_Result
answer(struct request_state *s)
{
	struct response *r = &s->req.response;
	struct MHD_Response *m;
	enum MHD_Result done;
	char id[LOG_REQUEST_TEXT];

	if (r->status == 0) {
		log_error("no_answer", "path", s->req.route != NULL ? s->req.route->path : "");
		respond_status(&s->req, 500, NULL);
	}
	conn_deadline(
	        s->conn, s->config->grace_ms +
	                         conn_allowance_ms(r->stream != NULL ? r->stream_size : r->body.n));
	m = response_make(r);
	if (m == NULL)
		return MHD_NO;
	log_request_text(s->req.id, id);
	MHD_add_response_header(m, "X-Request-Id", id);
	for (size_t i = 0; i < r->n_headers; i++)
		MHD_add_response_header(m, r->headers[i].name, r->headers[i].value);
	if (!r->cacheable)
		MHD_add_response_header(m, "Cache-Control", "no-store");
	for (const char *const *h = respond_fixed_headers(r->sandbox); *h != NULL; h += 2)
		MHD_add_response_header(m, h[0], h[1]);
	if (atomic_load(&s->server->stopping))
		MHD_add_response_header(m, "Connection", "close");
	done = MHD_queue_response(s->connection, r->status, m);
	MHD_destroy_response(m);
	return done;
}

/* ---- Suspending ---- */

void
request_suspend(struct request *req)
{
	struct request_state *s = req->state;

	pthread_mutex_lock(&s->server->lock);
	s->server->suspended++;
	pthread_mutex_unlock(&s->server->lock);
	s->was_suspended = true;
	conn_deadline(s->conn, INT64_MAX);
	MHD_suspend_connection(s->connection);
}

void
request_finish(struct request *req)
{
	struct request_state *s = req->state;
	struct MHD_Connection *connection = s->connection;

	/* From here on the connection's thread may free the request at any moment. */
	atomic_store_explicit(&s->finished, true, memory_order_release);
	MHD_resume_connection(connection);
}

void
request_finish_by(struct request *req, void (*late)(void *ctx), void *ctx)
{
	req->state->late = late;
	req->state->late_ctx = ctx;
	request_finish(req);
}

static void
unsuspended(struct server *server)
{
	pthread_mutex_lock(&server->lock);
	if (--server->suspended == 0)
		pthread_cond_broadcast(&server->none_suspended);
	pthread_mutex_unlock(&server->lock);
}

/* ---- Requests ---- */

/* What a connection carries is a request, not one of the marks. */
static bool
is_state(const void *carried)
{
	return carried != NULL && carried != &page_mark && carried != &cut_mark;
}

static struct request_state *
state_new(struct thread *t, struct MHD_Connection *connection)
{
	struct request_state *s = calloc(1, sizeof *s);

	if (s == NULL)
		abort();
	random_bytes((unsigned char *)&s->req.id, sizeof s->req.id);
	log_request(s->req.id);
	s->server = t->server;
	s->config = &t->server->config;
	s->connection = connection;
	s->conn = conn_of(connection);
	s->req.a = arena_new(ARENA_BYTES);
	s->req.state = s;
	s->req.origin = &s->config->origin;
	s->req.app = s->config->app;
	s->req.thread = t->context;
	return s;
}

static void
state_free(struct request_state *s)
{
	struct server *server = s->server;
	bool was_suspended = s->was_suspended;

	body_abandon(s);
	response_clear(&s->req.response);
	buf_clear(&s->body);
	arena_free(s->req.a);
	free(s);
	if (was_suspended)
		unsuspended(server);
}

static const struct sockaddr *
peer_of(struct MHD_Connection *connection)
{
	static const struct sockaddr none = {.sa_family = AF_UNSPEC};
	const union MHD_ConnectionInfo *i =
	        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	return i != NULL && i->client_addr != NULL ? i->client_addr : &none;
}

/* A target without a NUL byte is followed by its end and the version. */
static void *
on_target(void *cls, const char *target, struct MHD_Connection *connection)
{
	(void)cls, (void)connection;
	return target != NULL && strncmp(target + strlen(target) + 1, "HTTP/", 5) == 0 ? NULL
	                                                                               : &cut_mark;
}

static bool
begin(struct request_state *s, const char *target, const char *method, bool cut)
{
	struct request *req = &s->req;
	const struct server_config *c = s->config;
	struct reading r = {.req = req, .wrong = cut ? "the address has a NUL byte" : NULL};
	uint64_t length = 0;
	struct diag d;
	bool go;

	MHD_get_connection_values_n(s->connection, MHD_HEADER_KIND, read_header, &r);
	if (r.wrong == NULL)
		MHD_get_connection_values_n(s->connection, MHD_GET_ARGUMENT_KIND, read_query, &r);
	req->net = client_net_of(peer_of(s->connection), c->trusted, c->n_trusted,
	        req->headers[HEADER_X_FORWARDED_FOR], req->headers[HEADER_X_FORWARDED_PROTO],
	        req->headers[HEADER_FORWARDED], &req->https);
	if (r.wrong != NULL) {
		req->api = strncmp(target, "/api/", 5) == 0;
		respond_error(req, diag_set(&d, ERR_SYNTAX, NULL, "%s", r.wrong), &d);
		go = false;
	} else {
		go = flow_head(s, str_dup(req->a, str_of(target)), str_of(method));
	}
	if (str_u64(req->headers[HEADER_CONTENT_LENGTH], UINT64_MAX, &length) != ERR_OK)
		length = 0;
	if (req->headers[HEADER_TRANSFER_ENCODING].p != NULL && req->route != NULL)
		length = req->route->body_max;
	if (!go)
		atomic_store(&s->conn->linger,
		        length > 0 || req->headers[HEADER_TRANSFER_ENCODING].p != NULL);
	else
		conn_deadline(s->conn, s->config->grace_ms + conn_allowance_ms(length));
	return go;
}

/* Answering before the handler is called a second time makes libmicrohttpd close the connection, so
 * that is done only where a body is coming that nobody will read. */
static enum MHD_Result
on_head(struct thread *t, struct MHD_Connection *connection, const char *url, const char *method,
        void **con_cls)
{
	struct pages *pages = t->server->config.pages;
	bool cut = *con_cls == &cut_mark;
	struct request_state *s;

	if (pages != NULL && !cut && (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0) &&
	        pages_takes(pages, connection, url)) {
		*con_cls = &page_mark;
		return MHD_YES;
	}
	s = state_new(t, connection);
	*con_cls = s;
	if (begin(s, url, method, cut))
		return MHD_YES;
	s->failed = true;
	return atomic_load(&s->conn->linger) ? answer(s) : MHD_YES;
}

static enum MHD_Result
on_request_part(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
        const char *version, const char *data, size_t *size, void **con_cls)
{
	struct thread *t = cls;
	struct request_state *s = *con_cls;

	(void)version;
	if (s == NULL || *con_cls == &cut_mark)
		return on_head(t, connection, url, method, con_cls);
	if (*con_cls == &page_mark) {
		int done;

		if (pages_serve(t->server->config.pages, connection, url, &done))
			return (enum MHD_Result)done;
		/* It was taken away between the two calls. */
		*con_cls = s = state_new(t, connection);
		s->failed = !begin(s, url, method, false);
	}
	if (*size > 0) {
		bool go = flow_data(s, (struct str){data, *size});

		*size = 0;
		return go ? MHD_YES : MHD_NO;
	}
	if (s->was_suspended && !atomic_load_explicit(&s->finished, memory_order_acquire))
		return MHD_YES;
	if (s->was_suspended) {
		if (s->late != NULL)
			s->late(s->late_ctx);
		return answer(s);
	}
	flow_end(s);
	/* Not to be touched any more if it was handed over, but for this one flag, which only this
	 * thread sets, and the memory stays until this thread is told of the end. */
	return s->was_suspended ? MHD_YES : answer(s);
}

static enum MHD_Result
on_request(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
        const char *version, const char *data, size_t *size, void **con_cls)
{
	enum MHD_Result r;

	if (is_state(*con_cls))
		log_request(((struct request_state *)*con_cls)->req.id);
	r = on_request_part(cls, connection, url, method, version, data, size, con_cls);
	log_request(0);
	return r;
}

static void
on_completed(void *cls, struct MHD_Connection *connection, void **con_cls,
        enum MHD_RequestTerminationCode code)
{
	struct request_state *s = *con_cls;
	struct conn *c = conn_of(connection);

	const struct server_config *config = &((struct thread *)cls)->server->config;

	(void)code;
	if (is_state(s))
		state_free(s);
	*con_cls = NULL;
	if (c != NULL)
		conn_deadline(c, config->idle_s * INT64_C(1000) + config->grace_ms);
}

static void
on_connection(void *cls, struct MHD_Connection *connection, void **socket_context,
        enum MHD_ConnectionNotificationCode code)
{
	struct server *server = cls;
	const struct server_config *c = &server->config;
	const union MHD_ConnectionInfo *i;
	struct conn *conn = *socket_context;
	bool https;

	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		if (conn == NULL)
			return;
		if (conn->counted)
			limits_connection_close(c->limits, &conn->net);
		conns_close(&server->conns, conn);
		*socket_context = NULL;
		return;
	}
	i = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	conn = conns_open(&server->conns, i->connect_fd);
	*socket_context = conn;
	conn->net = client_net_of(peer_of(connection), NULL, 0, (struct str){0}, (struct str){0},
	        (struct str){0}, &https);
	/* A proxy has all the connections of its clients. */
	if (c->n_trusted > 0)
		return;
	conn->counted = limits_connection_open(c->limits, &conn->net);
	if (!conn->counted)
		shutdown(conn->fd, SHUT_RDWR);
}

/* Escapes stay as they were sent; they are decoded where an error can be told. */
static size_t
keep_escapes(void *cls, struct MHD_Connection *connection, char *s)
{
	(void)cls;
	(void)connection;
	return strlen(s);
}

/* ---- Start and stop ---- */

static enum err
origin_is_safe(const struct server_config *c, struct diag *d)
{
	if (c->origin.https || c->origin.loopback || c->n_trusted > 0)
		return ERR_OK;
	return diag_set(d, ERR_INVALID, "use https behind a proxy and name it in trusted_proxies",
	        "a plain http origin that is neither localhost nor 127.0.0.1");
}

static struct MHD_Daemon *
daemon_start(struct thread *t, const struct server_config *c)
{
	unsigned each = (c->connections != 0 ? c->connections : 1024) / c->n_threads;
	int fd = fcntl(c->listen_fd, F_DUPFD_CLOEXEC, 3);
	struct MHD_Daemon *d;

	if (fd < 0)
		return NULL;
	d = MHD_start_daemon(
	        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_TURBO, 0, NULL,
	        NULL, on_request, t, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
	        each > 0 ? each : 1, MHD_OPTION_CONNECTION_TIMEOUT, c->idle_s,
	        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
	        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_COMPLETED, on_completed, t,
	        MHD_OPTION_NOTIFY_CONNECTION, on_connection, t->server,
	        MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL, MHD_OPTION_URI_LOG_CALLBACK,
	        on_target, NULL, MHD_OPTION_END);
	if (d == NULL)
		close(fd);
	return d;
}

enum err
server_start(const struct server_config *c, struct server **out, struct diag *d)
{
	struct server *s;
	enum err e = routes_check(c->routes, d);

	if (e == ERR_OK)
		e = origin_is_safe(c, d);
	if (e != ERR_OK)
		return e;
	s = calloc(1, sizeof *s);
	if (s == NULL)
		abort();
	json_start();
	markdown_start();
	s->config = *c;
	s->config.idle_s = c->idle_s != 0 ? c->idle_s : 15;
	s->config.grace_ms = c->grace_ms != 0 ? c->grace_ms : 30000;
	s->conns.grace_ms = s->config.grace_ms;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->none_suspended, NULL);
	s->threads = calloc(c->n_threads, sizeof *s->threads);
	if (s->threads == NULL)
		abort();
	e = conns_start(&s->conns);
	if (e != ERR_OK) {
		free(s->threads);
		free(s);
		return e;
	}
	for (unsigned i = 0; i < c->n_threads; i++) {
		s->threads[i].server = s;
		s->threads[i].context = c->contexts != NULL ? c->contexts[i] : NULL;
		s->threads[i].daemon = daemon_start(&s->threads[i], &s->config);
		if (s->threads[i].daemon == NULL) {
			server_stop(s);
			return diag_set(d, ERR_IO, NULL, "the HTTP server does not start");
		}
	}
	*out = s;
	return ERR_OK;
}

void
server_stop(struct server *s)
{
	if (s == NULL)
		return;
	atomic_store(&s->stopping, true);
	for (unsigned i = 0; i < s->config.n_threads; i++)
		if (s->threads[i].daemon != NULL) {
			int fd = MHD_quiesce_daemon(s->threads[i].daemon);

			if (fd >= 0)
				close(fd);
		}
	pthread_mutex_lock(&s->lock);
	while (s->suspended > 0)
		pthread_cond_wait(&s->none_suspended, &s->lock);
	pthread_mutex_unlock(&s->lock);
	for (unsigned i = 0; i < s->config.n_threads; i++)
		if (s->threads[i].daemon != NULL)
			MHD_stop_daemon(s->threads[i].daemon);
	conns_stop(&s->conns);
	pthread_mutex_destroy(&s->lock);
	pthread_cond_destroy(&s->none_suspended);
	free(s->threads);
	free(s);
}
