/* How often one network may ask. Counted in memory per IPv4 /24 and IPv6 /64 under a keyed hash
 * whose key lives a day; an address is never logged, stored or kept. */
#ifndef VDPD_WEB_LIMITS_H
#define VDPD_WEB_LIMITS_H

#include "policy/net.h"

/* The numbers are in one table in web/limits.c, some from the configuration. RATE_NONE (a row that
 * names none) is READ. */
enum rate_class {
	RATE_NONE,
	RATE_READ,    /* pages and lists */
	RATE_INTAKE,  /* new reports */
	RATE_RECEIPT, /* requests that try a receipt code */
	RATE_WRITE,   /* what a reporter or a member adds */
	RATE_UPLOAD,  /* files */
	RATE_SIGN_IN, /* passwords, codes, links */
	RATE_STAFF,   /* the desk's pages and API, behind a session */
	RATE_FREE,    /* never counted: health checks */
	RATE_COUNT
};

struct sockaddr;
struct limits;

/* The network of a client: an IPv4 /24 or an IPv6 /64, as bytes that only limits_* look at. Lives
 * as long as its request. */
struct client_net {
	unsigned char b[9]; /* family, then prefix */
};

/* Where a request comes from. PEER is the socket's address. If it lies in one of the N blocks
 * TRUSTED, the client is the last address of X-Forwarded-For (or of Forwarded, RFC 7239, if that is
 * given and the other is not) that does not lie in them, and *https says what X-Forwarded-Proto or
 * Forwarded says; from anybody else these headers are not looked at and *https is false. */
struct client_net client_net_of(const struct sockaddr *peer, const struct cidr *trusted, size_t n,
        struct str x_forwarded_for, struct str x_forwarded_proto, struct str forwarded,
        bool *https);

/* An empty table. OFF: every limits_take says yes (serve --no-limits). The caller frees it. Safe
 * from any thread. */
struct limits *limits_new(bool off);
void limits_free(struct limits *l); /* NULL allowed */

/* The numbers of vdpd.yaml (policy/config.h) for READ and STAFF, INTAKE and SIGN_IN; the others are
 * fixed. Each may be used up at once, and comes back evenly. At least 1, at most 10^9. */
void limits_configure(struct limits *l, int64_t requests_per_minute, int64_t reports_per_hour,
        int64_t sign_ins_per_hour);

/* Takes one request of CLASS from NET's bucket at NOW_MS (now_mono_ms). ERR_RATE: none left, and
 * *retry_s is when to come again, at least 1. L may be NULL: ERR_OK. */
enum err limits_take(struct limits *l, enum rate_class class, const struct client_net *net,
        int64_t now_ms, unsigned *retry_s) MUST_CHECK;

/* Counts connections of one network. open: false if it has too many already (nothing is counted
 * then). close: one fewer. L may be NULL. */
bool limits_connection_open(struct limits *l, const struct client_net *net);
void limits_connection_close(struct limits *l, const struct client_net *net);

#endif
