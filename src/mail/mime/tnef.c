/* winmail.dat: what Outlook wraps a message and its files in (MS-OXTNEF), by libytnef. */
#include "mail/mime/walk.h"

#include "mail/mime/charset.h"
#include "mail/mime/html.h"

#include <stdlib.h>
#include <ytnef.h>

/* MAPI property numbers (MS-OXPROPS). */
enum {
	PROP_BODY = 0x1000,
	PROP_BODY_HTML = 0x1013,
	PROP_ATTACH_DATA = 0x3701,
	PROP_ATTACH_LONG_NAME = 0x3707,
	PROP_ATTACH_NAME = 0x3704,
	PROP_ATTACH_MIME = 0x370E
};

enum { TNEF_ATTACHMENTS_MAX = 100 };

static struct str
value(variableLength *v)
{
	struct str s = STR("");

	if (v == MAPI_UNDEFINED || v == NULL || v->data == NULL || v->size <= 0)
		return s;
	s = str_bytes(v->data, (size_t)v->size);
	return s;
}

/* A text without the NUL that ends it. */
static struct str
text_of(struct str s)
{
	while (s.n > 0 && s.p[s.n - 1] == '\0')
		s.n--;
	return s;
}

static struct str
property(MAPIProps *props, DWORD type, DWORD id)
{
	return value(MAPIFindProperty(props, PROP_TAG(type, id)));
}

static struct str
text_property(MAPIProps *props, DWORD id)
{
	struct str s = text_of(property(props, PT_STRING8, id));

	/* libytnef gives both as UTF-8 or 8-bit. */
	return s.n > 0 ? s : text_of(property(props, PT_UNICODE, id));
}

static void
file(struct walk *w, Attachment *t, uint32_t depth)
{
	struct mail_part p = {.type = STR("application/octet-stream"),
	        .disposition = MAIL_ATTACHMENT,
	        .flags = MAIL_PART_FROM_TNEF,
	        .depth = depth};
	struct str name = text_property(&t->MAPI, PROP_ATTACH_LONG_NAME);
	struct str type = text_property(&t->MAPI, PROP_ATTACH_MIME);
	struct str bytes = value(&t->FileData);
	uint64_t at = w->sink.at;

	if (bytes.n == 0)
		bytes = property(&t->MAPI, PT_BINARY, PROP_ATTACH_DATA);
	if (name.n == 0)
		name = text_property(&t->MAPI, PROP_ATTACH_NAME);
	if (name.n == 0)
		name = text_of(value(&t->Title));
	for (size_t i = name.n; i-- > 0;) {
		if (name.p[i] == '/' || name.p[i] == '\\') {
			name = str_sub(name, i + 1, name.n);
			break;
		}
	}
	p.name = utf8_line(w->a, name, MAIL_LINE_MAX);
	if (str_find(type, '/', 0) != SIZE_MAX)
		p.type = str_lower(w->a, utf8_line(w->a, type, 127));
	sink_add(&w->sink, bytes.p, bytes.n);
	p.bytes = sink_since(&w->sink, at);
	if (p.bytes.n < bytes.n)
		p.flags |= MAIL_PART_CUT;
	(void)walk_part(w, &p);
}

static void
body_of(TNEFStruct *t, struct buf *body)
{
	struct str plain = text_of(value(&t->body)), html;

	if (plain.n == 0)
		plain = text_property(&t->MapiProperties, PROP_BODY);
	if (plain.n > 0) {
		charset_to_utf8(plain, STR(""), body);
		return;
	}
	html = property(&t->MapiProperties, PT_BINARY, PROP_BODY_HTML);
	if (html.n == 0)
		html = text_property(&t->MapiProperties, PROP_BODY_HTML);
	if (html.n > 0) {
		struct buf utf8;

		buf_init(&utf8, MAIL_TEXT_MAX);
		charset_to_utf8(html, html_charset(html), &utf8);
		html_to_text(buf_view(&utf8), body);
		buf_clear(&utf8);
	}
}

bool
walk_tnef(struct walk *w, struct str bytes, uint32_t depth, struct buf *body)
{
	TNEFStruct t;
	unsigned n = 0;
	bool good;

	TNEFInitialize(&t);
	t.Debug = 0;
	good = TNEFParseMemory((BYTE *)(uintptr_t)bytes.p, (long)bytes.n, &t) == 0;
	if (good) {
		body_of(&t, body);
		for (Attachment *a = t.starting_attach.next; a != NULL && n < TNEF_ATTACHMENTS_MAX;
		        a = a->next, n++)
			file(w, a, depth);
	}
	TNEFFree(&t);
	return good;
}
