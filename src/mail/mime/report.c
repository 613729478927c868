/* Delivery reports (RFC 3464): groups of fields between empty lines; the first is of the message,
 * each other of one recipient. */
#include "mail/mime/walk.h"

enum { FIELD_MAX = 4096, REPORT_PARTS_MAX = 8 };

/* The next field of *REST, unfolded, as name and value; a name that is empty ends a group. False at
 * the end. */
static bool
next_field(struct arena *a, struct str *rest, struct str *name, struct str *value)
{
	struct buf whole;
	struct str line, folded;
	size_t colon;

	if (!str_cut(rest, '\n', &line))
		return false;
	buf_init(&whole, FIELD_MAX);
	buf_str(&whole, str_trim(line));
	while (rest->n > 0 && (rest->p[0] == ' ' || rest->p[0] == '\t') &&
	        str_cut(rest, '\n', &folded)) {
		if (str_trim(folded).n == 0)
			break;
		buf_char(&whole, ' ');
		buf_str(&whole, str_trim(folded));
	}
	line = str_dup(a, buf_view(&whole));
	buf_clear(&whole);
	colon = str_find(line, ':', 0);
	*name = colon == SIZE_MAX ? STR("") : str_trim(str_sub(line, 0, colon));
	*value = colon == SIZE_MAX ? STR("") : str_trim(str_sub(line, colon + 1, line.n));
	if (name->n == 0 && line.n > 0)
		*name = STR("?");
	return true;
}

/* "rfc822; a@b" is a@b. */
static struct str
without_type(struct str value)
{
	size_t at = str_find(value, ';', 0);

	return at == SIZE_MAX ? value : str_trim(str_sub(value, at + 1, value.n));
}

static struct str
without_comment(struct str value)
{
	size_t at = str_find(value, '(', 0);

	return at == SIZE_MAX ? value : str_trim(str_sub(value, 0, at));
}

static struct str
one_line(struct walk *w, struct str s)
{
	return walk_line(w, str_z(w->a, s));
}

/* A field of recipient R. */
static void
take(struct walk *w, struct mail_report *r, struct str name, struct str value)
{
	if (str_eq_nocase(name, STR("Action")))
		r->action = one_line(w, str_lower(w->a, without_comment(value)));
	else if (str_eq_nocase(name, STR("Status")))
		r->status = one_line(w, without_comment(value));
	else if (str_eq_nocase(name, STR("Final-Recipient")))
		r->recipient = one_line(w, without_type(value));
	else if (str_eq_nocase(name, STR("Original-Recipient")) && r->recipient.n == 0)
		r->recipient = one_line(w, without_type(value));
	else if (str_eq_nocase(name, STR("Diagnostic-Code")))
		r->diagnostic = one_line(w, without_type(value));
}

void
walk_report(struct walk *w, struct str text)
{
	struct mail_message *m = w->m;
	struct mail_report now = {0};
	struct str name, value;
	bool more = true;

	if (++w->reports_read > REPORT_PARTS_MAX)
		return;
	if (m->reports == NULL)
		m->reports = ARENA_ARRAY(w->a, MAIL_REPORTS_MAX, struct mail_report);
	while (more) {
		more = next_field(w->a, &text, &name, &value);
		if (more && name.n > 0) {
			if (str_eq_nocase(name, STR("Original-Envelope-Id")))
				m->original_envelope_id = one_line(w, value);
			take(w, &now, name, value);
			continue;
		}
		if (now.action.n > 0 || now.recipient.n > 0) {
			if (m->reports_n < MAIL_REPORTS_MAX)
				m->reports[m->reports_n++] = now;
			else
				walk_note(w, MAIL_NOTE_LIST_CUT);
		}
		now = (struct mail_report){0};
	}
}
