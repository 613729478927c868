/* Parts without parts of their own: decoded into the parts file, and read if they are text. */
#include "mail/mime/walk.h"

#include "mail/mime/charset.h"
#include "mail/mime/flowed.h"
#include "mail/mime/html.h"
#include "mail/mime/mime.h"

#include <gmime/gmime-filter-basic.h>
#include <strings.h>

enum {
	TEXT_READ_MAX = 4 << 20, /* bytes of a text part that are turned into text */
	HEAD_MAX = 8192,         /* of another part: to see what it is */
	TNEF_READ_MAX = 25 << 20,
	REPORT_READ_MAX = 256 << 10,
	CHUNK = 16 * 1024,
};

/* ---- Decoding ---- */

/* Counts what has no place in a base64 or quoted-printable text. */
struct health {
	GMimeContentEncoding encoding;
	size_t bad, good;
	char before[2];
};

static bool
is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

static void
look(struct health *h, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char c = p[i];
		bool blank = c == '\n' || c == '\r' || c == ' ' || c == '\t';

		if (h->encoding == GMIME_CONTENT_ENCODING_BASE64) {
			if (g_ascii_isalnum(c) || c == '+' || c == '/' || c == '=')
				h->good++;
			else if (!blank)
				h->bad++;
		} else if (h->encoding == GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE) {
			if (h->before[1] == '=' && !is_hex(c) && !blank)
				h->bad++;
			else if (h->before[0] == '=' && is_hex(h->before[1]) && !is_hex(c))
				h->bad++;
		}
		h->before[0] = h->before[1];
		h->before[1] = c;
	}
}

static bool
is_damaged(const struct health *h)
{
	return h->bad > 0 || (h->encoding == GMIME_CONTENT_ENCODING_BASE64 && h->good % 4 == 1);
}

static void
check_encoding(struct walk *w, GMimeStream *raw, GMimeContentEncoding encoding)
{
	struct health h = {.encoding = encoding};
	char chunk[CHUNK];
	ssize_t n;

	if (encoding != GMIME_CONTENT_ENCODING_BASE64 &&
	        encoding != GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE)
		return;
	g_mime_stream_reset(raw);
	while ((n = g_mime_stream_read(raw, chunk, sizeof chunk)) > 0)
		look(&h, chunk, (size_t)n);
	if (is_damaged(&h))
		walk_note(w, MAIL_NOTE_BAD_ENCODING);
}

/* Decodes PART into the parts file, and as much of it as fits into HEAD. */
static struct mail_extent
decode(struct walk *w, GMimePart *part, struct buf *head, bool *cut)
{
	GMimeDataWrapper *content = g_mime_part_get_content(part);
	GMimeStream *raw, *decoded;
	GMimeContentEncoding encoding;
	uint64_t at = w->sink.at, total = 0;
	char chunk[CHUNK];
	ssize_t n;

	*cut = false;
	if (content == NULL)
		return sink_since(&w->sink, at);
	raw = g_mime_data_wrapper_get_stream(content);
	encoding = g_mime_data_wrapper_get_encoding(content);
	check_encoding(w, raw, encoding);
	g_mime_stream_reset(raw);
	decoded = g_mime_stream_filter_new(raw);
	if (encoding == GMIME_CONTENT_ENCODING_BASE64 ||
	        encoding == GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE ||
	        encoding == GMIME_CONTENT_ENCODING_UUENCODE) {
		GMimeFilter *filter = g_mime_filter_basic_new(encoding, FALSE);

		g_mime_stream_filter_add(GMIME_STREAM_FILTER(decoded), filter);
		g_object_unref(filter);
	}
	while ((n = g_mime_stream_read(decoded, chunk, sizeof chunk)) > 0) {
		size_t room = head->max - head->n;

		sink_add(&w->sink, chunk, (size_t)n);
		buf_add(head, chunk, (size_t)n < room ? (size_t)n : room);
		total += (uint64_t)n;
	}
	g_object_unref(decoded);
	*cut = w->sink.at - at < total;
	return sink_since(&w->sink, at);
}

/* ---- Texts ---- */

static struct buf *
text_of(struct walk *w)
{
	return w->in_other ? &w->other : &w->text;
}

static bool
parameter_is(GMimePart *part, const char *name, const char *value)
{
	const char *v = g_mime_object_get_content_type_parameter(GMIME_OBJECT(part), name);

	return v != NULL && strcasecmp(v, value) == 0;
}

/* The protected subject is written into the text too, for programs that do not know better
 * (RFC 9788 section 5.2.2): the lines up to the first empty one. */
static struct str
without_legacy_display(GMimePart *part, struct str text)
{
	struct str rest = text, line;

	if (!parameter_is(part, "hp-legacy-display", "1"))
		return text;
	while (str_cut(&rest, '\n', &line)) {
		if (str_trim(line).n == 0)
			return rest;
	}
	return text;
}

