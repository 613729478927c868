/* Addresses: listening, proxies, origins. */
#include "policy/net.h"

#include <arpa/inet.h>

enum err
ip_parse(struct str s, struct ip *out)
{
	char z[INET6_ADDRSTRLEN];
	struct ip ip = {0};

	if (s.n == 0 || s.n >= sizeof z || memchr(s.p, '\0', s.n) != NULL)
		return ERR_INVALID;
	memcpy(z, s.p, s.n);
	z[s.n] = '\0';
	ip.family = strchr(z, ':') != NULL ? AF_INET6 : AF_INET;
	if (inet_pton(ip.family, z, ip.b) != 1)
		return ERR_INVALID;
	*out = ip;
	return ERR_OK;
}

/* Splits "HOST:PORT", HOST in brackets where it holds colons. A port of digits up to 65535. */
static enum err
split_port(struct str s, struct str *host, uint16_t *port)
{
	size_t end = s.n > 0 && s.p[0] == '[' ? str_find(s, ']', 0) : 0;
	size_t colon = end == SIZE_MAX ? SIZE_MAX : str_find(s, ':', end);
	uint64_t n;

	if (colon == SIZE_MAX || str_u64(str_sub(s, colon + 1, s.n), UINT16_MAX, &n) != ERR_OK)
		return ERR_INVALID;
	*host = str_sub(s, 0, colon);
	*port = (uint16_t)n;
	return ERR_OK;
}

static bool
in_brackets(struct str s)
{
	return s.n > 2 && s.p[0] == '[' && s.p[s.n - 1] == ']';
}

enum err
listen_address_parse(struct arena *a, struct str s, struct listen_address *out)
{
	struct listen_address l = {0};
	struct str host;

	if (split_port(s, &host, &l.port) != ERR_OK)
		return ERR_INVALID;
	if (in_brackets(host))
		host = str_sub(host, 1, host.n - 2);
	if (ip_parse(host, &l.ip) != ERR_OK || (l.ip.family == AF_INET6) != (s.p[0] == '['))
		return ERR_INVALID;
	l.text = str_dup(a, s);
	*out = l;
	return ERR_OK;
}

static unsigned
ip_bits(const struct ip *ip)
{
	return ip->family == AF_INET ? 32 : 128;
}

static unsigned
bit(const struct ip *ip, unsigned i)
{
	return (unsigned)(ip->b[i / 8] >> (7 - i % 8)) & 1;
}

enum err
cidr_parse(struct str s, struct cidr *out)
{
	size_t slash = str_find(s, '/', 0);
	struct cidr c = {0};
	uint64_t bits;

	if (ip_parse(str_sub(s, 0, slash), &c.ip) != ERR_OK)
		return ERR_INVALID;
	bits = ip_bits(&c.ip);
	if (slash != SIZE_MAX && str_u64(str_sub(s, slash + 1, s.n), bits, &bits) != ERR_OK)
		return ERR_INVALID;
	for (unsigned i = (unsigned)bits; i < ip_bits(&c.ip); i++)
		if (bit(&c.ip, i) != 0)
			return ERR_INVALID;
	c.bits = (unsigned)bits;
	*out = c;
	return ERR_OK;
}

bool
cidr_contains(const struct cidr *c, const struct ip *ip)
{
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
	struct ip v4 = {.family = AF_INET};

	if (ip->family == AF_INET6 && memcmp(ip->b, mapped, sizeof mapped) == 0) {
		memcpy(v4.b, ip->b + sizeof mapped, 4);
		ip = &v4;
	}
	if (c->ip.family != ip->family)
		return false;
	for (unsigned i = 0; i < c->bits; i++)
		if (bit(&c->ip, i) != bit(ip, i))
			return false;
	return true;
}

static bool
is_host(struct str s)
{
	struct str label;
	struct ip ip;

	if (in_brackets(s))
		return ip_parse(str_sub(s, 1, s.n - 2), &ip) == ERR_OK && ip.family == AF_INET6;
	if (s.n == 0 || s.n > 253 || s.p[s.n - 1] == '.')
		return false;
	while (str_cut(&s, '.', &label)) {
		if (label.n == 0 || label.n > 63 || label.p[0] == '-' ||
		        label.p[label.n - 1] == '-')
			return false;
		for (size_t i = 0; i < label.n; i++)
			if (!(label.p[i] >= 'a' && label.p[i] <= 'z') &&
			        !(label.p[i] >= '0' && label.p[i] <= '9') && label.p[i] != '-')
				return false;
	}
	return true;
}

enum err
origin_parse(struct arena *a, struct str s, struct origin *out)
{
	struct origin o = {0};
	struct str rest;

	s = str_lower(a, s);
	if (str_ends(s, STR("/")))
		s = str_sub(s, 0, s.n - 1);
	o.https = str_starts(s, STR("https://"));
	if (!o.https && !str_starts(s, STR("http://")))
		return ERR_INVALID;
	rest = str_sub(s, o.https ? 8 : 7, s.n);
	if (split_port(rest, &o.host, &o.port) != ERR_OK) {
		o.host = rest;
		o.port = o.https ? 443 : 80;
	}
	if (!is_host(o.host) || o.port == 0)
		return ERR_INVALID;
	o.loopback = str_eq(o.host, STR("localhost")) || str_eq(o.host, STR("127.0.0.1"));
	/* The port of the scheme is no part of an origin's text: browsers leave it out. */
	if (o.port == (o.https ? 443 : 80))
		s = str_fmt(a, "http%s://%.*s", o.https ? "s" : "", STR_ARG(o.host));
	o.text = s;
	*out = o;
	return ERR_OK;
}

const char *
value_listen_address(struct arena *a, struct str s, void *out)
{
	return listen_address_parse(a, s, out) == ERR_OK ? NULL : "is not an address and port";
}

const char *
value_cidr(struct arena *a, struct str s, void *out)
{
	(void)a;
	return cidr_parse(s, out) == ERR_OK ? NULL : "is not a range of addresses";
}

const char *
value_origin(struct arena *a, struct str s, void *out)
{
	return origin_parse(a, s, out) == ERR_OK ? NULL : "is not an origin";
}
