/* Clients that send reports over HTTP, all of them on one thread: each sends one, waits for its 201
 * and sends the next, for some seconds. Every report is another text of 4 KiB. With a rate, the
 * clients together start no more than so many a second.
 *   intake_client PORT CLIENTS SECONDS [RATE]
 * prints: reports a second, CPU time of the client a report (us), median, p99 and maximum of an
 * answer (ms). Any answer but 201 ends it. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	CLIENTS_MAX = 512,
	BODY_BYTES = 4096,
	REQUEST_MAX = BODY_BYTES + 512,
	ANSWER_MAX = 16 * 1024,
	SAMPLES_MAX = 1 << 20,
};

struct client {
	int fd;
	double sent_at;
	size_t got, wanted; /* wanted: length of the whole answer, 0 while its head is not there */
	char answer[ANSWER_MAX];
};

struct run {
	int epoll, port;
	size_t n;
	struct client *clients;
	struct client *idle[CLIENTS_MAX]; /* who waits for the next start */
	size_t n_idle;
	uint64_t seed;
	char request[REQUEST_MAX];
	size_t head_n, request_n;
	float *samples_ms;
	size_t n_samples;
	double rate, started, ends;
	uint64_t starts;
	size_t under_way;
};

static double
now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void
die(const char *what)
{
	fprintf(stderr, "intake_client: %s (%s)\n", what, strerror(errno));
	exit(1);
}

static void
connect_client(struct run *r, struct client *c)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
	        .sin_port = htons((uint16_t)r->port),
	        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct epoll_event ev = {.events = EPOLLIN, .data.ptr = c};
	int one = 1;

	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&to, sizeof to) != 0 ||
	        setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) != 0 ||
	        epoll_ctl(r->epoll, EPOLL_CTL_ADD, c->fd, &ev) != 0)
		die("connect");
}

/* The report's JSON of BODY_BYTES in all; the words are drawn anew for each. */
static void
build_request(struct run *r)
{
	static const char before[] = "{\"title\":\"Reports of a benchmark\",\"severity\":\"high\","
	                             "\"affected\":[\"https://exact.works/login\"],"
	                             "\"impact\":\"None at all, beyond the time it takes.\","
	                             "\"description\":\"";
	int n = snprintf(r->request, REQUEST_MAX,
	        "POST /api/v1/reports HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
	        "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n",
	        r->port, BODY_BYTES);

	memcpy(r->request + n, before, sizeof before - 1);
	r->head_n = (size_t)n + sizeof before - 1;
	r->request_n = (size_t)n + BODY_BYTES;
	memcpy(r->request + r->request_n - 2, "\"}", 2);
}

static void
fill_words(struct run *r)
{
	static const char letters[] =
	        "etaoin shrdlu cmfw ypvbgkqjxzETAOIN, 0123456789 etaoin srhl.....";

	for (size_t i = r->head_n; i < r->request_n - 2;) {
		r->seed ^= r->seed << 13;
		r->seed ^= r->seed >> 7;
		r->seed ^= r->seed << 17;
		for (int k = 0; k < 10 && i < r->request_n - 2; k++)
			r->request[i++] = letters[(r->seed >> (6 * k)) & 63];
	}
}

static void
start(struct run *r, struct client *c)
{
	fill_words(r);
	c->sent_at = now_s();
	c->got = c->wanted = 0;
	for (size_t at = 0; at < r->request_n;) {
		ssize_t n = send(c->fd, r->request + at, r->request_n - at, MSG_NOSIGNAL);

		if (n < 0)
			die("send");
		at += (size_t)n;
	}
	r->starts++;
	r->under_way++;
}

/* How long until the next start is due; 0: now. */
static double
wait_s(const struct run *r)
{
	double due = r->started + (double)r->starts / r->rate, now = now_s();

	return r->rate <= 0 || due <= now ? 0 : due - now;
}

static void
start_idle(struct run *r)
{
	while (r->n_idle > 0 && now_s() < r->ends && wait_s(r) <= 0)
		start(r, r->idle[--r->n_idle]);
}

static void
read_head(struct client *c)
{
	const char *end, *length;
	char *after;

	c->answer[c->got] = '\0';
	end = strstr(c->answer, "\r\n\r\n");
	if (end == NULL)
		return;
	length = strcasestr(c->answer, "\r\nContent-Length:");
	if (strncmp(c->answer, "HTTP/1.1 201", 12) != 0 || length == NULL || length > end) {
		fprintf(stderr, "intake_client: answered %.200s\n", c->answer);
		exit(1);
	}
	c->wanted = (size_t)(end + 4 - c->answer) + strtoul(length + 17, &after, 10);
	if (c->wanted >= ANSWER_MAX)
		die("answer too long");
}

static void
take(struct run *r, struct client *c)
{
	ssize_t n = recv(c->fd, c->answer + c->got, ANSWER_MAX - 1 - c->got, MSG_DONTWAIT);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0)
		die("the server closed a connection");
	c->got += (size_t)n;
	if (c->wanted == 0)
		read_head(c);
	if (c->wanted == 0 || c->got < c->wanted)
		return;
	if (r->n_samples < SAMPLES_MAX)
		r->samples_ms[r->n_samples++] = (float)((now_s() - c->sent_at) * 1e3);
	r->under_way--;
	r->idle[r->n_idle++] = c;
}

static int
by_size(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

static void
report(struct run *r, double took_s)
{
	struct rusage use;
	double cpu_s;
	size_t n = r->n_samples;

	if (n == 0)
		die("nothing was answered");
	getrusage(RUSAGE_SELF, &use);
	cpu_s = (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
	        (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
	qsort(r->samples_ms, n, sizeof(float), by_size);
	printf("%.1f %.1f %.2f %.2f %.2f\n", (double)n / took_s, cpu_s * 1e6 / (double)n,
	        (double)r->samples_ms[n / 2], (double)r->samples_ms[n - 1 - n / 100],
	        (double)r->samples_ms[n - 1]);
}

int
main(int argc, char **argv)
{
	static struct run r = {.seed = 88172645463325252u};
	struct epoll_event evs[64];
	double took_s;

	if (argc < 4 || (r.n = (size_t)atol(argv[2])) == 0 || r.n > CLIENTS_MAX) {
		fprintf(stderr, "usage: intake_client PORT CLIENTS SECONDS [RATE]\n");
		return 2;
	}
	r.port = (int)atol(argv[1]);
	r.rate = argc > 4 ? strtod(argv[4], NULL) : 0;
	r.seed ^= (uint64_t)getpid() << 32;
	r.epoll = epoll_create1(EPOLL_CLOEXEC);
	r.clients = calloc(r.n, sizeof *r.clients);
	r.samples_ms = calloc(SAMPLES_MAX, sizeof(float));
	if (r.epoll < 0 || r.clients == NULL || r.samples_ms == NULL)
		die("start");
	build_request(&r);
	for (size_t i = 0; i < r.n; i++) {
		connect_client(&r, &r.clients[i]);
		r.idle[r.n_idle++] = &r.clients[i];
	}
	r.started = now_s();
	r.ends = r.started + strtod(argv[3], NULL);
	start_idle(&r);
	while (r.under_way > 0 || now_s() < r.ends) {
		double idle_s = r.n_idle > 0 ? wait_s(&r) : 1;
		int n = epoll_wait(r.epoll, evs, 64, (int)(idle_s * 1e3) + (idle_s > 0));

		for (int i = 0; i < n; i++)
			take(&r, evs[i].data.ptr);
		start_idle(&r);
	}
	took_s = now_s() - r.started;
	report(&r, took_s);
	return 0;
}
