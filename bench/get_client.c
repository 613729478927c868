/* Requests one after the other over one connection, by somebody signed in.
 *   get_client PORT HEADER ROUNDS < LIST
 * HEADER is one line that every request carries ("Cookie: …"). LIST has a request a line: METHOD,
 * PATH and, for a POST, its JSON. All of it is sent ROUNDS times; any answer but a 2xx ends it.
 * Prints number, median, p99 and maximum of the time to a whole answer in ms. With PAUSE_MS in the
 * environment it waits so long between two requests. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { LINES_MAX = 20000, SAMPLES_MAX = 1 << 18, ANSWER_MAX = 4 << 20, REQUEST_MAX = 64 * 1024 };

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
	fprintf(stderr, "get_client: %s (%s)\n", what, strerror(errno));
	exit(1);
}

static int
dial(int port)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
	        .sin_port = htons((uint16_t)port),
	        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0 ||
	        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) != 0)
		die("connect");
	return fd;
}

static void
send_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t k = send(fd, p, n, MSG_NOSIGNAL);

		if (k < 0)
			die("send");
		p += k;
		n -= (size_t)k;
	}
}

/* Where the answer in BUF ends; 0 while its head is not there. */
static size_t
whole(char *buf, size_t got)
{
	char *end, *length, *after;

	buf[got] = '\0';
	end = strstr(buf, "\r\n\r\n");
	if (end == NULL)
		return 0;
	length = strcasestr(buf, "\r\nContent-Length:");
	if (strncmp(buf, "HTTP/1.1 2", 10) != 0 || length == NULL || length > end) {
		fprintf(stderr, "get_client: answered %.300s\n", buf);
		exit(1);
	}
	return (size_t)(end + 4 - buf) + strtoul(length + 17, &after, 10);
}

static void
read_answer(int fd, char *buf)
{
	size_t got = 0, wanted = 0;

	do {
		ssize_t n = recv(fd, buf + got, ANSWER_MAX - 1 - got, 0);

		if (n <= 0)
			die("the server closed the connection");
		got += (size_t)n;
		if (wanted == 0)
			wanted = whole(buf, got);
	} while (wanted == 0 || got < wanted);
}

/* LINE as a request in OUT; its length. */
static size_t
request_of(const char *line, int port, const char *header, char *out)
{
	char method[16], path[2048];
	int at = 0, n;
	const char *body;

	if (sscanf(line, "%15s %2047s %n", method, path, &at) < 2)
		die("a line is no request");
	body = line + at;
	n = snprintf(out, REQUEST_MAX,
	        "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s\r\nSec-Fetch-Site: same-origin\r\n"
	        "%sContent-Length: %zu\r\n\r\n%s",
	        method, path, port, header,
	        *body != '\0' ? "Content-Type: application/json\r\n" : "", strlen(body), body);
	if (strcmp(method, "GET") == 0)
		n = snprintf(out, REQUEST_MAX,
		        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s\r\n\r\n", path, port, header);
	if (n < 0 || n >= REQUEST_MAX)
		die("a request is too long");
	return (size_t)n;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static size_t
read_lines(char **lines)
{
	size_t n = 0, room = 0;
	char *line = NULL;

	for (ssize_t k; n < LINES_MAX && (k = getline(&line, &room, stdin)) > 0;) {
		if (line[k - 1] == '\n')
			line[k - 1] = '\0';
		lines[n++] = strdup(line);
	}
	free(line);
	return n;
}

int
main(int argc, char **argv)
{
	static char *lines[LINES_MAX], request[REQUEST_MAX];
	static double ms[SAMPLES_MAX];
	char *answer = malloc(ANSWER_MAX);
	const char *pause = getenv("PAUSE_MS");
	useconds_t pause_us = pause != NULL ? (useconds_t)(strtod(pause, NULL) * 1e3) : 0;
	size_t n, samples = 0;
	int fd, port;

	if (argc != 4 || answer == NULL) {
		fprintf(stderr, "usage: get_client PORT HEADER ROUNDS < LIST\n");
		return 2;
	}
	port = (int)strtol(argv[1], NULL, 10);
	n = read_lines(lines);
	fd = dial(port);
	for (long round = strtol(argv[3], NULL, 10); round > 0; round--)
		for (size_t i = 0; i < n && samples < SAMPLES_MAX; i++) {
			size_t length = request_of(lines[i], port, argv[2], request);
			double from = now_s();

			send_all(fd, request, length);
			read_answer(fd, answer);
			ms[samples++] = (now_s() - from) * 1e3;
			if (pause_us > 0)
				usleep(pause_us);
		}
	if (samples == 0)
		die("no requests");
	qsort(ms, samples, sizeof ms[0], by_size);
	printf("%zu %.3f %.3f %.3f\n", samples, ms[samples / 2], ms[samples - 1 - samples / 100],
	        ms[samples - 1]);
	free(answer);
	return 0;
}
