/* Where a request comes from: the socket's address, or what trusted proxies say. */
#include "web/limits.h"

#include <netinet/in.h>
#include <sys/socket.h>

static bool
trusted_has(const struct cidr *list, size_t n, const struct ip *ip)
{
	for (size_t i = 0; i < n; i++)
		if (cidr_contains(&list[i], ip))
			return true;
	return false;
}

/* An address as proxies write it: bare, with a port, in brackets, in quotes (RFC 7239 section 6).
 */
static bool
node_parse(struct str s, struct ip *out)
{
	size_t end;

	s = str_trim(s);
	if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
		s = str_sub(s, 1, s.n - 2);
	if (s.n > 0 && s.p[0] == '[') {
		end = str_find(s, ']', 0);
		return end != SIZE_MAX && ip_parse(str_sub(s, 1, end - 1), out) == ERR_OK;
	}
	end = str_find(s, ':', 0);
	if (end != SIZE_MAX && str_find(s, ':', end + 1) == SIZE_MAX)
		s = str_sub(s, 0, end);
	return ip_parse(s, out) == ERR_OK;
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
net_of(const struct ip *ip)
{
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
	bool is_mapped = ip->family == AF_INET6 && memcmp(ip->b, mapped, sizeof mapped) == 0;
	struct client_net net = {{0}};

	if (ip->family == AF_INET || is_mapped) {
		net.b[0] = 4;
		memcpy(net.b + 1, ip->b + (is_mapped ? sizeof mapped : 0), 3);
	} else {
		net.b[0] = 6;
		memcpy(net.b + 1, ip->b, 8);
	}
	return net;
}

struct client_net
client_net_of(const struct sockaddr *peer, const struct cidr *trusted, size_t n,
        struct str x_forwarded_for, struct str x_forwarded_proto, struct str forwarded, bool *https)
{
	struct ip addr = {.family = AF_INET6}, next;
	struct str element, proto = x_forwarded_proto;
	bool rfc7239 = x_forwarded_for.n == 0 && forwarded.n > 0;
	struct str list = rfc7239 ? forwarded : x_forwarded_for;

	*https = false;
	if (peer->sa_family == AF_INET) {
		addr.family = AF_INET;
		memcpy(addr.b, &((const struct sockaddr_in *)(const void *)peer)->sin_addr, 4);
	} else if (peer->sa_family == AF_INET6) {
		memcpy(addr.b, &((const struct sockaddr_in6 *)(const void *)peer)->sin6_addr, 16);
	}
	if (!trusted_has(trusted, n, &addr))
		return net_of(&addr);
	while (trusted_has(trusted, n, &addr) && take_last(&list, &element)) {
		if (rfc7239 && proto.n == 0)
			proto = forwarded_get(element, "proto");
		if (!node_parse(rfc7239 ? forwarded_get(element, "for") : element, &next))
			break;
		addr = next;
	}
	*https = str_eq_nocase(str_trim(proto), STR("https"));
	return net_of(&addr);
}
