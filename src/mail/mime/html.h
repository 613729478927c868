/* HTML as text that can be read: paragraphs, lists, quotes, links with their addresses. */
#ifndef VDPD_MAIL_MIME_HTML_H
#define VDPD_MAIL_MIME_HTML_H

#include "base/buf.h"

/* Appends what a reader of the UTF-8 document HTML would see to OUT, in lines of any length; what
 * does not fit is left out. Scripts, styles and comments are dropped, nothing is fetched; text that
 * is made invisible stands there as "[hidden: …]". Returns bits 1u << enum mail_note:
 * MAIL_NOTE_HIDDEN_TEXT, MAIL_NOTE_TEXT_CUT (it did not fit, or is nested beyond reason), or 0. */
uint32_t html_to_text(struct str html, struct buf *out);

/* The charset that a document's own first bytes name (<meta charset …>), a slice of HTML; "" if
 * none. */
struct str html_charset(struct str html);

#endif
