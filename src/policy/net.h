/* Addresses in the instance file: where to listen, which proxies to trust, what the origins are.
 * Parsing only, no look-ups. */
#ifndef VDPD_POLICY_NET_H
#define VDPD_POLICY_NET_H

#include "base/str.h"

/* An address family (AF_INET, AF_INET6) with 4 or 16 bytes in network order. */
struct ip {
	int family;
	unsigned char b[16];
};

struct listen_address {
	struct ip ip;
	uint16_t port;   /* 0: the kernel chooses */
	struct str text; /* "127.0.0.1:8080", "[::1]:8080" */
};

struct cidr {
	struct ip ip;
	unsigned bits;
};

/* A web origin (RFC 6454), in small letters, without a slash at the end. */
struct origin {
	struct str text; /* "https://security.example.org" */
	struct str host; /* without port; an IPv6 address in brackets */
	uint16_t port;   /* given, or that of the scheme */
	bool https;
	bool loopback; /* localhost or 127.0.0.1 */
};

/* "192.0.2.1", "2001:db8::1". ERR_INVALID if S is no address. */
enum err ip_parse(struct str s, struct ip *out) MUST_CHECK;
/* "127.0.0.1:8080", "[::1]:8080": an address, not a name. Text into A. */
enum err listen_address_parse(struct arena *a, struct str s, struct listen_address *out) MUST_CHECK;
/* "10.0.0.0/8", or an address alone. Bits below the prefix must be zero. */
enum err cidr_parse(struct str s, struct cidr *out) MUST_CHECK;
/* True if IP lies in C. An IPv4 address mapped into IPv6 counts as the IPv4 address. */
bool cidr_contains(const struct cidr *c, const struct ip *ip);
/* "https://HOST[:PORT]" or http, a slash at the end is cut; no user name, path or query. */
enum err origin_parse(struct arena *a, struct str s, struct origin *out) MUST_CHECK;

/* The same as a `read` of policy/yaml.h. */
const char *value_listen_address(struct arena *a, struct str s, void *out);
const char *value_cidr(struct arena *a, struct str s, void *out);
const char *value_origin(struct arena *a, struct str s, void *out);

#endif
