/* Looking one host up. */
#include "jobs/resolve.h"

#include "base/buf.h"
#include "base/time.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stdlib.h>

enum { ADDRESSES_MAX = 8, LIST_MAX = 512, ANSWER_MAX = 4096, FRESH_MS = 60 * 1000 };

struct resolver {
	char *host;
	char list[LIST_MAX]; /* as resolver_find gives it */
	size_t addresses;    /* in list */
	bool fixed;
	int64_t asked_ms; /* 0: never */
	struct __res_state servers;
};

static void
add(struct resolver *r, int family, const void *address)
{
	char text[INET6_ADDRSTRLEN];
	size_t n = strlen(r->list);
	bool v6 = family == AF_INET6;

	if (r->addresses == ADDRESSES_MAX || inet_ntop(family, address, text, sizeof text) == NULL)
		return;
	r->addresses++;
	snprintf(r->list + n, LIST_MAX - n, "%s%s%s%s", n > 0 ? "," : "", v6 ? "[" : "", text,
	        v6 ? "]" : "");
}

static void
forget(struct resolver *r)
{
	r->list[0] = '\0';
	r->addresses = 0;
}

/* ---- What is known from the start ---- */

static bool
is_address(struct resolver *r, struct arena *a, struct str host)
{
	unsigned char address[sizeof(struct in6_addr)];
	const char *z;

	if (str_starts(host, STR("[")) && str_ends(host, STR("]")))
		host = str_sub(host, 1, host.n - 2);
	z = str_z(a, host);
	if (inet_pton(AF_INET, z, address) == 1)
		add(r, AF_INET, address);
	else if (inet_pton(AF_INET6, z, address) == 1)
		add(r, AF_INET6, address);
	return r->addresses > 0;
}

static bool
is_called(const struct hostent *h, struct str host)
{
	if (str_eq_nocase(str_of(h->h_name), host))
		return true;
	for (size_t i = 0; h->h_aliases[i] != NULL; i++)
		if (str_eq_nocase(str_of(h->h_aliases[i]), host))
			return true;
	return false;
}

static void
read_hosts(struct resolver *r)
{
	const struct hostent *h;

	sethostent(0);
	while ((h = gethostent()) != NULL)
		if (is_called(h, str_of(r->host)))
			for (size_t i = 0; h->h_addr_list[i] != NULL; i++)
				add(r, h->h_addrtype, h->h_addr_list[i]);
	endhostent();
}

struct resolver *
resolver_new(struct str host)
{
	struct resolver *r = calloc(1, sizeof *r);
	struct arena *a = arena_new(4096);

	if (r == NULL || (r->host = strndup(host.p, host.n)) == NULL)
		abort();
	if (!is_address(r, a, host))
		read_hosts(r);
	r->fixed = r->addresses > 0;
	arena_free(a);
	if (res_ninit(&r->servers) != 0)
		abort();
	return r;
}

void
resolver_free(struct resolver *r)
{
	if (r == NULL)
		return;
	res_nclose(&r->servers);
	free(r->host);
	free(r);
}

/* ---- Asking ---- */

/* The addresses in a message (RFC 1035 section 4.1), whatever names lead to them. */
static void
take(struct resolver *r, const unsigned char *message, int n)
{
	ns_msg m;

	if (ns_initparse(message, n, &m) != 0)
		return;
	for (int i = 0; i < ns_msg_count(m, ns_s_an); i++) {
		ns_rr rr;

		if (ns_parserr(&m, ns_s_an, i, &rr) != 0 || ns_rr_class(rr) != ns_c_in)
			continue;
		if (ns_rr_type(rr) == ns_t_a && ns_rr_rdlen(rr) == sizeof(struct in_addr))
			add(r, AF_INET, ns_rr_rdata(rr));
		if (ns_rr_type(rr) == ns_t_aaaa && ns_rr_rdlen(rr) == sizeof(struct in6_addr))
			add(r, AF_INET6, ns_rr_rdata(rr));
	}
}

static void
ask(struct resolver *r)
{
	static const int types[] = {ns_t_a, ns_t_aaaa};
	unsigned char message[2][ANSWER_MAX];
	int n[2];
	bool any = false;

	for (size_t i = 0; i < 2; i++) {
		n[i] = res_nquery(&r->servers, r->host, ns_c_in, types[i], message[i], ANSWER_MAX);
		any = any || n[i] > 0;
	}
	if (!any)
		return;
	forget(r);
	for (size_t i = 0; i < 2; i++)
		if (n[i] > 0)
			take(r, message[i], n[i] < ANSWER_MAX ? n[i] : ANSWER_MAX);
}

enum err
resolver_find(struct resolver *r, struct arena *a, struct str *addresses)
{
	int64_t ms = now_mono_ms();

	if (!r->fixed && (r->asked_ms == 0 || ms - r->asked_ms >= FRESH_MS)) {
		ask(r);
		r->asked_ms = r->addresses > 0 ? ms : 0;
	}
	if (r->addresses == 0)
		return ERR_NOT_FOUND;
	*addresses = str_dup(a, str_of(r->list));
	return ERR_OK;
}
