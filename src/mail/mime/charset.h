/* Text in any charset as UTF-8, also where its name is wrong or missing. */
#ifndef VDPD_MAIL_MIME_CHARSET_H
#define VDPD_MAIL_MIME_CHARSET_H

#include "base/buf.h"

/* Loads the tables of the charsets that mail uses, so that they are there inside a sandbox that
 * opens no file. Once, before it. */
void charset_load(void);

/* Appends TEXT, of the charset NAME ("" where it has none), to OUT as valid UTF-8 without NUL; what
 * does not fit is left out. What has no meaning in it becomes U+FFFD. Charsets that are subsets of
 * others in practice are read as those (iso-8859-1 as windows-1252, gb2312 as gb18030). 8-bit text
 * of no, an unknown or a wrong charset is read as UTF-8 if it is valid so, else as windows-1252.
 * Returns bits 1u << enum mail_note: MAIL_NOTE_BAD_CHARSET, MAIL_NOTE_CHARSET_GUESSED,
 * MAIL_NOTE_NUL, or 0. */
uint32_t charset_to_utf8(struct str text, struct str name, struct buf *out);

/* Appends as much of the valid UTF-8 TEXT as fits, whole characters; false if not all did. */
bool utf8_add(struct buf *out, struct str text);

/* TEXT fit for a line: valid UTF-8 of at most MAX bytes, every run of control characters and line
 * ends one space, direction overrides (which make file names lie) U+FFFD, trimmed; in A. */
struct str utf8_line(struct arena *a, struct str text, size_t max);

#endif
