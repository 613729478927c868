/* TCP and unix listeners. */
#include "proc/listener.h"

#include "base/time.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Takes "HOST:PORT" or "[HOST]:PORT" apart. */
static enum err
split(const char *address, char host[64], char port[8])
{
	const char *colon = strrchr(address, ':');
	struct str h, p;
	uint64_t number;

	if (colon == NULL)
		return ERR_INVALID;
	h = (struct str){address, (size_t)(colon - address)};
	p = str_of(colon + 1);
	if (h.n >= 2 && h.p[0] == '[' && h.p[h.n - 1] == ']')
		h = str_sub(h, 1, h.n - 2);
	if (h.n == 0 || h.n >= 64 || str_u64(p, 65535, &number) != ERR_OK)
		return ERR_INVALID;
	snprintf(host, 64, "%.*s", STR_ARG(h));
	snprintf(port, 8, "%u", (unsigned)number);
	return ERR_OK;
}

static enum err
bind_one(const struct addrinfo *ai, int wait_ms, int *out)
{
	int64_t until_ms = now_mono_ms() + wait_ms;
	int one = 1;
	int fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0)
		return ERR_IO;
	/* Roles of a supervisor that was killed hold the port for a moment longer than it. */
	while (bind(fd, ai->ai_addr, ai->ai_addrlen) != 0 || listen(fd, 1024) != 0) {
		int why = errno;

		if (why == EADDRINUSE && now_mono_ms() < until_ms) {
			usleep(20000);
			continue;
		}
		close(fd);
		errno = why;
		return why == EADDRINUSE ? ERR_CONFLICT : why == EACCES ? ERR_DENIED : ERR_IO;
	}
	*out = fd;
	return ERR_OK;
}

static enum err
name_of(int fd, char name[LISTENER_NAME_MAX])
{
	struct sockaddr_storage at;
	socklen_t size = sizeof at;
	char host[64], port[8];

	if (getsockname(fd, (struct sockaddr *)&at, &size) != 0 ||
	        getnameinfo((struct sockaddr *)&at, size, host, sizeof host, port, sizeof port,
	                NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return ERR_IO;
	snprintf(name, LISTENER_NAME_MAX, at.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host,
	        port);
	return ERR_OK;
}

enum err
listener_tcp(
        const char *address, int wait_ms, int *out, char name[LISTENER_NAME_MAX], struct diag *d)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
	struct addrinfo *found;
	char host[64], port[8];
	enum err e;
	int fd, r;

	if (split(address, host, port) != ERR_OK)
		return diag_set(d, ERR_INVALID, "write ADDR:PORT, as in 127.0.0.1:8080",
		        "\"%s\" is not an address to listen on", address);
	r = getaddrinfo(host, port, &hints, &found);
	if (r != 0)
		return diag_set(d, ERR_INVALID, NULL, "%s: %s", address, gai_strerror(r));
	e = bind_one(found, wait_ms, &fd);
	if (e != ERR_OK)
		diag_set(d, e, "choose another port, or stop what listens there",
		        "cannot listen on %s: %s", address, strerror(errno));
	freeaddrinfo(found);
	if (e != ERR_OK)
		return e;
	if (name_of(fd, name) != ERR_OK) {
		close(fd);
		return diag_set(d, ERR_IO, NULL, "%s: %s", address, strerror(errno));
	}
	*out = fd;
	return ERR_OK;
}

static enum err
unix_socket(const char *path, int type, unsigned mode, int *out, struct diag *d)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd;

	if (snprintf(at.sun_path, sizeof at.sun_path, "%s", path) >= (int)sizeof at.sun_path)
		return diag_set(
		        d, ERR_INVALID, "choose a shorter one", "%s: the path is too long", path);
	fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* The mode before anybody can connect: listen comes last. */
	if (fd >= 0 && (unlink(path) == 0 || errno == ENOENT) &&
	        bind(fd, (struct sockaddr *)&at, sizeof at) == 0 && chmod(path, mode) == 0 &&
	        listen(fd, 64) == 0) {
		*out = fd;
		return ERR_OK;
	}
	diag_set(d, ERR_IO, NULL, "%s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return ERR_IO;
}

enum err
listener_unix(const char *path, int *out, struct diag *d)
{
	return unix_socket(path, SOCK_SEQPACKET, 0600, out, d);
}

enum err
listener_unix_stream(const char *path, unsigned mode, int *out, struct diag *d)
{
	return unix_socket(path, SOCK_STREAM, mode, out, d);
}

static enum err
connect_to(const char *dir, const char *name, int type, int *out)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int holder = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	enum err e = ERR_IO;

	snprintf(at.sun_path, sizeof at.sun_path, "/proc/self/fd/%d/%s", holder, name);
	if (holder < 0 || fd < 0)
		e = ERR_IO;
	else if (connect(fd, (struct sockaddr *)&at, sizeof at) == 0)
		e = ERR_OK;
	else if (errno == ECONNREFUSED || errno == ENOENT || errno == EAGAIN)
		e = ERR_PEER;
	else if (errno == EACCES || errno == EPERM)
		e = ERR_DENIED;
	if (holder >= 0)
		close(holder);
	if (e == ERR_OK)
		*out = fd;
	else if (fd >= 0)
		close(fd);
	return e;
}

enum err
listener_connect(const char *dir, const char *name, int *out)
{
	return connect_to(dir, name, SOCK_SEQPACKET, out);
}

enum err
listener_connect_stream(const char *dir, const char *name, int *out)
{
	return connect_to(dir, name, SOCK_STREAM, out);
}
