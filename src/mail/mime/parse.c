/* Taking a message apart: GMime reads its structure from the descriptor, in pieces; this walks what
 * it found, within bounds of its own. */
#include "mail/mime/parse.h"

#include "mail/mime/charset.h"
#include "mail/mime/flowed.h"
#include "mail/mime/mime.h"
#include "mail/mime/walk.h"

#include <strings.h>

static void walk_object(struct walk *w, GMimeObject *object, uint32_t depth);

/* ---- Kinds of multiparts ---- */

static const char *
parameter(GMimeObject *object, const char *name)
{
	const char *v = g_mime_object_get_content_type_parameter(object, name);

	return v != NULL ? v : "";
}

static void
walk_children(struct walk *w, GMimeMultipart *multi, uint32_t depth)
{
	int n = g_mime_multipart_get_count(multi);

	for (int i = 0; i < n && w->m->parts_n < MAIL_PARTS_MAX; i++)
		walk_object(w, g_mime_multipart_get_part(multi, i), depth + 1);
	if (n > 0 && w->m->parts_n == MAIL_PARTS_MAX)
		walk_note(w, MAIL_NOTE_PARTS_CUT);
}

/* RFC 3156 section 5. */
static void
walk_signed(struct walk *w, GMimeMultipart *multi, uint32_t depth)
{
	struct mail_pgp p = {.kind = MAIL_PGP_SIGNED, .part = MAIL_NO_PART};
	GMimeObject *content = g_mime_multipart_get_part(multi, 0);
	GMimeObject *signature = g_mime_multipart_get_part(multi, 1);
	size_t number;

	if (depth == 0 && content != NULL)
		walk_protected(w, content);
	if (g_mime_multipart_get_count(multi) != 2 || !GMIME_IS_PART(signature) ||
	        strcasecmp(parameter(GMIME_OBJECT(multi), "protocol"),
	                "application/pgp-signature") != 0) {
		walk_children(w, multi, depth);
		return;
	}
	walk_object(w, content, depth + 1);
	number = w->m->parts_n;
	walk_object(w, signature, depth + 1);
	if (w->m->parts_n == number || !source_signed(w, content, signature, &p.bytes)) {
		walk_note(w, MAIL_NOTE_BAD_MULTIPART);
		return;
	}
	/* Known as such by its file's content too: here it is said of what. */
	if (w->m->pgp_n > 0 && w->m->pgp[w->m->pgp_n - 1].kind == MAIL_PGP_FILE_SIGNATURE)
		w->m->pgp_n--;
	w->m->parts[number].flags |= MAIL_PART_BODY;
	p.part = (uint32_t)number;
	p.signature = w->m->parts[number].bytes;
	walk_pgp(w, &p);
}

/* RFC 3156 section 4: a part that says the version, then the ciphertext. */
static void
walk_encrypted(struct walk *w, GMimeMultipart *multi, uint32_t depth)
{
	struct mail_pgp p = {.kind = MAIL_PGP_ENCRYPTED};
	GMimeObject *content = g_mime_multipart_get_part(multi, 1);
	size_t number, pieces;

	if (g_mime_multipart_get_count(multi) < 2 || !GMIME_IS_PART(content)) {
		walk_note(w, MAIL_NOTE_BAD_MULTIPART);
		walk_children(w, multi, depth);
		return;
	}
	walk_object(w, g_mime_multipart_get_part(multi, 0), depth + 1);
	number = w->m->parts_n;
	pieces = w->m->pgp_n;
	walk_object(w, content, depth + 1);
	if (w->m->parts_n > number) {
		w->m->pgp_n = pieces;
		p.part = (uint32_t)number;
		p.bytes = w->m->parts[number].bytes;
		p.name = w->m->parts[number].name;
		walk_pgp(w, &p);
	}
	for (int i = 2; i < g_mime_multipart_get_count(multi); i++)
		walk_object(w, g_mime_multipart_get_part(multi, i), depth + 1);
}

/* True if a text of SUBTYPE that is read stands in OBJECT. */
static bool
holds_text(GMimeObject *object, const char *subtype, unsigned depth)
{
	if (GMIME_IS_PART(object))
		return leaf_is_body(GMIME_PART(object), subtype);
	if (!GMIME_IS_MULTIPART(object) || depth > MAIL_DEPTH_MAX)
		return false;
	for (int i = 0; i < g_mime_multipart_get_count(GMIME_MULTIPART(object)) && i < 20; i++) {
		if (holds_text(g_mime_multipart_get_part(GMIME_MULTIPART(object), i), subtype,
		            depth + 1))
			return true;
	}
	return false;
}

