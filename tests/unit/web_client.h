/* A server of this process on a loopback port, and raw bytes sent to it. */
#ifndef VDPD_TESTS_WEB_CLIENT_H
#define VDPD_TESTS_WEB_CLIENT_H

#include "unit.h"

#include "base/str.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct answer {
	int status;
	char *text; /* head and body, NUL-terminated */
	size_t n;
	const char *body;
};

static inline int
listen_somewhere(uint16_t *port)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof in;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&in, sizeof in), 0);
	assert_int_equal(listen(fd, 128), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &n), 0);
	*port = ntohs(in.sin_port);
	return fd;
}

static inline int
client_connect(uint16_t port)
{
	struct sockaddr_in in = {.sin_family = AF_INET,
	        .sin_port = htons(port),
	        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&in, sizeof in), 0);
	return fd;
}

static inline void
client_send(int fd, const void *p, size_t n)
{
	const char *at = p;

	while (n > 0) {
		ssize_t k = send(fd, at, n, MSG_NOSIGNAL);

		if (k <= 0)
			return;
		at += k;
		n -= (size_t)k;
	}
}

/* Reads until one whole answer (by Content-Length; HEAD: none) or the end of the connection. */
static inline struct answer
client_read(int fd, bool head)
{
	struct answer a = {.text = malloc(1 << 22)};
	size_t want = SIZE_MAX;

	assert_non_null(a.text);
	a.text[0] = '\0';
	while (a.n < want && a.n < (1 << 22) - 1) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		ssize_t k;
		char *end, *length;

		if (poll(&p, 1, 10000) <= 0)
			break;
		k = recv(fd, a.text + a.n, (1 << 22) - 1 - a.n, 0);
		if (k <= 0)
			break;
		a.n += (size_t)k;
		a.text[a.n] = '\0';
		end = strstr(a.text, "\r\n\r\n");
		if (end == NULL)
			continue;
		length = strcasestr(a.text, "\r\nContent-Length:");
		a.body = end + 4;
		want = (size_t)(a.body - a.text);
		if (length != NULL && length < end && !head)
			want += strtoul(length + 17, NULL, 10);
	}
	if (strncmp(a.text, "HTTP/1.1 ", 9) == 0)
		a.status = (int)strtol(a.text + 9, NULL, 10);
	if (a.body == NULL)
		a.body = "";
	return a;
}

static inline struct answer
client_ask_bytes(uint16_t port, const void *p, size_t n)
{
	int fd = client_connect(port);
	struct answer a;

	client_send(fd, p, n);
	a = client_read(fd, n > 4 && memcmp(p, "HEAD", 4) == 0);
	close(fd);
	return a;
}

static inline struct answer
client_ask(uint16_t port, const char *request)
{
	return client_ask_bytes(port, request, strlen(request));
}

static inline void
answer_free(struct answer *a)
{
	free(a->text);
	*a = (struct answer){0};
}

#endif
