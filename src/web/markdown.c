/* cmark-gfm with the extensions that a text may use. */
#include "web/markdown.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>
#include <stdlib.h>

/* Debian's autolink and table extensions have known faults with hostile input; a stranger's text
 * does without them. */
static const char *const extensions[] = {"strikethrough", "table", "autolink"};
enum { EXTENSIONS_FOR_STRANGERS = 1 };

void
markdown_start(void)
{
	cmark_gfm_core_extensions_ensure_registered();
}

static cmark_node *
parse(struct str text, size_t n_extensions)
{
	cmark_parser *parser = cmark_parser_new(CMARK_OPT_DEFAULT);
	cmark_node *document;

	if (parser == NULL)
		abort();
	for (size_t i = 0; i < n_extensions; i++) {
		cmark_syntax_extension *e = cmark_find_syntax_extension(extensions[i]);

		if (e == NULL || !cmark_parser_attach_syntax_extension(parser, e))
			abort();
	}
	cmark_parser_feed(parser, text.p != NULL ? text.p : "", text.n);
	document = cmark_parser_finish(parser);
	cmark_parser_free(parser);
	return document;
}

/* Only what can be followed from any mail: no file:, data: or javascript:, no path on this origin
 * (a stranger's link must not look like a page of ours). */
static bool
outside(const char *url)
{
	struct str s = str_of(url);

	return str_eq_nocase(str_sub(s, 0, 8), STR("https://")) ||
	       str_eq_nocase(str_sub(s, 0, 7), STR("http://")) ||
	       str_eq_nocase(str_sub(s, 0, 7), STR("mailto:"));
}

/* An image would be fetched from where the writer likes; its address as a link says as much. */
static cmark_node *
link_instead(cmark_node *image)
{
	cmark_node *link, *child, *up = cmark_node_parent(image);

	while (up != NULL && cmark_node_get_type(up) != CMARK_NODE_LINK)
		up = cmark_node_parent(up);
	/* Links do not nest. */
	link = cmark_node_new(up != NULL ? CMARK_NODE_EMPH : CMARK_NODE_LINK);
	if (link == NULL)
		abort();
	if (up == NULL)
		cmark_node_set_url(link, cmark_node_get_url(image));
	while ((child = cmark_node_first_child(image)) != NULL) {
		cmark_node_unlink(child);
		cmark_node_append_child(link, child);
	}
	cmark_node_replace(image, link);
	cmark_node_free(image);
	return link;
}

static void
tame(cmark_node *document, enum markdown_trust trust)
{
	cmark_iter *it = cmark_iter_new(document);
	cmark_event_type event;

	while ((event = cmark_iter_next(it)) != CMARK_EVENT_DONE) {
		cmark_node *node = cmark_iter_get_node(it);
		cmark_node_type type = cmark_node_get_type(node);

		if (event != CMARK_EVENT_EXIT)
			continue;
		if (type == CMARK_NODE_IMAGE)
			node = link_instead(node);
		if (cmark_node_get_type(node) != CMARK_NODE_LINK)
			continue;
		if (trust == MARKDOWN_MESSAGE && !outside(cmark_node_get_url(node)))
			cmark_node_set_url(node, "");
	}
	cmark_iter_free(it);
}

void
markdown_html(struct buf *out, struct str text, enum markdown_trust trust)
{
	cmark_node *document =
	        parse(text, trust == MARKDOWN_MESSAGE ? EXTENSIONS_FOR_STRANGERS
	                                              : sizeof extensions / sizeof *extensions);
	char *html;

	tame(document, trust);
	/* Safe mode is the default: raw HTML is left out and unsafe schemes emptied. */
	html = cmark_render_html(document,
	        trust == MARKDOWN_MESSAGE ? CMARK_OPT_HARDBREAKS : CMARK_OPT_DEFAULT, NULL);
	if (html == NULL)
		abort();
	buf_z(out, html);
	free(html);
	cmark_node_free(document);
}
