/* What the files of the server share; nobody else includes it. */
#ifndef VDPD_WEB_SERVER_INTERNAL_H
#define VDPD_WEB_SERVER_INTERNAL_H

#include "web/form.h"
#include "web/server.h"

#include <pthread.h>
#include <stdatomic.h>

struct MHD_Connection;
struct MHD_Daemon;

/* One TCP connection. `deadline_ms` says when the sweeper shuts it down; the thread that serves the
 * connection moves it as the request goes on. */
struct conn {
	struct conn *prev, *next;
	int fd;
	bool counted;       /* in the limits of its network */
	atomic_bool linger; /* unread input is left: close softly */
	struct client_net net;
	_Atomic int64_t deadline_ms;
};

enum { LINGERING_MAX = 64 };

struct conns {
	int64_t grace_ms; /* of a new connection, until its first headers are there */
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool stop;
	pthread_t thread;
	struct conn *all;
	struct lingering {
		int fd; /* -1: free */
		int64_t until_ms;
	} lingering[LINGERING_MAX];
};

enum err conns_start(struct conns *c) MUST_CHECK;
void conns_stop(struct conns *c);
/* On the heap; conns_close frees it, and goes before the socket is closed. */
struct conn *conns_open(struct conns *c, int fd);
void conns_close(struct conns *c, struct conn *conn);

/* What the slowest client that is served may take for BYTES, in ms, without the grace. */
int64_t conn_allowance_ms(uint64_t bytes);

struct thread {
	struct server *server;
	struct MHD_Daemon *daemon;
	void *context;
};

struct server {
	struct server_config config;
	struct conns conns;
	atomic_bool stopping;
	pthread_mutex_t lock; /* over suspended */
	pthread_cond_t none_suspended;
	unsigned suspended;
	struct thread *threads;
};

/* A request while it is being served. Owned by the thread of its connection; between suspend and
 * finish by whoever it was handed to. */
struct request_state {
	struct request req;
	const struct server_config *config;
	struct server *server;
	struct MHD_Connection *connection;
	struct conn *conn;
	bool was_suspended;
	atomic_bool finished;
	void (*late)(void *ctx); /* makes the answer once it is finished; NULL: it is made */
	void *late_ctx;

	enum body_kind body_kind; /* what is really coming */
	uint64_t body_seen;
	bool failed; /* the response is made, no handler; the rest of the body is swallowed */
	uint64_t swallowed; /* bytes since then */
	struct buf body;    /* JSON, urlencoded, or the multipart field being read */
	struct multipart *multipart;
	struct field *fields;
	struct upload_file *file; /* the file part being read */
	struct str field_name;
	size_t text_total; /* bytes in all text fields */
};

/* The order of a request. head: once the headers are in `req`; true: go on (read the body),
 * false: the response is made. data: false: hang up. end: the whole body is there. */
bool flow_head(struct request_state *s, struct str target, struct str method);
bool flow_data(struct request_state *s, struct str bytes);
void flow_end(struct request_state *s);

/* The body by its kind; each makes the response itself on failure and returns false. */
bool body_begin(struct request_state *s);
bool body_data(struct request_state *s, struct str bytes);
bool body_end(struct request_state *s);
/* Gives back the states of files that nobody took. */
void body_abandon(struct request_state *s);

/* Frees the body; the response is as if there were none. */
void response_clear(struct response *r);

/* Is PATH a page, and the request one without content? Then pages_serve sends it; false: the page
 * has been removed since. *done is what the callback returns. */
bool pages_takes(struct pages *p, struct MHD_Connection *connection, const char *path);
bool pages_serve(struct pages *p, struct MHD_Connection *connection, const char *path, int *done);

#endif