/* Which of the forms is read: plain text, else HTML, else the first. */
static int
best_form(GMimeMultipart *multi)
{
	static const char *const wanted[] = {"plain", "html"};
	int n = g_mime_multipart_get_count(multi);

	for (size_t k = 0; k < 2; k++) {
		for (int i = 0; i < n && i < MAIL_PARTS_MAX; i++) {
			if (holds_text(g_mime_multipart_get_part(multi, i), wanted[k], 0))
				return i;
		}
	}
	return 0;
}

static void
walk_alternative(struct walk *w, GMimeMultipart *multi, uint32_t depth)
{
	int n = g_mime_multipart_get_count(multi), best = best_form(multi);
	size_t text_at = w->text.n, other_at = w->other.n;
	bool outer = w->in_other;
	struct str read, other;

	for (int i = 0; i < n && w->m->parts_n < MAIL_PARTS_MAX; i++) {
		w->in_other = outer || i != best;
		walk_object(w, g_mime_multipart_get_part(multi, i), depth + 1);
	}
	w->in_other = outer;
	if (outer)
		return;
	read = str_trim(str_sub(buf_view(&w->text), text_at, w->text.n));
	other = str_trim(str_sub(buf_view(&w->other), other_at, w->other.n));
	if (read.n == 0 && other.n > 0) {
		utf8_add(&w->text, other);
		utf8_add(&w->text, STR("\n"));
		walk_note(w, MAIL_NOTE_HTML_ONLY);
	} else if (other.n > 0 && texts_differ(read, other)) {
		walk_note(w, MAIL_NOTE_HTML_DIFFERS);
	}
}

/* A multipart of which no border was found: what stands there is its text. */
static void
walk_empty(struct walk *w, GMimeMultipart *multi, uint32_t depth)
{
	const char *const texts[] = {
	        g_mime_multipart_get_prologue(multi), g_mime_multipart_get_epilogue(multi)};
	char *type = g_mime_content_type_get_mime_type(
	        g_mime_object_get_content_type(GMIME_OBJECT(multi)));
	struct mail_part p = {.depth = depth, .flags = MAIL_PART_BODY};
	struct buf utf8;

	walk_note(w, MAIL_NOTE_BAD_MULTIPART);
	p.type = str_lower(w->a, utf8_line(w->a, str_of(type), 255));
	g_free(type);
	p.bytes.at = w->sink.at;
	buf_init(&utf8, MAIL_TEXT_MAX);
	for (size_t i = 0; i < 2; i++) {
		struct str s = str_of(texts[i]);

		sink_add(&w->sink, s.p, s.n);
		w->m->notes |= charset_to_utf8(s, STR(""), &utf8);
		if (s.n > MAIL_TEXT_MAX / 2)
			p.flags = 0;
	}
	p.bytes = sink_since(&w->sink, p.bytes.at);
	if (!w->returned)
		plain_lines(buf_view(&utf8), w->in_other ? &w->other : &w->text);
	buf_clear(&utf8);
	(void)walk_part(w, &p);
}

static void
walk_multipart(struct walk *w, GMimeMultipart *multi, uint32_t depth)
{
	GMimeContentType *type = g_mime_object_get_content_type(GMIME_OBJECT(multi));
	const char *kind = g_mime_content_type_get_media_subtype(type);

	if (g_mime_multipart_get_count(multi) == 0 || kind == NULL)
		walk_empty(w, multi, depth);
	else if (strcasecmp(kind, "alternative") == 0)
		walk_alternative(w, multi, depth);
	else if (strcasecmp(kind, "signed") == 0)
		walk_signed(w, multi, depth);
	else if (strcasecmp(kind, "encrypted") == 0)
		walk_encrypted(w, multi, depth);
	else
		walk_children(w, multi, depth);
}

/* ---- Messages within messages ---- */

static void
add_line(struct walk *w, const char *name, const char *value)
{
	struct str line = walk_line(w, value);

	if (line.n == 0)
		return;
	utf8_add(&w->text, str_of(name));
	utf8_add(&w->text, line);
	utf8_add(&w->text, STR("\n"));
}

/* What a reader sees above a forwarded message. */
static void
forwarded_head(struct walk *w, GMimeMessage *message)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(GMIME_OBJECT(message));
	static const char *const fields[] = {"From", "Date", "Subject", "To"};

	if (w->text.n > 0)
		utf8_add(&w->text, STR("\n"));
	utf8_add(&w->text, STR("----- Forwarded message -----\n"));
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		GMimeHeader *h = g_mime_header_list_get_header(list, fields[i]);
		char *name = g_strconcat(fields[i], ": ", NULL);

		if (h != NULL)
			add_line(w, name, g_mime_header_get_value(h));
		g_free(name);
	}
}

