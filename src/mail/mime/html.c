/* HTML as text, by the events of libxml2's parser: no tree is made, and memory is what the text
 * needs. */
#include "mail/mime/html.h"

#include "mail/mime/charset.h"
#include "mail/mime/message.h"

#include <libxml/HTMLparser.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum {
	DEPTH_MAX = 1000, /* elements within each other */
	NESTED_MAX = 12,  /* quotes and lists that are drawn within each other */
	LINK_MAX = 2048,
	CHUNK = 4096,
};

enum kind {
	KIND_NONE,
	KIND_BLOCK,     /* begins a line */
	KIND_PARAGRAPH, /* stands between empty lines */
	KIND_BREAK,
	KIND_RULE,
	KIND_CELL,
	KIND_QUOTE,
	KIND_LIST,
	KIND_NUMBERED,
	KIND_ITEM,
	KIND_LINK,
	KIND_PICTURE,
	KIND_PRE,
	KIND_DROP, /* not a text for readers */
};

static const struct {
	const char *name;
	enum kind kind;
} elements[] = {
        {"a", KIND_LINK},
        {"address", KIND_BLOCK},
        {"article", KIND_BLOCK},
        {"aside", KIND_BLOCK},
        {"blockquote", KIND_QUOTE},
        {"body", KIND_BLOCK},
        {"br", KIND_BREAK},
        {"caption", KIND_BLOCK},
        {"center", KIND_BLOCK},
        {"dd", KIND_BLOCK},
        {"div", KIND_BLOCK},
        {"dl", KIND_PARAGRAPH},
        {"dt", KIND_BLOCK},
        {"fieldset", KIND_BLOCK},
        {"figure", KIND_BLOCK},
        {"footer", KIND_BLOCK},
        {"form", KIND_BLOCK},
        {"h1", KIND_PARAGRAPH},
        {"h2", KIND_PARAGRAPH},
        {"h3", KIND_PARAGRAPH},
        {"h4", KIND_PARAGRAPH},
        {"h5", KIND_PARAGRAPH},
        {"h6", KIND_PARAGRAPH},
        {"header", KIND_BLOCK},
        {"hr", KIND_RULE},
        {"img", KIND_PICTURE},
        {"li", KIND_ITEM},
        {"main", KIND_BLOCK},
        {"object", KIND_DROP},
        {"ol", KIND_NUMBERED},
        {"option", KIND_BLOCK},
        {"p", KIND_PARAGRAPH},
        {"pre", KIND_PRE},
        {"script", KIND_DROP},
        {"section", KIND_BLOCK},
        {"style", KIND_DROP},
        {"svg", KIND_DROP},
        {"table", KIND_BLOCK},
        {"td", KIND_CELL},
        {"template", KIND_DROP},
        {"th", KIND_CELL},
        {"title", KIND_DROP},
        {"tr", KIND_BLOCK},
        {"ul", KIND_LIST},
};

struct element {
	enum kind kind;
	bool hides; /* the outermost that hides its content */
	bool numbered;
	unsigned items;
};

struct html {
	struct buf *out;
	struct element stack[DEPTH_MAX];
	unsigned depth;
	unsigned dropped, pre, hidden; /* elements that are open */
	char prefix[NESTED_MAX][6];    /* what each line of a quote or list begins with */
	unsigned prefixes;
	bool line_begun; /* something stands in this line */
	bool space;      /* before the next word */
	unsigned blank;  /* empty lines that are due before the next text */
	bool any;        /* text was written */
	char link[LINK_MAX];
	size_t link_text_at; /* where in OUT the text of the open link begins */
	bool link_open;
	bool cut, too_deep, hid;
};

static enum kind
kind_of(const char *name)
{
	for (size_t i = 0; i < sizeof elements / sizeof elements[0]; i++) {
		if (strcasecmp(name, elements[i].name) == 0)
			return elements[i].kind;
	}
	return KIND_NONE;
}

/* ---- Writing ---- */

static void
put(struct html *h, struct str s)
{
	h->cut = !utf8_add(h->out, s) || h->cut;
}

