/* A first look at the bytes of a message, before any library reads it: where its header ends, how
 * its lines end, and from where on it has more parts than are taken apart. */
#ifndef VDPD_MAIL_MIME_SCAN_H
#define VDPD_MAIL_MIME_SCAN_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	SCAN_HEADER_MAX = 256 << 10, /* bytes of the message's header that are read */
	SCAN_FIELDS_MAX = 2000,      /* lines of it */
	SCAN_DELIMITERS_MAX = 1000,  /* lines that look like borders between parts */
};

struct scan {
	uint64_t size;        /* of the file */
	uint64_t begin;       /* behind an mbox "From " line, if it has one */
	uint64_t header_end;  /* where the header ends: of its last line */
	uint64_t header_cut;  /* where it is cut, at the end of a line; header_end if it is not */
	uint64_t end;         /* up to where the message is read; size if it is not cut */
	bool mixed_line_ends; /* CR or LF alone, besides each other or CRLF */
	bool nul;
};

/* Looks at at most MAX bytes of FD. ERR_IO. */
enum err scan_message(int fd, uint64_t max, struct scan *out) MUST_CHECK;

#endif
