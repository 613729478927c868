/* format=flowed (RFC 3676): lines that were broken for the way are joined again. */
#ifndef VDPD_MAIL_MIME_FLOWED_H
#define VDPD_MAIL_MIME_FLOWED_H

#include "base/buf.h"

/* Appends TEXT (UTF-8; LF or CRLF) to OUT with LF: paragraphs joined, space-stuffing taken away,
 * quote marks written as "> > ". DELSP: the space at a soft break goes too. What does not fit is
 * left out. */
void flowed_join(struct str text, bool delsp, struct buf *out);

/* The same for text that is not flowed: CRLF and CR become LF. */
void plain_lines(struct str text, struct buf *out);

#endif