/* The content of the message of a part at DEPTH. */
static void
walk_message(struct walk *w, GMimeMessage *message, uint32_t depth)
{
	bool outer = w->returned;

	/* What a report gives back is our own text, or nobody's. */
	if (w->m->automatic == MAIL_BOUNCE)
		w->returned = true;
	if (w->returned && w->m->original_message_id.n == 0)
		w->m->original_message_id = walk_line(w, g_mime_message_get_message_id(message));
	if (!w->returned && !w->in_other)
		forwarded_head(w, message);
	walk_object(w, g_mime_message_get_mime_part(message), depth + 1);
	w->returned = outer;
}

static void
walk_message_part(struct walk *w, GMimeMessagePart *part, uint32_t depth)
{
	GMimeMessage *message = g_mime_message_part_get_message(part);
	GMimeContentType *type = g_mime_object_get_content_type(GMIME_OBJECT(part));
	struct mail_part p = {.depth = depth, .flags = MAIL_PART_BODY};
	char *type_name = g_mime_content_type_get_mime_type(type);
	bool cut = false;

	p.type = str_lower(w->a, utf8_line(w->a, str_of(type_name), 255));
	g_free(type_name);
	p.name = walk_line(w, parameter(GMIME_OBJECT(part), "name"));
	if (message != NULL)
		p.bytes = source_object(w, GMIME_OBJECT(message), &cut);
	if (cut)
		p.flags = MAIL_PART_CUT;
	if (walk_part(w, &p) != NULL && message != NULL)
		walk_message(w, message, depth);
}

/* A message that is base64, which none may be (RFC 2046 section 5.2.1) and many are: GMime gives it
 * as a part, whose bytes are taken apart from where they stand now. */
static void
walk_encoded_message(struct walk *w, GMimePart *part, uint32_t depth)
{
	size_t number = w->m->parts_n;
	GMimeStream *outer = w->stream;
	GMimeMessage *message;
	GMimeParser *parser;
	struct mail_extent bytes;

	walk_leaf(w, part, depth);
	if (w->m->parts_n == number || depth >= MAIL_DEPTH_MAX)
		return;
	w->m->parts[number].flags |= MAIL_PART_BODY;
	bytes = w->m->parts[number].bytes;
	w->stream = source_bytes(w->sink.fd, bytes.at, bytes.at + bytes.n);
	parser = g_mime_parser_new_with_stream(w->stream);
	message = g_mime_parser_construct_message(parser, w->options);
	if (message != NULL) {
		walk_message(w, message, depth);
		g_object_unref(message);
	}
	g_object_unref(parser);
	g_object_unref(w->stream);
	w->stream = outer;
}

static bool
is_message(GMimeObject *object)
{
	GMimeContentType *type = g_mime_object_get_content_type(object);

	return g_mime_content_type_is_type(type, "message", "rfc822") ||
	       g_mime_content_type_is_type(type, "message", "global");
}

/* Deeper than is taken apart: kept as it is. */
static void
keep_whole(struct walk *w, GMimeObject *object, uint32_t depth)
{
	char *type = g_mime_content_type_get_mime_type(g_mime_object_get_content_type(object));
	struct mail_part p = {.depth = depth, .disposition = MAIL_ATTACHMENT};
	bool cut;

	p.type = str_lower(w->a, utf8_line(w->a, str_of(type), 255));
	g_free(type);
	p.bytes = source_object(w, object, &cut);
	if (cut)
		p.flags = MAIL_PART_CUT;
	(void)walk_part(w, &p);
	walk_note(w, MAIL_NOTE_TOO_DEEP);
}

static void
walk_object(struct walk *w, GMimeObject *object, uint32_t depth)
{
	if (object == NULL)
		return;
	if (depth >= MAIL_DEPTH_MAX && !GMIME_IS_PART(object))
		keep_whole(w, object, depth);
	else if (GMIME_IS_MULTIPART(object))
		walk_multipart(w, GMIME_MULTIPART(object), depth);
	else if (GMIME_IS_MESSAGE_PART(object))
		walk_message_part(w, GMIME_MESSAGE_PART(object), depth);
	else if (GMIME_IS_PART(object) && is_message(object))
		walk_encoded_message(w, GMIME_PART(object), depth);
	else if (GMIME_IS_PART(object))
		walk_leaf(w, GMIME_PART(object), depth);
}

/* ---- The whole ---- */

static void
on_warning(int64_t offset, GMimeParserWarning what, const char *item, void *arg)
{
	struct walk *w = arg;

	(void)offset;
	(void)item;
	switch (what) {
	case GMIME_WARN_MALFORMED_MULTIPART:
	case GMIME_CRIT_MULTIPART_WITHOUT_BOUNDARY:
	case GMIME_WARN_TRUNCATED_MESSAGE:
		walk_note(w, MAIL_NOTE_BAD_MULTIPART);
		break;
	case GMIME_CRIT_INVALID_HEADER_NAME:
	case GMIME_WARN_MALFORMED_MESSAGE:
		walk_note(w, MAIL_NOTE_BAD_HEADER);
		break;
	case GMIME_CRIT_NESTING_OVERFLOW:
		walk_note(w, MAIL_NOTE_TOO_DEEP);
		break;
	default:
		break;
	}
}

