/* What a message says, in the words of a case. */
#include "mail/compose_case.h"

#include "base/json_writer.h"
#include "base/time.h"
#include "case/report.h"

enum { TITLE_MAX = 200, DESCRIPTION_MAX = 50000, NOTE_MAX = 60000, NAME_MAX_BYTES = 200 };

#define NO_TEXT   "(The mail has no text of its own; what came with it is among the files.)"
#define ENCRYPTED "(The mail is encrypted; what it says is among the files.)"

/* At most MAX characters of S, whole ones. */
static struct str
shortened(struct str s, size_t max)
{
	size_t n = 0, chars = 0;

	while (n < s.n) {
		if (((unsigned char)s.p[n] & 0xc0) != 0x80 && chars++ == max)
			break;
		n++;
	}
	return str_sub(s, 0, n);
}

static bool
is_encrypted(const struct mail_message *m)
{
	for (size_t i = 0; i < m->pgp_n; i++)
		if (m->pgp[i].kind == MAIL_PGP_ENCRYPTED || m->pgp[i].kind == MAIL_PGP_INLINE)
			return true;
	return false;
}

/* The text of M of at most MAX characters, or what is said in its place. */
static struct str
text_of(struct arena *a, const struct mail_message *m, size_t max)
{
	struct str text = str_trim(m->text), cut;

	if (is_encrypted(m))
		return STR(ENCRYPTED);
	if (text.n == 0)
		return STR(NO_TEXT);
	cut = shortened(text, max - 200);
	if (cut.n == text.n)
		return text;
	return str_fmt(
	        a, "%.*s\n\n(The text is longer; all of it is in message.eml.)", STR_ARG(cut));
}

/* ---- A report ---- */

/* Drops what a report could not hold; what the sender wrote stands in the raw message. */
static void
mend(struct report *r)
{
	struct diag d;

	for (int i = 0; i < 4; i++) {
		d = (struct diag){0};
		if (report_check(r, &d) == ERR_OK)
			return;
		if (strcmp(d.pointer, "/title") == 0)
			r->title = STR("");
		else if (strcmp(d.pointer, "/reporter/name") == 0)
			r->reporter.name = STR("");
		else if (strcmp(d.pointer, "/reporter/email") == 0)
			r->reporter.email = STR("");
		else
			r->description = STR(NO_TEXT);
	}
}

static struct str
report_json(struct arena *a, const struct report *r)
{
	struct json_writer w;
	struct buf b;
	struct str out;

	buf_init(&b, REPORT_BODY_MAX);
	w = json_writer(&b);
	jw_object(&w, NULL);
	if (r->title.n > 0)
		jw_str(&w, "title", r->title);
	jw_str(&w, "description", r->description);
	if (r->reporter.name.n > 0 || r->reporter.email.n > 0) {
		jw_object(&w, "reporter");
		if (r->reporter.name.n > 0)
			jw_str(&w, "name", r->reporter.name);
		if (r->reporter.email.n > 0)
			jw_str(&w, "email", r->reporter.email);
		jw_end(&w);
	}
	jw_end(&w);
	out = str_dup(a, buf_view(&b));
	buf_clear(&b);
	return out;
}

void
case_report(struct arena *a, const struct mail_message *m, struct intake *in)
{
	struct report r = {
	        .title = shortened(m->subject, TITLE_MAX),
	        .description = text_of(a, m, DESCRIPTION_MAX),
	        .reporter = {.name = shortened(m->from.name, TITLE_MAX), .email = m->from.address},
	};

	mend(&r);
	in->title = report_title(a, &r);
	in->body = report_json(a, &r);
	in->contact = (struct contact){.email = r.reporter.email, .name = r.reporter.name};
}

/* ---- To a case there is ---- */

struct str
case_reply_text(struct arena *a, const struct mail_message *m)
{
	return text_of(a, m, NOTE_MAX);
}

static const char *
why_held(const struct mail_message *m)
{
	switch (m->automatic) {
	case MAIL_BOUNCE:
		return "A mail to the reporter was not delivered, or is late. The report of the "
		       "mail system:";
	case MAIL_AUTO_REPLY:
		return "An automatic answer:";
	case MAIL_LIST:
		return "A mail from a mailing list:";
	case MAIL_PERSON:
	case MAIL_AUTOMATIC_COUNT:
		break;
	}
	return "Held: this mail names the case, but its sender's address is not the reporter's.";
}

struct str
case_held_text(struct arena *a, const struct mail_message *m)
{
	struct buf b;
	struct str out;

	buf_init(&b, 4 * (size_t)NOTE_MAX + 32 * 1024);
	buf_fmt(&b, "%s\n\n", why_held(m));
	for (size_t i = 0; i < m->reports_n && i < 10; i++) {
		const struct mail_report *r = &m->reports[i];

		buf_fmt(&b, "%.*s: %.*s %.*s %.*s\n", STR_ARG(r->recipient), STR_ARG(r->action),
		        STR_ARG(r->status), STR_ARG(shortened(r->diagnostic, 500)));
	}
	buf_fmt(&b, "From: %.*s <%.*s>\nSubject: %.*s\n\n%.*s",
	        STR_ARG(shortened(m->from.name, TITLE_MAX)),
	        STR_ARG(shortened(m->from.address, 300)), STR_ARG(shortened(m->subject, 300)),
	        STR_ARG(text_of(a, m, NOTE_MAX)));
	out = str_dup(a, buf_view(&b));
	buf_clear(&b);
	return out;
}

struct str
case_notes_text(struct arena *a, const struct mail_message *m)
{
	static const uint32_t small = 1u << MAIL_NOTE_HTML_ONLY | 1u << MAIL_NOTE_CHARSET_GUESSED;
	struct buf b;
	struct str out;

	if ((m->notes & ~small) == 0 && m->automatic == MAIL_PERSON)
		return STR("");
	buf_init(&b, 16 * 1024);
	buf_z(&b, "About the mail that this case came by:\n");
	if (m->automatic != MAIL_PERSON)
		buf_fmt(&b, "- It was written by a program (%s): nobody was sent a receipt.\n",
		        mail_automatic_name(m->automatic));
	for (unsigned i = 0; i < MAIL_NOTE_COUNT; i++)
		if ((m->notes & 1u << i) != 0)
			buf_fmt(&b, "- %s\n", mail_note_text((enum mail_note)i));
	out = str_dup(a, buf_view(&b));
	buf_clear(&b);
	return out;
}

struct str
case_file_name(struct arena *a, const struct mail_part *p, size_t i)
{
	if (p->name.n > 0)
		return shortened(p->name, NAME_MAX_BYTES);
	return str_fmt(a, "part-%zu", i + 1);
}