static void
end_line(struct html *h)
{
	if (h->line_begun)
		put(h, STR("\n"));
	h->line_begun = false;
	h->space = false;
}

/* The next text begins after an empty line, if any text stands before it. */
static void
paragraph(struct html *h)
{
	end_line(h);
	if (h->any)
		h->blank = 1;
}

static void
begin_line(struct html *h)
{
	for (; h->blank > 0; h->blank--)
		put(h, STR("\n"));
	for (unsigned i = 0; i < h->prefixes && i < NESTED_MAX; i++) {
		put(h, str_of(h->prefix[i]));
		/* The mark of an item stands at its first line alone. */
		if (h->prefix[i][0] != '>')
			memset(h->prefix[i], ' ', strlen(h->prefix[i]));
	}
	h->line_begun = true;
	h->any = true;
}

static void
word(struct html *h, struct str s)
{
	if (s.n == 0)
		return;
	if (!h->line_begun)
		begin_line(h);
	else if (h->space)
		put(h, STR(" "));
	h->space = false;
	put(h, s);
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static void
text_pre(struct html *h, struct str s)
{
	struct str line;
	bool more = memchr(s.p, '\n', s.n) != NULL;

	while (str_cut(&s, '\n', &line)) {
		if (line.n > 0 && line.p[line.n - 1] == '\r')
			line.n--;
		word(h, line);
		if (more && (s.n > 0 || s.p != NULL)) {
			if (!h->line_begun)
				begin_line(h);
			end_line(h);
		}
	}
}

static void
text(struct html *h, struct str s)
{
	size_t i = 0;

	while (i < s.n) {
		size_t from = i;

		while (i < s.n && !is_space(s.p[i]))
			i++;
		word(h, str_sub(s, from, i - from));
		if (i < s.n)
			h->space = h->line_begun;
		while (i < s.n && is_space(s.p[i]))
			i++;
	}
}

/* ---- Elements ---- */

static const char *
attribute(const xmlChar **attributes, const char *name)
{
	for (; attributes != NULL && attributes[0] != NULL; attributes += 2) {
		if (strcasecmp((const char *)attributes[0], name) == 0)
			return attributes[1] != NULL ? (const char *)attributes[1] : "";
	}
	return NULL;
}

/* True if the style STYLE makes its element invisible. */
static bool
style_hides(const char *style)
{
	static const char *const ways[] = {"display:none", "visibility:hidden", "font-size:0",
	        "opacity:0;", "mso-hide:all", "max-height:0", "text-indent:-9", "left:-9",
	        "color:transparent"};
	char tight[512];
	size_t n = 0;

	for (; *style != '\0' && n < sizeof tight - 2; style++) {
		if (!is_space(*style))
			tight[n++] = *style >= 'A' && *style <= 'Z' ? (char)(*style + 32) : *style;
	}
	tight[n++] = ';';
	tight[n] = '\0';
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		const char *at = strstr(tight, ways[i]);

		/* Not font-size:0.9em. */
		if (at != NULL && at[strlen(ways[i])] != '.')
			return true;
	}
	return false;
}

static bool
begins_line(enum kind kind)
{
	return kind != KIND_NONE && kind != KIND_LINK && kind != KIND_PICTURE && kind != KIND_CELL;
}

static bool
hides(const xmlChar **attributes)
{
	const char *style = attribute(attributes, "style");

	return attribute(attributes, "hidden") != NULL || (style != NULL && style_hides(style));
}

static void
nest(struct html *h, const char *prefix)
{
	if (h->prefixes < NESTED_MAX)
		snprintf(h->prefix[h->prefixes], sizeof h->prefix[0], "%s", prefix);
	h->prefixes++;
}

static void
begin_item(struct html *h)
{
	struct element *list = NULL;
	char mark[6] = "- ";

	for (unsigned i = h->depth - 1; i-- > 0 && list == NULL;) {
		if (h->stack[i].kind == KIND_LIST || h->stack[i].kind == KIND_NUMBERED)
			list = &h->stack[i];
	}
	end_line(h);
	if (list != NULL && list->kind == KIND_NUMBERED) {
		list->items = list->items < 999 ? list->items + 1 : 999;
		snprintf(mark, sizeof mark, "%u. ", list->items);
	}
	nest(h, mark);
}

