/* What is seen from outside, and what is reached there: security.txt as a researcher finds it, and
 * the relay, as far as before a message. Each waits for a few seconds at the most. */
#include "cli/admin/doctor.h"

#include "base/time.h"
#include "cli/admin/place.h"
#include "cli/cli.h"
#include "policy/policy.h"
#include "publish/security_txt.h"

#include <curl/curl.h>
#include <sodium.h>
#include <string.h>

enum { WAIT_MS = 3000, EXPIRES_SOON_S = 14 * DAY_S, PASSWORD_MAX = 1024 };

#define SET(curl, option, value)                                                                   \
	do {                                                                                       \
		if (curl_easy_setopt((curl), (option), (value)) != CURLE_OK)                       \
			abort();                                                                   \
	} while (0)

static CURL *
curl_begin(const char *url, const char *protocols)
{
	CURL *c = curl_easy_init();

	if (c == NULL)
		abort();
	SET(c, CURLOPT_URL, url);
	SET(c, CURLOPT_PROTOCOLS_STR, protocols);
	SET(c, CURLOPT_NOSIGNAL, 1L);
	SET(c, CURLOPT_NOPROXY, "*");
	SET(c, CURLOPT_CONNECTTIMEOUT_MS, (long)WAIT_MS);
	SET(c, CURLOPT_TIMEOUT_MS, (long)WAIT_MS);
	SET(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	return c;
}

/* ---- security.txt ---- */

static size_t
take(char *from, size_t size, size_t n, void *to)
{
	buf_add(to, from, size * n);
	return size * n;
}

static enum err
policy_read(struct doctor *doc, const struct policy **out)
{
	const char *file = str_z(doc->a,
	        str_fmt(doc->a, "programmes/%.*s/policy.yaml", STR_ARG(doc->config->programme)));
	struct diags ds = {0};
	struct diag d = {0};
	struct str text;

	/* What is wrong with it, the check of the cases says. */
	return cli_read(doc->a, file, POLICY_FILE_MAX, &text, &d) == ERR_OK &&
	                       policy_parse(doc->a, file, text, &ds, out) == ERR_OK
	               ? ERR_OK
	               : ERR_INVALID;
}

static bool
has_line(struct str text, struct str wanted)
{
	struct str line;

	while (str_cut(&text, '\n', &line))
		if (str_eq(str_trim(line), wanted))
			return true;
	return false;
}

/* Every line of ours must be there; but for the day, which may just have begun. */
static void
compare(struct doctor *doc, const struct policy *p, struct str got)
{
	struct buf ours;
	struct str rest, line;

	buf_init(&ours, SECURITY_TXT_MAX);
	/* Whether there is a key to name, keyd knows alone: that line is not compared. */
	security_txt_write(p, doc->config, false, now_utc_s(), &ours);
	rest = buf_view(&ours);
	while (str_cut(&rest, '\n', &line))
		if (!str_starts(line, STR("Expires:")) && !has_line(got, str_trim(line)))
			doctor_say(doc,
			        "look who answers there: a proxy's own file, or an older "
			        "configuration (SIGHUP reads the policy again)",
			        "security.txt as seen from outside lacks \"%.*s\"", STR_ARG(line));
	buf_clear(&ours);
}

static void
expiry(struct doctor *doc, struct str got)
{
	struct str line;
	int64_t at;

	while (str_cut(&got, '\n', &line)) {
		if (!str_starts(line, STR("Expires:")) ||
		        time_parse(str_trim(str_sub(line, 8, SIZE_MAX)), &at) != ERR_OK)
			continue;
		if (at - now_utc_s() < EXPIRES_SOON_S)
			doctor_say(doc, "look who answers there: ours is written anew each day",
			        "security.txt as seen from outside expires at %.*s",
			        STR_ARG(time_str(doc->a, at)));
	}
}

static void
standard(struct doctor *doc, struct str got)
{
	struct diags *wrong = ARENA_NEW(doc->a, struct diags);
	struct diags *advice = ARENA_NEW(doc->a, struct diags);

	if (security_txt_check("security.txt", got, now_utc_s(), wrong, advice) == ERR_OK)
		return;
	for (size_t i = 0; i < wrong->n; i++)
		doctor_say(doc, wrong->d[i].mend, "security.txt as seen from outside: line %u: %s",
		        wrong->d[i].line, wrong->d[i].what);
}

static void
look(struct doctor *doc, const struct policy *p, const char *url)
{
	CURL *c = curl_begin(url, "http,https");
	char why[CURL_ERROR_SIZE] = "";
	struct buf got;
	long status = 0;
	CURLcode e;

	buf_init(&got, SECURITY_TXT_MAX);
	SET(c, CURLOPT_ERRORBUFFER, why);
	SET(c, CURLOPT_WRITEFUNCTION, take);
	SET(c, CURLOPT_WRITEDATA, &got);
	e = curl_easy_perform(c);
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	if (e != CURLE_OK)
		doctor_say(doc, "look at the proxy, the name and the certificate; then with curl",
		        "%s cannot be fetched: %s", url, why[0] ? why : curl_easy_strerror(e));
	else if (status != 200 || got.full)
		doctor_say(doc, "the address must lead to our public pages, without a redirect",
		        "%s answers with status %ld", url, status);
	else {
		struct str text = buf_view(&got);

		compare(doc, p, text);
		expiry(doc, text);
		standard(doc, text);
	}
	buf_clear(&got);
	curl_easy_cleanup(c);
}

void
doctor_security_txt(struct doctor *doc)
{
	const struct policy *p;

	/* Nobody answers there while it is not served, and that is no finding. */
	if (doc->config == NULL || doc->offline || !place_is_served() ||
	        policy_read(doc, &p) != ERR_OK)
		return;
	look(doc, p,
	        str_z(doc->a, str_fmt(doc->a, "%.*s%.*s", STR_ARG(doc->config->public_url.text),
	                              STR_ARG(p->contact.security_txt))));
}

/* ---- The relay ---- */

static enum err
password_read(struct doctor *doc, struct str *out)
{
	struct str file = doc->config->notices.smtp.password_file;
	struct diag d = {0};
	enum err e;

	*out = STR("");
	if (file.n == 0)
		return ERR_OK;
	e = cli_read(doc->a, str_z(doc->a, file), PASSWORD_MAX, out, &d);
	if (e != ERR_OK)
		doctor_problem(doc, &d);
	while (e == ERR_OK && out->n > 0 &&
	        (out->p[out->n - 1] == '\n' || out->p[out->n - 1] == '\r'))
		out->n--;
	return e;
}

/* Greeting, EHLO, STARTTLS and, where there is a user, signing in: then it is left again. */
void
doctor_relay(struct doctor *doc)
{
	const struct config *c = doc->config;
	char why[CURL_ERROR_SIZE] = "";
	const char *url;
	struct str password;
	CURL *curl;
	CURLcode e;

	if (c == NULL || doc->offline || c->notices.transport != NOTICE_SMTP ||
	        password_read(doc, &password) != ERR_OK)
		return;
	url = str_z(
	        doc->a, str_fmt(doc->a, "%s://%.*s:%lld",
	                        c->notices.smtp.tls == SMTP_TLS_IMPLICIT ? "smtps" : "smtp",
	                        STR_ARG(c->notices.smtp.host), (long long)c->notices.smtp.port));
	curl = curl_begin(url, "smtp,smtps");
	SET(curl, CURLOPT_ERRORBUFFER, why);
	SET(curl, CURLOPT_CONNECT_ONLY, 1L);
	SET(curl, CURLOPT_USE_SSL,
	        (long)(c->notices.smtp.tls == SMTP_TLS_NONE ? CURLUSESSL_NONE : CURLUSESSL_ALL));
	if (c->notices.smtp.user.n > 0) {
		SET(curl, CURLOPT_USERNAME, str_z(doc->a, c->notices.smtp.user));
		SET(curl, CURLOPT_PASSWORD, str_z(doc->a, password));
	}
	e = curl_easy_perform(curl);
	if (e != CURLE_OK)
		doctor_say(doc, "look at `notices` in vdpd.yaml, and at the relay",
		        "the relay %s cannot be used: %s", url,
		        why[0] ? why : curl_easy_strerror(e));
	curl_easy_cleanup(curl);
	sodium_memzero((void *)(uintptr_t)password.p, password.n);
}