static void
read_plain(GMimePart *part, struct str utf8, struct buf *out)
{
	utf8 = without_legacy_display(part, utf8);
	if (parameter_is(part, "format", "flowed"))
		flowed_join(utf8, parameter_is(part, "delsp", "yes"), out);
	else
		plain_lines(utf8, out);
}

/* Reads the decoded text BYTES; false if it did not fit wholly. */
static bool
read_text(struct walk *w, GMimePart *part, struct str bytes)
{
	struct buf *out = text_of(w), utf8;
	bool html = leaf_is_body(part, "html");
	const char *declared =
	        g_mime_object_get_content_type_parameter(GMIME_OBJECT(part), "charset");
	struct str charset = str_of(declared);
	uint32_t notes;
	bool whole;

	if (html && charset.n == 0)
		charset = html_charset(bytes);
	if (out->n > 0)
		utf8_add(out, STR("\n"));
	buf_init(&utf8, TEXT_READ_MAX);
	notes = charset_to_utf8(bytes, charset, &utf8);
	whole = bytes.n < TEXT_READ_MAX && utf8.n < TEXT_READ_MAX - 4;
	if (html)
		notes |= html_to_text(buf_view(&utf8), out);
	else
		read_plain(part, buf_view(&utf8), out);
	buf_clear(&utf8);
	if (html && !w->in_other)
		notes |= 1u << MAIL_NOTE_HTML_ONLY;
	/* An answer that used all the room was cut, or nearly. */
	whole = whole && out->n < out->max - 4 && (notes & 1u << MAIL_NOTE_TEXT_CUT) == 0;
	if (!whole && !w->in_other)
		notes |= 1u << MAIL_NOTE_TEXT_CUT;
	w->m->notes |= notes;
	return whole;
}

/* ---- Parts ---- */

static struct str
file_name(struct walk *w, GMimePart *part)
{
	struct str name = walk_line(w, g_mime_part_get_filename(part));

	for (size_t i = name.n; i-- > 0;) {
		if (name.p[i] == '/' || name.p[i] == '\\') {
			name = str_sub(name, i + 1, name.n);
			break;
		}
	}
	return str_eq(name, STR(".")) || str_eq(name, STR("..")) ? STR("") : name;
}

static bool
is_attachment(GMimePart *part)
{
	const char *d = g_mime_object_get_disposition(GMIME_OBJECT(part));

	return d != NULL && strcasecmp(d, "inline") != 0;
}

/* A type that is none ("text") means plain text (RFC 2045 section 5.2). */
static bool
has_no_type(GMimePart *part)
{
	GMimeHeader *h = g_mime_header_list_get_header(
	        g_mime_object_get_header_list(GMIME_OBJECT(part)), "Content-Type");
	struct str value = str_of(h != NULL ? g_mime_header_get_raw_value(h) : "/");

	return str_find(str_sub(value, 0, str_find(value, ';', 0)), '/', 0) == SIZE_MAX;
}

bool
leaf_is_body(GMimePart *part, const char *subtype)
{
	GMimeContentType *type = g_mime_object_get_content_type(GMIME_OBJECT(part));

	if (is_attachment(part) || g_mime_part_get_filename(part) != NULL)
		return false;
	return g_mime_content_type_is_type(type, "text", subtype) ||
	       (strcmp(subtype, "plain") == 0 && has_no_type(part));
}

static bool
is_tnef(const struct mail_part *p)
{
	return str_eq(p->type, STR("application/ms-tnef")) ||
	       str_eq(p->type, STR("application/vnd.ms-tnef")) ||
	       str_eq_nocase(p->name, STR("winmail.dat"));
}

static bool
is_report(const struct mail_part *p)
{
	return str_eq(p->type, STR("message/delivery-status")) ||
	       str_eq(p->type, STR("message/global-delivery-status"));
}

/* How much of a part is needed to read it. */
static size_t
head_max(const struct walk *w, const struct mail_part *p, bool body)
{
	if (body)
		return TEXT_READ_MAX;
	if (is_tnef(p) && (w->flags & MIME_CAREFUL) == 0)
		return TNEF_READ_MAX;
	return is_report(p) ? REPORT_READ_MAX : HEAD_MAX;
}

static void
read_tnef(struct walk *w, struct str bytes, uint32_t depth)
{
	struct buf body;

	buf_init(&body, MAIL_TEXT_MAX);
	if (!walk_tnef(w, bytes, depth + 1, &body))
		walk_note(w, MAIL_NOTE_BAD_TNEF);
	/* Most have the text beside them too. */
	if (str_trim(buf_view(&w->text)).n == 0)
		plain_lines(buf_view(&body), &w->text);
	buf_clear(&body);
}

