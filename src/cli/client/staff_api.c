/* HTTP to the desk. */
#include "cli/client/staff_api.h"

#include "cli/cli.h"
#include "keyd/client/keyd_client.h"
#include "proc/instance.h"
#include "proc/listener.h"

#include <curl/curl.h>
#include <errno.h>
#include <unistd.h>

enum { ADDRESS_MAX = 128 };

struct staff_api {
	struct arena *a;
	CURL *curl;
	struct curl_slist *headers;
	struct str origin; /* "http://127.0.0.1:8081" */
	struct buf body;
};

bool
staff_api_runs(const char *dir)
{
	int fd;

	if (listener_connect(dir, "run/keyd.sock", &fd) != ERR_OK)
		return false;
	close(fd);
	return true;
}

/* The text of a session, in A. */
static enum err
session(struct arena *a, struct str *out, struct diag *d)
{
	const struct keyd_nothing nothing = {0};
	struct keyd_signed_in signed_in;
	struct keyd_client keyd = {0};
	int fd;
	enum err e = listener_connect(".", "run/keyd.sock", &fd);

	if (e != ERR_OK)
		return diag_set(d, e, "start it: `vdpd serve -C DIR`",
		        "the instance is not running, or keyd does not answer");
	keyd.channel = channel_new(fd);
	e = keyd_cli_session(a, &keyd, &nothing, &signed_in, NULL);
	channel_free(keyd.channel);
	if (e != ERR_OK)
		return diag_set(
		        d, e, "`vdpd doctor` tells more", "keyd gives no session: %s", err_name(e));
	*out = signed_in.credential;
	return ERR_OK;
}

static size_t
take(char *p, size_t size, size_t n, void *arg)
{
	struct staff_api *s = arg;

	buf_str(&s->body, str_bytes(p, size * n));
	return s->body.full ? 0 : size * n;
}

static void
prepare(struct staff_api *s, struct str credential)
{
	char *bearer =
	        str_z(s->a, str_fmt(s->a, "Authorization: Bearer %.*s", STR_ARG(credential)));

	curl_global_init(CURL_GLOBAL_NOTHING);
	s->curl = curl_easy_init();
	s->headers = curl_slist_append(NULL, bearer);
	s->headers = curl_slist_append(s->headers, "Content-Type: application/json");
	s->headers = curl_slist_append(s->headers, "Accept: application/json");
	s->headers = curl_slist_append(s->headers, "Expect:");
	if (s->curl == NULL || s->headers == NULL)
		abort();
	curl_easy_setopt(s->curl, CURLOPT_HTTPHEADER, s->headers);
	curl_easy_setopt(s->curl, CURLOPT_PROTOCOLS_STR, "http");
	curl_easy_setopt(s->curl, CURLOPT_PROXY, "");
	curl_easy_setopt(s->curl, CURLOPT_TIMEOUT, (long)STAFF_API_TIMEOUT_S);
	curl_easy_setopt(s->curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(s->curl, CURLOPT_WRITEDATA, s);
	curl_easy_setopt(s->curl, CURLOPT_NOSIGNAL, 1L);
}

enum err
staff_api_open(struct arena *a, const char *dir, struct staff_api **out, struct diag *d)
{
	struct staff_api *s;
	struct str credential = {0}, address = {0};
	enum err e = instance_enter(dir, d);

	if (e == ERR_OK)
		e = session(a, &credential, d);
	if (e == ERR_OK)
		e = cli_read(a, "run/desk.addr", ADDRESS_MAX, &address, d);
	if (e != ERR_OK)
		return e;
	d->file[0] = '\0';
	s = ARENA_NEW(a, struct staff_api);
	s->a = a;
	s->origin = str_fmt(a, "http://%.*s", STR_ARG(str_trim(address)));
	buf_init(&s->body, STAFF_API_ANSWER_MAX);
	prepare(s, credential);
	*out = s;
	return ERR_OK;
}

void
staff_api_close(struct staff_api *s)
{
	if (s == NULL)
		return;
	curl_easy_cleanup(s->curl);
	curl_slist_free_all(s->headers);
	buf_clear(&s->body);
	curl_global_cleanup();
}

/* ---- Answers ---- */

static enum err
err_of_status(long status)
{
	switch (status) {
	case 401:
		return ERR_AUTH;
	case 403:
		return ERR_DENIED;
	case 404:
		return ERR_NOT_FOUND;
	case 409:
		return ERR_STATE;
	case 429:
		return ERR_RATE;
	default:
		return status >= 500 ? ERR_PEER : ERR_INVALID;
	}
}

static const char *
text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

/* An RFC 9457 problem as a mistake that can be told. */
static enum err
refused(const json_t *problem, long status, struct diag *d)
{
	const char *detail = text_of(problem, "detail");
	const char *what = detail[0] != '\0' ? detail : text_of(problem, "title");

	snprintf(d->pointer, sizeof d->pointer, "%s", text_of(problem, "pointer"));
	if (status == 404)
		return diag_set(d, ERR_NOT_FOUND, "`vdpd case list` shows which there are",
		        "there is no such case");
	if (what[0] == '\0')
		return diag_set(d, err_of_status(status), NULL, "the desk answered %ld", status);
	return diag_set(d, err_of_status(status), NULL, "%s", what);
}

static void
set_request(struct staff_api *s, const char *url, const char *body)
{
	curl_easy_setopt(s->curl, CURLOPT_URL, url);
	if (body != NULL) {
		curl_easy_setopt(s->curl, CURLOPT_POSTFIELDSIZE, (long)strlen(body));
		curl_easy_setopt(s->curl, CURLOPT_POSTFIELDS, body);
	} else {
		curl_easy_setopt(s->curl, CURLOPT_HTTPGET, 1L);
	}
}

enum err
staff_api_call(
        struct staff_api *s, const char *path, const json_t *body, json_t **answer, struct diag *d)
{
	const char *url = str_z(s->a, str_fmt(s->a, "%.*s%s", STR_ARG(s->origin), path));
	char *text = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;
	json_t *json;
	CURLcode rc;
	long status = 0;
	enum err e = ERR_OK;

	buf_reset(&s->body);
	set_request(s, url, text);
	rc = curl_easy_perform(s->curl);
	free(text);
	if (rc != CURLE_OK)
		return diag_set(d, ERR_PEER, "`vdpd doctor` tells more",
		        "the desk cannot be reached: %s", curl_easy_strerror(rc));
	curl_easy_getinfo(s->curl, CURLINFO_RESPONSE_CODE, &status);
	json = json_loadb(s->body.p, s->body.n, 0, NULL);
	if (status < 200 || status > 299)
		e = refused(json, status, d);
	else if (json == NULL)
		e = diag_set(d, ERR_PEER, NULL, "the desk's answer is not JSON");
	if (e == ERR_OK)
		*answer = json;
	else
		json_decref(json);
	return e;
}

struct saving {
	struct staff_api *s;
	int fd;
	int failed; /* errno of a write */
};

/* A refusal is JSON, and is told; anything else goes to the file. */
static size_t
save(char *p, size_t size, size_t n, void *arg)
{
	struct saving *g = arg;
	long status = 0;
	size_t left = size * n;

	curl_easy_getinfo(g->s->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status < 200 || status > 299)
		return take(p, size, n, g->s);
	while (left > 0) {
		ssize_t done = write(g->fd, p, left);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0) {
			g->failed = errno;
			return 0;
		}
		p += done;
		left -= (size_t)done;
	}
	return size * n;
}

