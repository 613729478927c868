/* The addresses of one host, for a process that opens no files: the files that libc would read are
 * read at the start, and names are asked for over the network alone (RFC 1035). */
#ifndef VDPD_JOBS_RESOLVE_H
#define VDPD_JOBS_RESOLVE_H

#include "base/str.h"

struct resolver;

/* Before the sandbox. HOST is a name or an address (IPv6 also in brackets); where /etc/hosts has
 * it, or it is an address, that is the answer from now on. The name servers are those of
 * /etc/resolv.conf now. */
struct resolver *resolver_new(struct str host);
void resolver_free(struct resolver *r); /* NULL allowed */

/* "192.0.2.1,[2001:db8::1]" in A, as CURLOPT_RESOLVE(3) takes them. What was answered last counts
 * for a minute, and for as long as no server answers. ERR_NOT_FOUND if there is no address. One
 * thread. */
enum err resolver_find(struct resolver *r, struct arena *a, struct str *addresses) MUST_CHECK;

#endif
