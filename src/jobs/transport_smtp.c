/* A relay, spoken to by libcurl (RFC 5321, RFC 3207, RFC 8314). The connection is kept from one
 * message to the next as long as the relay likes. */
#include "jobs/transport.h"

#include "base/secret.h"
#include "jobs/resolve.h"

#include <curl/curl.h>
#include <sodium.h>
#include <stdlib.h>

enum { CONNECT_MS = 15 * 1000, ALL_MS = 90 * 1000, IDLE_S = 30 };

struct relay {
	CURL *curl;
	struct resolver *resolver;
	char *url, *user;
	struct str host;
	long long port;
	char *password; /* guarded memory; NULL: none */
	char *ca;       /* NULL: the system's */
	size_t ca_n;
	int tls; /* enum smtp_tls */
	const atomic_bool *stop;
};

/* ---- Telling errors apart ---- */

static enum sent
by_reply(long code, const char **trouble)
{
	if (code >= 500) {
		*trouble = "refused";
		return SENT_REFUSED;
	}
	*trouble = "not_now";
	return SENT_LATER;
}

/* CODE is what the relay answered last, to whichever command. */
static enum sent
judge(CURLcode e, long code, const char **trouble)
{
	switch (e) {
	case CURLE_OK:
		return SENT;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
		*trouble = "unreachable";
		return SENT_DOWN;
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_ABORTED_BY_CALLBACK:
		*trouble = "timeout";
		return SENT_DOWN;
	case CURLE_LOGIN_DENIED:
		*trouble = "login";
		return SENT_DOWN;
	case CURLE_USE_SSL_FAILED:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CACERT_BADFILE:
		*trouble = "tls";
		return SENT_DOWN;
	default:
		if (code >= 400)
			return by_reply(code, trouble);
		*trouble = "broken_off";
		return SENT_DOWN;
	}
}

/* ---- One message ---- */

static size_t
give(char *to, size_t size, size_t n, void *from)
{
	struct str *rest = from, part = str_sub(*rest, 0, size * n);

	memcpy(to, part.p, part.n);
	*rest = str_sub(*rest, part.n, SIZE_MAX);
	return part.n;
}

static int
look(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct relay *r = arg;

	(void)a;
	(void)b;
	(void)c;
	(void)d;
	return atomic_load(r->stop);
}

#define SET(curl, option, value)                                                                   \
	do {                                                                                       \
		if (curl_easy_setopt((curl), (option), (value)) != CURLE_OK)                       \
			abort();                                                                   \
	} while (0)