static void
begin_link(struct html *h, const char *href)
{
	h->link_open = false;
	if (href == NULL || *href == '\0' || *href == '#')
		return;
	snprintf(h->link, sizeof h->link, "%s", href);
	h->link_text_at = h->out->n;
	h->link_open = true;
}

/* The address, unless the text is that already. */
static void
end_link(struct html *h)
{
	struct str address = str_trim(str_of(h->link)), shown;

	if (!h->link_open)
		return;
	h->link_open = false;
	shown = str_trim(str_sub(buf_view(h->out), h->link_text_at, h->out->n));
	if (str_eq(shown, address))
		return;
	if (str_starts(address, STR("mailto:")) && str_eq(str_sub(address, 7, address.n), shown))
		return;
	h->space = h->line_begun;
	word(h, STR("<"));
	for (size_t i = 0; i < address.n; i++) {
		/* Of several lines, or one that ends before its end: it is one word here. */
		if ((unsigned char)address.p[i] > ' ' && address.p[i] != '<' && address.p[i] != '>')
			put(h, str_sub(address, i, 1));
	}
	put(h, STR(">"));
}

static void
picture(struct html *h, const xmlChar **attributes)
{
	const char *alt = attribute(attributes, "alt");

	if (alt == NULL || *alt == '\0')
		return;
	word(h, STR("["));
	text(h, str_of(alt));
	put(h, STR("]"));
}

static void
begin_kind(struct html *h, enum kind kind, const xmlChar **attributes)
{
	switch (kind) {
	case KIND_BLOCK:
		end_line(h);
		break;
	case KIND_PARAGRAPH:
		/* Within an item its mark stands before it. */
		if (h->line_begun || h->depth < 2 || h->stack[h->depth - 2].kind != KIND_ITEM)
			paragraph(h);
		break;
	case KIND_LIST:
	case KIND_NUMBERED:
		if (h->prefixes == 0)
			paragraph(h);
		end_line(h);
		break;
	case KIND_BREAK:
		if (!h->line_begun && h->any && h->blank < 2)
			h->blank++;
		end_line(h);
		break;
	case KIND_RULE:
		paragraph(h);
		word(h, STR("----------"));
		paragraph(h);
		break;
	case KIND_CELL:
		if (h->line_begun) {
			h->space = false;
			put(h, STR("\t"));
		}
		break;
	case KIND_QUOTE:
		paragraph(h);
		nest(h, "> ");
		break;
	case KIND_ITEM:
		begin_item(h);
		break;
	case KIND_LINK:
		begin_link(h, attribute(attributes, "href"));
		break;
	case KIND_PICTURE:
		picture(h, attributes);
		break;
	case KIND_PRE:
		paragraph(h);
		h->pre++;
		break;
	case KIND_DROP:
	case KIND_NONE:
		break;
	}
}

static void
on_start(void *arg, const xmlChar *name, const xmlChar **attributes)
{
	struct html *h = arg;
	struct element *e;

	if (h->too_deep)
		return;
	if (h->depth == DEPTH_MAX) {
		h->too_deep = true;
		return;
	}
	e = &h->stack[h->depth++];
	*e = (struct element){.kind = kind_of((const char *)name)};
	if (e->kind == KIND_DROP)
		h->dropped++;
	if (h->dropped > 0)
		return;
	if (h->hidden == 0 && hides(attributes)) {
		e->hides = true;
		h->hidden = 1;
		if (begins_line(e->kind))
			end_line(h);
		return;
	}
	begin_kind(h, e->kind, attributes);
}

