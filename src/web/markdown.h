/* Markdown to HTML, for what people wrote: GitHub's dialect (cmark-gfm) in its safe mode, so that
 * no HTML of theirs and no scheme but http, https and mailto gets through. */
#ifndef VDPD_WEB_MARKDOWN_H
#define VDPD_WEB_MARKDOWN_H

#include "base/buf.h"

enum markdown_trust {
	MARKDOWN_POLICY,  /* the operator's own text: links stay as they are */
	MARKDOWN_MESSAGE, /* a stranger's text: links lead outside or nowhere, line ends are kept */
};

/* Registers cmark's extensions; once, before threads. */
void markdown_start(void);

/* Appends TEXT (valid UTF-8) as HTML to OUT; images become links. The only text that views may
 * print as it is. */
void markdown_html(struct buf *out, struct str text, enum markdown_trust trust);

#endif
