/* Writing security.txt. */
#include "publish/security_txt.h"

#include "base/time.h"

#define ORIGIN(c) STR_ARG((c)->public_url.text)

static int64_t
day_begin(int64_t utc_s)
{
	return utc_s - utc_s % DAY_S;
}

int64_t
security_txt_until(int64_t now_utc_s)
{
	return day_begin(now_utc_s) + DAY_S;
}

static void
write_languages(const struct policy *p, struct buf *out)
{
	if (p->languages_n == 0)
		return;
	buf_z(out, "Preferred-Languages: ");
	for (size_t i = 0; i < p->languages_n; i++) {
		if (i > 0)
			buf_z(out, ", ");
		buf_str(out, p->languages[i]);
	}
	buf_char(out, '\n');
}

void
security_txt_write(const struct policy *p, const struct config *c, bool key, int64_t now_utc_s,
        struct buf *out)
{
	char expires[RFC3339_MAX];

	time_format(day_begin(now_utc_s) + SECURITY_TXT_LIFE_S, expires);
	buf_fmt(out, "Contact: mailto:%.*s\n", STR_ARG(p->contact.email));
	buf_fmt(out, "Contact: %.*s/report\n", ORIGIN(c));
	if (key)
		buf_fmt(out, "Encryption: %.*s/pgp-key.asc\n", ORIGIN(c));
	buf_fmt(out, "Expires: %s\n", expires);
	write_languages(p, out);
	buf_fmt(out, "Canonical: %.*s%.*s\n", ORIGIN(c), STR_ARG(p->contact.security_txt));
	buf_fmt(out, "Policy: %.*s/policy\n", ORIGIN(c));
	if (p->recognition.credit == POLICY_CREDIT_WITH_PERMISSION)
		buf_fmt(out, "Acknowledgments: %.*s/acknowledgments\n", ORIGIN(c));
}