static GMimeParserOptions *
new_options(struct walk *w)
{
	static const char *fallbacks[] = {"utf-8", "windows-1252", NULL};
	GMimeParserOptions *o = g_mime_parser_options_new();

	g_mime_parser_options_set_fallback_charsets(o, fallbacks);
	g_mime_parser_options_set_warning_callback(o, on_warning, w);
	return o;
}

static void
note_scan(struct walk *w)
{
	const struct scan *s = &w->scan;

	if (s->header_cut)
		walk_note(w, MAIL_NOTE_HEADERS_CUT);
	if (s->end < s->size)
		walk_note(w, s->size > MAIL_RAW_MAX ? MAIL_NOTE_BYTES_CUT : MAIL_NOTE_PARTS_CUT);
	if (s->header_broken)
		walk_note(w, MAIL_NOTE_BAD_HEADER);
	if (s->mixed_line_ends)
		walk_note(w, MAIL_NOTE_BARE_LINE_ENDS);
	if (s->nul)
		walk_note(w, MAIL_NOTE_NUL);
}

/* The message as one part, for who has it nowhere else: a plaintext. */
static void
keep_raw(struct walk *w)
{
	struct mail_part p = {.type = STR("message/rfc822"), .disposition = MAIL_ATTACHMENT};
	char chunk[8192];
	ssize_t n;

	g_mime_stream_reset(w->stream);
	while ((n = g_mime_stream_read(w->stream, chunk, sizeof chunk)) > 0)
		sink_add(&w->sink, chunk, (size_t)n);
	p.bytes = sink_since(&w->sink, 0);
	(void)walk_part(w, &p);
}

static void
take_apart(struct walk *w, int raw_fd)
{
	bool headers_only = (w->flags & MIME_HEADERS_ONLY) != 0;
	GMimeParser *parser = g_mime_parser_new();
	GMimeMessage *message;

	w->options = new_options(w);
	w->stream = source_open(raw_fd, &w->scan, headers_only);
	g_mime_parser_init_with_stream(parser, w->stream);
	message = g_mime_parser_construct_message(parser, w->options);
	if (message != NULL) {
		GMimeObject *body = g_mime_message_get_mime_part(message);

		walk_header(w, message);
		if ((w->flags & MIME_DECRYPTED) != 0 && body != NULL)
			walk_protected(w, body);
		if (!headers_only)
			walk_object(w, body, 0);
		g_object_unref(message);
	} else {
		walk_note(w, MAIL_NOTE_NO_FROM);
		walk_note(w, MAIL_NOTE_NO_DATE);
		walk_note(w, MAIL_NOTE_BAD_HEADER);
	}
	g_object_unref(parser);
	g_object_unref(w->stream);
	g_mime_parser_options_free(w->options);
	if (headers_only) {
		/* That the rest is missing is our own doing. */
		w->m->notes &= ~(1u << MAIL_NOTE_BAD_MULTIPART);
		walk_note(w, MAIL_NOTE_NOT_READ);
	}
	if (message == NULL || (headers_only && (w->flags & MIME_DECRYPTED) != 0)) {
		w->stream = source_bytes(raw_fd, 0, w->scan.size);
		keep_raw(w);
		g_object_unref(w->stream);
	}
}

void
mail_parse_start(void)
{
	g_mime_init();
	charset_load();
}

enum err
mail_parse(struct arena *a, int raw_fd, int parts_fd, uint32_t flags, struct mail_message *out,
        uint64_t *parts_end)
{
	struct mail_message m = {0};
	struct walk w = {.a = a, .m = &m, .sink = {.fd = parts_fd}, .flags = flags};
	enum err e = scan_message(raw_fd, MAIL_RAW_MAX, &w.scan);

	if (e != ERR_OK)
		return e;
	m.parts = ARENA_ARRAY(a, MAIL_PARTS_MAX, struct mail_part);
	m.pgp = ARENA_ARRAY(a, MAIL_PGP_MAX, struct mail_pgp);
	buf_init(&w.text, MAIL_TEXT_MAX);
	buf_init(&w.other, MAIL_TEXT_MAX);
	note_scan(&w);
	take_apart(&w, raw_fd);
	m.text = str_dup(a, buf_view(&w.text));
	buf_clear(&w.text);
	buf_clear(&w.other);
	if (w.sink.failed)
		return ERR_IO;
	*out = m;
	*parts_end = w.sink.at;
	return ERR_OK;
}