static void
end_kind(struct html *h, enum kind kind)
{
	switch (kind) {
	case KIND_PARAGRAPH:
		paragraph(h);
		break;
	case KIND_BLOCK:
		end_line(h);
		break;
	case KIND_LIST:
	case KIND_NUMBERED:
		end_line(h);
		if (h->prefixes == 0)
			paragraph(h);
		break;
	case KIND_QUOTE:
	case KIND_ITEM:
		end_line(h);
		h->prefixes--;
		if (kind == KIND_QUOTE)
			paragraph(h);
		break;
	case KIND_LINK:
		end_link(h);
		break;
	case KIND_PRE:
		h->pre--;
		paragraph(h);
		break;
	default:
		break;
	}
}

static void
on_end(void *arg, const xmlChar *name)
{
	struct html *h = arg;
	struct element e;

	(void)name;
	if (h->too_deep || h->depth == 0)
		return;
	e = h->stack[--h->depth];
	if (e.kind == KIND_DROP) {
		h->dropped--;
		return;
	}
	if (h->dropped > 0)
		return;
	if (e.hides) {
		if (h->hidden == 2)
			put(h, STR("]"));
		h->hidden = 0;
		/* Its begin_kind was never called. */
		if (begins_line(e.kind))
			end_line(h);
		return;
	}
	end_kind(h, e.kind);
}

static void
on_text(void *arg, const xmlChar *p, int n)
{
	struct html *h = arg;
	struct str s = str_bytes(p, (size_t)n);

	if (h->dropped > 0 || h->too_deep)
		return;
	if (h->hidden == 1 && str_trim(s).n > 0) {
		h->space = h->line_begun;
		word(h, STR("[hidden:"));
		h->space = true;
		h->hidden = 2;
		h->hid = true;
	}
	if (h->pre > 0)
		text_pre(h, s);
	else
		text(h, s);
}

static void
on_error(void *arg, const char *format, ...)
{
	(void)arg;
	(void)format;
}

uint32_t
html_to_text(struct str html, struct buf *out)
{
	htmlSAXHandler sax = {.startElement = on_start,
	        .endElement = on_end,
	        .characters = on_text,
	        .ignorableWhitespace = on_text,
	        .error = on_error,
	        .warning = on_error};
	struct html *h = calloc(1, sizeof *h);
	htmlParserCtxtPtr p;
	uint32_t notes = 0;

	if (h == NULL)
		abort();
	h->out = out;
	p = htmlCreatePushParserCtxt(&sax, h, NULL, 0, NULL, XML_CHAR_ENCODING_UTF8);
	if (p == NULL)
		abort();
	htmlCtxtUseOptions(p, HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
	                              HTML_PARSE_NONET | HTML_PARSE_IGNORE_ENC);
	while (html.n > 0 && !h->too_deep && !h->cut) {
		struct str piece = str_sub(html, 0, CHUNK);

		htmlParseChunk(p, piece.p, (int)piece.n, 0);
		html = str_sub(html, piece.n, html.n);
	}
	htmlParseChunk(p, NULL, 0, 1);
	if (p->myDoc != NULL)
		xmlFreeDoc(p->myDoc);
	htmlFreeParserCtxt(p);
	end_line(h);
	if (h->hid)
		notes |= 1u << MAIL_NOTE_HIDDEN_TEXT;
	if (h->cut || h->too_deep)
		notes |= 1u << MAIL_NOTE_TEXT_CUT;
	free(h);
	return notes;
}

struct str
html_charset(struct str html)
{
	struct str head = str_sub(html, 0, 1024);

	for (size_t i = 0; i + 8 < head.n; i++) {
		size_t n = 0;
		struct str name;

		if (strncasecmp(head.p + i, "charset=", 8) != 0)
			continue;
		name = str_sub(head, i + 8, 64);
		if (name.n > 0 && (name.p[0] == '"' || name.p[0] == '\''))
			name = str_sub(name, 1, name.n);
		while (n < name.n && name.p[n] != '"' && name.p[n] != '\'' && name.p[n] != '>' &&
		        name.p[n] != ' ' && name.p[n] != ';' && name.p[n] != '/')
			n++;
		return str_sub(name, 0, n);
	}
	return STR("");
}
