/* Where a request comes from: the socket's address, or what trusted proxies say. */
#include "web/limits.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>

/* IPv4 as its mapped form, so that one comparison does for both. */
static void
map_v4(const void *v4, unsigned char out[16])
{
	memset(out, 0, 10);
	out[10] = out[11] = 0xff;
	memcpy(out + 12, v4, 4);
}

static bool
address_parse(struct str s, unsigned char out[16], bool *v4)
{
	char z[INET6_ADDRSTRLEN];
	unsigned char four[4];

	if (s.n == 0 || s.n >= sizeof z)
		return false;
	memcpy(z, s.p, s.n);
	z[s.n] = '\0';
	*v4 = inet_pton(AF_INET, z, four) == 1;
	if (*v4) {
		map_v4(four, out);
		return true;
	}
	return inet_pton(AF_INET6, z, out) == 1;
}

enum err
cidr_parse(struct str s, struct cidr *out)
{
	size_t slash = str_find(s, '/', 0);
	struct cidr c = {.bits = 128};
	uint64_t bits;
	bool v4;

	if (!address_parse(str_sub(s, 0, slash), c.addr, &v4))
		return ERR_INVALID;
	if (slash != SIZE_MAX) {
		if (str_u64(str_sub(s, slash + 1, SIZE_MAX), v4 ? 32 : 128, &bits) != ERR_OK)
			return ERR_INVALID;
		c.bits = (unsigned)bits + (v4 ? 96 : 0);
	}
	*out = c;
	return ERR_OK;
}

static bool
trusted_has(const struct cidr *list, size_t n, const unsigned char addr[16])
{
	for (size_t i = 0; i < n; i++) {
		unsigned whole = list[i].bits / 8, rest = list[i].bits % 8;

		if (memcmp(list[i].addr, addr, whole) == 0 &&
		        (rest == 0 || ((list[i].addr[whole] ^ addr[whole]) >> (8 - rest)) == 0))
			return true;
	}
	return false;
}

/* An address as proxies write it: bare, with a port, in brackets, in quotes (RFC 7239 section 6).
 */
static bool
node_parse(struct str s, unsigned char out[16])
{
	bool v4;
	size_t end;

	s = str_trim(s);
	if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
		s = str_sub(s, 1, s.n - 2);
	if (s.n > 0 && s.p[0] == '[') {
		end = str_find(s, ']', 0);
		return end != SIZE_MAX && address_parse(str_sub(s, 1, end - 1), out, &v4);
	}
	end = str_find(s, ':', 0);
	if (end != SIZE_MAX && str_find(s, ':', end + 1) == SIZE_MAX)
		s = str_sub(s, 0, end);
	return address_parse(s, out, &v4);
}

/* The value of PARAMETER in one element of Forwarded: "for=1.2.3.4;proto=https". */
static struct str
forwarded_get(struct str element, const char *parameter)
{
	struct str part;

	while (str_cut(&element, ';', &part)) {
		size_t eq = str_find(part, '=', 0);

		if (eq != SIZE_MAX &&
		        str_eq_nocase(str_trim(str_sub(part, 0, eq)), str_of(parameter)))
			return str_trim(str_sub(part, eq + 1, SIZE_MAX));
	}
	return (struct str){0};
}

/* The last comma-separated element of *list, taken off it; false if there is none. */
static bool
take_last(struct str *list, struct str *last)
{
	size_t at = list->n;

	if (list->n == 0)
		return false;
	while (at > 0 && list->p[at - 1] != ',')
		at--;
	*last = str_trim(str_sub(*list, at, SIZE_MAX));
	*list = str_sub(*list, 0, at > 0 ? at - 1 : 0);
	return true;
}

static struct client_net
net_of(const unsigned char addr[16])
{
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
	struct client_net net = {{0}};

	if (memcmp(addr, mapped, sizeof mapped) == 0) {
		net.b[0] = 4;
		memcpy(net.b + 1, addr + 12, 3);
	} else {
		net.b[0] = 6;
		memcpy(net.b + 1, addr, 8);
	}
	return net;
}

struct client_net
client_net_of(const struct sockaddr *peer, const struct cidr *trusted, size_t n,
        struct str x_forwarded_for, struct str x_forwarded_proto, struct str forwarded, bool *https)
{
	unsigned char addr[16] = {0}, next[16];
	struct str element, proto = x_forwarded_proto;
	bool rfc7239 = x_forwarded_for.n == 0 && forwarded.n > 0;
	struct str list = rfc7239 ? forwarded : x_forwarded_for;

	*https = false;
	if (peer->sa_family == AF_INET)
		map_v4(&((const struct sockaddr_in *)(const void *)peer)->sin_addr, addr);
	else if (peer->sa_family == AF_INET6)
		memcpy(addr, &((const struct sockaddr_in6 *)(const void *)peer)->sin6_addr, 16);
	if (!trusted_has(trusted, n, addr))
		return net_of(addr);
	while (trusted_has(trusted, n, addr) && take_last(&list, &element)) {
		if (rfc7239 && proto.n == 0)
			proto = forwarded_get(element, "proto");
		if (!node_parse(rfc7239 ? forwarded_get(element, "for") : element, next))
			break;
		memcpy(addr, next, sizeof addr);
	}
	*https = str_eq_nocase(str_trim(proto), STR("https"));
	return net_of(addr);
}
