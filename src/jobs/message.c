/* Writing internet messages. */
#include "jobs/message.h"

#include "base/buf.h"
#include "base/id.h"

#include <idn2.h>
#include <time.h>

enum {
	LOCAL_MAX = 64,
	DOMAIN_MAX = 253,
	WORD_BYTES = 39,
	BODY_LINE = 76,
	FLOWED_WIDTH = 72,
	LINE_MAX_BYTES = 998
};

/* ---- Addresses ---- */

static bool
is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool
is_ascii(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

/* Dot-string of RFC 5321 section 4.1.2: atoms of atext with single dots between. */
static bool
is_local(struct str s)
{
	struct str atom;
	bool good = s.n > 0 && s.n <= LOCAL_MAX && s.p[s.n - 1] != '.';

	while (good && str_cut(&s, '.', &atom)) {
		good = atom.n > 0;
		for (size_t i = 0; i < atom.n; i++)
			good = good && (is_alnum(atom.p[i]) || str_find(STR("!#$%&'*+-/=?^_`{|}~"),
			                                               atom.p[i], 0) != SIZE_MAX);
	}
	return good;
}

static bool
is_domain(struct str s)
{
	struct str label;
	bool good = s.n > 0 && s.n <= DOMAIN_MAX && s.p[s.n - 1] != '.';

	while (good && str_cut(&s, '.', &label)) {
		good = label.n > 0 && label.n <= 63 && label.p[0] != '-' &&
		       label.p[label.n - 1] != '-';
		for (size_t i = 0; i < label.n; i++)
			good = good && (is_alnum(label.p[i]) || label.p[i] == '-');
	}
	return good;
}

static enum err
domain_ascii(struct arena *a, struct str s, struct str *out)
{
	uint8_t *ascii = NULL;

	if (is_ascii(s)) {
		*out = s;
		return ERR_OK;
	}
	if (!str_utf8_valid(s, NULL) || idn2_lookup_u8((const uint8_t *)str_z(a, s), &ascii,
	                                        IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
		return ERR_INVALID;
	*out = str_dup(a, str_of((const char *)ascii));
	idn2_free(ascii);
	return ERR_OK;
}

enum err
message_address(struct arena *a, struct str s, struct str *out)
{
	size_t at = str_find(s, '@', 0);
	struct str local, domain;

	if (at == SIZE_MAX)
		return ERR_INVALID;
	local = str_sub(s, 0, at);
	if (domain_ascii(a, str_sub(s, at + 1, SIZE_MAX), &domain) != ERR_OK || !is_local(local) ||
	        !is_domain(domain))
		return ERR_INVALID;
	*out = str_fmt(a, "%.*s@%.*s", STR_ARG(local), STR_ARG(domain));
	return ERR_OK;
}

/* ---- Headers ---- */

static bool
is_one_line(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return false;
	return str_utf8_valid(s, NULL) && s.n <= LINE_MAX_BYTES / 2;
}

/* S as encoded words (RFC 2047), none of them with part of a character. */
static void
put_encoded(struct arena *a, struct buf *b, struct str s)
{
	while (s.n > 0) {
		size_t n = s.n < WORD_BYTES ? s.n : WORD_BYTES;

		while (n < s.n && n > 1 && ((unsigned char)s.p[n] & 0xc0) == 0x80)
			n--;
		buf_fmt(b, "=?utf-8?B?%.*s?=", STR_ARG(base64_str(a, s.p, n)));
		s = str_sub(s, n, SIZE_MAX);
		if (s.n > 0)
			buf_z(b, "\r\n ");
	}
}

/* A word that looks encoded already is encoded, so that it is read as it was meant. */
static bool
is_plain(struct str s)
{
	return is_ascii(s) && !str_contains(s, STR("=?"));
}

static void
put_subject(struct arena *a, struct buf *b, struct str s)
{
	buf_z(b, "Subject: ");
	if (is_plain(s))
		buf_str(b, s);
	else
		put_encoded(a, b, s);
	buf_z(b, "\r\n");
}

static void
put_name(struct arena *a, struct buf *b, struct str s)
{
	if (!is_plain(s)) {
		put_encoded(a, b, s);
		return;
	}
	buf_char(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			buf_char(b, '\\');
		buf_char(b, s.p[i]);
	}
	buf_char(b, '"');
}

/* RFC 5322 section 3.3; roles run in the C locale. */
static enum err
put_date(struct buf *b, int64_t utc_s)
{
	time_t t = (time_t)utc_s;
	char text[64];
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL ||
	        strftime(text, sizeof text, "Date: %a, %d %b %Y %H:%M:%S +0000\r\n", &tm) == 0)
		return ERR_INVALID;
	buf_z(b, text);
	return ERR_OK;
}

/* ---- The body ---- */

static bool
fits_as_it_is(struct str text)
{
	struct str line;

	if (!is_ascii(text))
		return false;
	while (str_cut(&text, '\n', &line)) {
		if (line.n > LINE_MAX_BYTES || str_find(line, '\r', 0) != SIZE_MAX)
			return false;
	}
	return true;
}

static void
put_body(struct arena *a, struct buf *b, struct str text)
{
	struct str line, encoded;

	if (fits_as_it_is(text)) {
		buf_z(b, "Content-Transfer-Encoding: 7bit\r\n\r\n");
		while (str_cut(&text, '\n', &line)) {
			buf_str(b, line);
			buf_z(b, "\r\n");
		}
		return;
	}
	buf_z(b, "Content-Transfer-Encoding: base64\r\n\r\n");
	encoded = base64_str(a, text.p, text.n);
	while (encoded.n > 0) {
		buf_str(b, str_sub(encoded, 0, BODY_LINE));
		buf_z(b, "\r\n");
		encoded = str_sub(encoded, BODY_LINE, SIZE_MAX);
	}
}

/* TEXT with paragraphs broken at FLOWED_WIDTH by a space before the line end (RFC 3676 section
 * 4.2), lines that begin with a space, ">" or "From " stuffed. */
static struct str
flowed_break(struct arena *a, struct str text)
{
	struct buf b;
	struct str line, out;

	buf_init(&b, 2 * MESSAGE_MAX);
	while (str_cut(&text, '\n', &line)) {
		bool sign = str_eq(line, STR("-- "));

		while (line.n > 0 && line.p[line.n - 1] == ' ' && !sign)
			line.n--;
		do {
			size_t n = line.n, at = FLOWED_WIDTH;

			if (n > FLOWED_WIDTH) {
				while (at > 0 && line.p[at] != ' ')
					at--;
				if (at == 0) /* one long word: a link */
					at = str_find(line, ' ', 0);
				n = at == SIZE_MAX ? line.n : at + 1;
			}
			if (line.n > 0 && (line.p[0] == ' ' || line.p[0] == '>' ||
			                          str_starts(line, STR("From "))))
				buf_char(&b, ' ');
			buf_str(&b, str_sub(line, 0, n));
			buf_char(&b, '\n');
			line = str_sub(line, n, SIZE_MAX);
		} while (line.n > 0);
	}
	out = str_dup(a, buf_view(&b));
	buf_clear(&b);
	return out;
}

static enum err
put_all(struct arena *a, const struct message *m, struct buf *b)
{
	buf_z(b, "From: ");
	put_name(a, b, m->from_name);
	buf_fmt(b, " <%.*s>\r\nTo: <%.*s>\r\n", STR_ARG(m->from), STR_ARG(m->to));
	put_subject(a, b, m->subject);
	if (put_date(b, m->at_utc_s) != ERR_OK)
		return ERR_INVALID;
	buf_fmt(b, "Message-ID: <%.*s@%.*s>\r\n", STR_ARG(m->id), STR_ARG(m->host));
	buf_fmt(b, "References: <%.*s@%.*s>\r\n", STR_ARG(m->thread), STR_ARG(m->host));
	if (m->in_reply_to.n > 0)
		buf_fmt(b, "In-Reply-To: <%.*s>\r\n", STR_ARG(m->in_reply_to));
	if (m->reply_to.n > 0)
		buf_fmt(b, "Reply-To: <%.*s>\r\n", STR_ARG(m->reply_to));
	if (!m->person)
		buf_fmt(b, "Auto-Submitted: %s\r\n",
		        m->answers ? "auto-replied" : "auto-generated");
	buf_fmt(b,
	        "MIME-Version: 1.0\r\n"
	        "Content-Type: text/plain; charset=utf-8%s\r\n",
	        m->flowed ? "; format=flowed" : "");
	put_body(a, b, m->flowed ? flowed_break(a, m->text) : m->text);
	return b->full ? ERR_TOO_LARGE : ERR_OK;
}

enum err
message_write(struct arena *a, const struct message *m, struct str *out)
{
	const struct str lines[] = {
	        m->from_name, m->subject, m->id, m->thread, m->host, m->in_reply_to};
	struct str address;
	struct buf b;
	enum err e;

	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		if (!is_one_line(lines[i]) || (i >= 2 && !is_ascii(lines[i])))
			return ERR_INVALID;
	if (message_address(a, m->from, &address) != ERR_OK || !str_eq(address, m->from) ||
	        message_address(a, m->to, &address) != ERR_OK || !str_eq(address, m->to) ||
	        (m->reply_to.n > 0 && (message_address(a, m->reply_to, &address) != ERR_OK ||
	                                      !str_eq(address, m->reply_to))) ||
	        !str_utf8_valid(m->text, NULL))
		return ERR_INVALID;
	buf_init(&b, MESSAGE_MAX);
	e = put_all(a, m, &b);
	if (e == ERR_OK)
		*out = str_dup(a, buf_view(&b));
	buf_clear(&b);
	return e;
}
