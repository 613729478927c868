/* Serves one file as a page in memory, on one thread, until its standard input ends: the fast path
 * of the HTTP server and nothing else. Prints its port. */
#include "base/buf.h"
#include "web/pages.h"
#include "web/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static int
listen_somewhere(unsigned *port)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof in;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&in, sizeof in) != 0 || listen(fd, 511) != 0 ||
	        getsockname(fd, (struct sockaddr *)&in, &n) != 0) {
		perror("listen");
		exit(1);
	}
	*port = ntohs(in.sin_port);
	return fd;
}

int
main(int argc, char **argv)
{
	struct limits *limits = limits_new(true);
	struct server_config c = {
	        .n_threads = 1,
	        .origin = {.text = STR("http://127.0.0.1"), .loopback = true},
	        .pages = pages_new(),
	        .limits = limits,
	};
	struct server *server;
	struct buf page;
	char block[4096];
	unsigned port;
	size_t n;
	FILE *f;

	if (argc != 2 || (f = fopen(argv[1], "r")) == NULL) {
		fprintf(stderr, "usage: page_server FILE\n");
		return 2;
	}
	buf_init(&page, 1 << 22);
	while ((n = fread(block, 1, sizeof block, f)) > 0)
		buf_add(&page, block, n);
	fclose(f);
	c.listen_fd = listen_somewhere(&port);
	if (pages_put(c.pages, STR("/policy"), "text/html; charset=utf-8", NULL, &page) != ERR_OK ||
	        server_start(&c, &server, NULL) != ERR_OK)
		return 1;
	printf("%u\n", port);
	fflush(stdout);
	while (read(0, block, sizeof block) > 0)
		;
	server_stop(server);
	pages_free(c.pages);
	limits_free(limits);
	buf_clear(&page);
	return 0;
}