static void
note_pgp(struct walk *w, const struct mail_part *p, struct str head, bool body, uint32_t number)
{
	enum mail_pgp_kind kind;

	if (body || str_starts(p->type, STR("text/plain")))
		walk_armor(w, head, p->bytes, number);
	if (body)
		return;
	kind = armor_file_kind(head, p->name, p->type);
	if (str_eq(p->type, STR("application/pgp-keys")) && kind == MAIL_PGP_KIND_COUNT)
		kind = MAIL_PGP_KEY;
	if (kind != MAIL_PGP_KIND_COUNT && !str_starts(p->type, STR("text/plain")))
		walk_pgp(w,
		        &(struct mail_pgp){
		                .kind = kind, .part = number, .bytes = p->bytes, .name = p->name});
}

/* Of a returned message's header, in a part of its own. The id may stand in the next line. */
static void
read_returned(struct walk *w, struct str head)
{
	struct str rest = head, line;

	while (w->m->original_message_id.n == 0 && rest.n > 0) {
		struct str at = rest;
		struct mail_strings ids;

		(void)str_cut(&rest, '\n', &line);
		if (!str_eq_nocase(str_sub(line, 0, 11), STR("message-id:")))
			continue;
		ids = header_ids(w, str_z(w->a, str_sub(at, 11, MAIL_LINE_MAX)));
		if (ids.n > 0)
			w->m->original_message_id = ids.v[0];
	}
}

void
walk_leaf(struct walk *w, GMimePart *part, uint32_t depth)
{
	GMimeContentType *type = g_mime_object_get_content_type(GMIME_OBJECT(part));
	char *type_name = g_mime_content_type_get_mime_type(type);
	bool html = leaf_is_body(part, "html") && (w->flags & MIME_CAREFUL) == 0;
	bool body = (leaf_is_body(part, "plain") || html) && !w->returned, cut;
	struct mail_part p = {.depth = depth}, *kept;
	struct buf head;

	p.type = has_no_type(part) ? STR("text/plain")
	                           : str_lower(w->a, utf8_line(w->a, str_of(type_name), 255));
	g_free(type_name);
	p.name = file_name(w, part);
	p.content_id = walk_line(w, g_mime_part_get_content_id(part));
	p.disposition = is_attachment(part) ? MAIL_ATTACHMENT : MAIL_INLINE;
	buf_init(&head, head_max(w, &p, body));
	p.bytes = decode(w, part, &head, &cut);
	if (cut)
		p.flags |= MAIL_PART_CUT;
	if (body && read_text(w, part, buf_view(&head)))
		p.flags |= MAIL_PART_BODY;
	if (str_eq(p.type, STR("text/rfc822-headers"))) {
		read_returned(w, buf_view(&head));
		p.flags |= MAIL_PART_BODY;
	}
	kept = walk_part(w, &p);
	if (kept != NULL) {
		note_pgp(w, kept, buf_view(&head), body, (uint32_t)(w->m->parts_n - 1));
		if (is_tnef(&p) && (w->flags & MIME_CAREFUL) == 0)
			read_tnef(w, buf_view(&head), depth);
	}
	if (is_report(&p))
		walk_report(w, buf_view(&head));
	buf_clear(&head);
}

/* ---- The two forms of one text ---- */

enum { SET_BITS = 1 << 16, WORDS_MIN = 8 };

/* The next word of letters and digits of *REST as a number; 0 at the end. Letters other than
 * ASCII's count as they are. */
static uint32_t
next_word(struct str *rest)
{
	size_t i = 0, n;
	uint32_t h = 2166136261u;

	while (i < rest->n && !g_ascii_isalnum(rest->p[i]) && (unsigned char)rest->p[i] < 0x80)
		i++;
	n = i;
	while (n < rest->n && (g_ascii_isalnum(rest->p[n]) || (unsigned char)rest->p[n] >= 0x80)) {
		h = (h ^ (unsigned char)g_ascii_tolower(rest->p[n])) * 16777619u;
		n++;
	}
	if (n == i)
		return 0;
	*rest = str_sub(*rest, n, rest->n);
	return h | 1;
}

/* Words of A, and how many of them are not in B. */
static void
missing(struct str a, struct str b, size_t *words, size_t *absent)
{
	unsigned char *set = g_malloc0(SET_BITS / 8);
	uint32_t h;

	while ((h = next_word(&b)) != 0)
		set[h % SET_BITS / 8] |= (unsigned char)(1 << (h & 7));
	*words = *absent = 0;
	while ((h = next_word(&a)) != 0) {
		++*words;
		*absent += (set[h % SET_BITS / 8] & 1 << (h & 7)) == 0;
	}
	g_free(set);
}

bool
texts_differ(struct str a, struct str b)
{
	size_t words, absent;

	missing(a, b, &words, &absent);
	if (words >= WORDS_MIN && absent > words / 2)
		return true;
	missing(b, a, &words, &absent);
	return words >= WORDS_MIN && absent > words / 2;
}