static void
set_relay(struct relay *r)
{
	CURL *c = r->curl;

	curl_easy_reset(c);
	SET(c, CURLOPT_URL, r->url);
	SET(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	SET(c, CURLOPT_NOSIGNAL, 1L);
	SET(c, CURLOPT_NOPROXY, "*");
	SET(c, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	SET(c, CURLOPT_TIMEOUT_MS, (long)ALL_MS);
	SET(c, CURLOPT_MAXAGE_CONN, (long)IDLE_S);
	SET(c, CURLOPT_USE_SSL, (long)(r->tls == SMTP_TLS_NONE ? CURLUSESSL_NONE : CURLUSESSL_ALL));
	SET(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(c, CURLOPT_NOPROGRESS, 0L);
	SET(c, CURLOPT_XFERINFOFUNCTION, look);
	SET(c, CURLOPT_XFERINFODATA, r);
	if (r->ca != NULL) {
		struct curl_blob blob = {r->ca, r->ca_n, CURL_BLOB_NOCOPY};

		SET(c, CURLOPT_CAPATH, NULL);
		SET(c, CURLOPT_CAINFO_BLOB, &blob);
	}
	if (r->user != NULL) {
		SET(c, CURLOPT_USERNAME, r->user);
		SET(c, CURLOPT_PASSWORD, r->password != NULL ? r->password : "");
	}
}

/* Where the relay is now; libcurl is not to look it up by itself. */
static enum err
find_relay(struct relay *r, struct arena *a, struct curl_slist **out)
{
	struct str addresses;
	enum err e = resolver_find(r->resolver, a, &addresses);

	if (e != ERR_OK)
		return e;
	*out = curl_slist_append(NULL, str_z(a, str_fmt(a, "%.*s:%lld:%.*s", STR_ARG(r->host),
	                                                r->port, STR_ARG(addresses))));
	if (*out == NULL)
		abort();
	SET(r->curl, CURLOPT_RESOLVE, *out);
	return ERR_OK;
}

static enum sent
smtp_send(void *state, struct arena *a, struct str name, struct str from, struct str to,
        struct str message, const char **trouble)
{
	struct relay *r = state;
	struct curl_slist *rcpt, *where;
	struct str rest = message;
	long code = 0;
	CURLcode e;

	(void)name;
	set_relay(r);
	if (find_relay(r, a, &where) != ERR_OK) {
		*trouble = "unreachable";
		return SENT_DOWN;
	}
	rcpt = curl_slist_append(NULL, str_z(a, to));
	if (rcpt == NULL)
		abort();
	SET(r->curl, CURLOPT_MAIL_FROM, str_z(a, from));
	SET(r->curl, CURLOPT_MAIL_RCPT, rcpt);
	SET(r->curl, CURLOPT_UPLOAD, 1L);
	SET(r->curl, CURLOPT_READFUNCTION, give);
	SET(r->curl, CURLOPT_READDATA, &rest);
	e = curl_easy_perform(r->curl);
	(void)curl_easy_getinfo(r->curl, CURLINFO_RESPONSE_CODE, &code);
	curl_slist_free_all(rcpt);
	curl_slist_free_all(where);
	return judge(e, code, trouble);
}

/* ---- The relay ---- */

static void
smtp_free(void *state)
{
	struct relay *r = state;

	curl_easy_cleanup(r->curl);
	resolver_free(r->resolver);
	sodium_free(r->password);
	free(r->ca);
	free(r->user);
	free(r->url);
	free(r);
}

static char *
copy(struct str s)
{
	char *p = strndup(s.p != NULL ? s.p : "", s.n);

	if (p == NULL)
		abort();
	return p;
}

static char *
relay_url(const struct config *c, struct str helo)
{
	bool v6 = str_find(c->notices.smtp.host, ':', 0) != SIZE_MAX &&
	          !str_starts(c->notices.smtp.host, STR("["));
	char *url;
	int n = asprintf(&url, "%s://%s%.*s%s:%lld/%.*s",
	        c->notices.smtp.tls == SMTP_TLS_IMPLICIT ? "smtps" : "smtp", v6 ? "[" : "",
	        STR_ARG(c->notices.smtp.host), v6 ? "]" : "", (long long)c->notices.smtp.port,
	        STR_ARG(helo));

	if (n < 0)
		abort();
	return url;
}

struct transport *
transport_smtp(const struct config *c, struct str password, struct str ca, struct str helo,
        const atomic_bool *stop)
{
	static const struct transport_class class = {smtp_send, smtp_free};
	struct relay *r = calloc(1, sizeof *r);

	if (r == NULL || (r->curl = curl_easy_init()) == NULL)
		abort();
	r->host = c->notices.smtp.host;
	r->port = (long long)c->notices.smtp.port;
	r->resolver = resolver_new(r->host);
	r->url = relay_url(c, helo);
	r->tls = c->notices.smtp.tls;
	r->stop = stop;
	if (c->notices.smtp.user.n > 0)
		r->user = copy(c->notices.smtp.user);
	if (password.n > 0) {
		r->password = sodium_malloc(password.n + 1);
		if (r->password == NULL)
			abort();
		memcpy(r->password, password.p, password.n);
		r->password[password.n] = '\0';
	}
	if (ca.n > 0) {
		r->ca = copy(ca);
		r->ca_n = ca.n;
	}
	return transport_new(&class, r);
}