enum err
staff_api_save(struct staff_api *s, const char *path, int fd, struct diag *d)
{
	struct saving g = {s, fd, 0};
	json_t *problem;
	CURLcode rc;
	long status = 0;

	buf_reset(&s->body);
	set_request(s, str_z(s->a, str_fmt(s->a, "%.*s%s", STR_ARG(s->origin), path)), NULL);
	curl_easy_setopt(s->curl, CURLOPT_TIMEOUT, 0L);
	curl_easy_setopt(s->curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(s->curl, CURLOPT_LOW_SPEED_TIME, (long)STAFF_API_TIMEOUT_S);
	curl_easy_setopt(s->curl, CURLOPT_WRITEFUNCTION, save);
	curl_easy_setopt(s->curl, CURLOPT_WRITEDATA, &g);
	rc = curl_easy_perform(s->curl);
	curl_easy_setopt(s->curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(s->curl, CURLOPT_WRITEDATA, s);
	curl_easy_setopt(s->curl, CURLOPT_TIMEOUT, (long)STAFF_API_TIMEOUT_S);
	if (g.failed != 0)
		return diag_set(d, g.failed == ENOSPC ? ERR_FULL : ERR_IO, NULL,
		        "the file cannot be written: %s", strerror(g.failed));
	if (rc != CURLE_OK)
		return diag_set(d, ERR_PEER, "`vdpd doctor` tells more", "the desk broke off: %s",
		        curl_easy_strerror(rc));
	curl_easy_getinfo(s->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status >= 200 && status <= 299)
		return ERR_OK;
	problem = json_loadb(s->body.p, s->body.n, 0, NULL);
	(void)!refused(problem, status, d);
	json_decref(problem);
	return err_of_status(status);
}

struct str
staff_api_encode(struct arena *a, struct str v)
{
	static const char plain[] =
	        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
	static const char hex[] = "0123456789ABCDEF";
	char *out = arena_array(a, v.n, 3);
	size_t n = 0;

	for (size_t i = 0; i < v.n; i++) {
		unsigned char ch = (unsigned char)v.p[i];

		if (ch != '\0' && strchr(plain, ch) != NULL) {
			out[n++] = (char)ch;
			continue;
		}
		out[n++] = '%';
		out[n++] = hex[ch >> 4];
		out[n++] = hex[ch & 15];
	}
	return (struct str){out, n};
}
