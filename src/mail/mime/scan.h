/* A first look at the bytes of a message, before any library reads it: where its header ends, how
 * its lines end, and from where on it has more parts than are taken apart. */
#ifndef VDPD_MAIL_MIME_SCAN_H
#define VDPD_MAIL_MIME_SCAN_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	SCAN_HEADER_MAX = 1 << 20,  /* bytes of the message's header that are read */
	SCAN_LINES_MAX = 20000,     /* lines of it */
	SCAN_LINE_MAX = 64 << 10,   /* bytes of a line of it */
	SCAN_PIECES_MAX = 16,       /* pieces that are left of it */
	SCAN_DELIMITERS_MAX = 2500, /* lines that look like borders between parts */
};

/* Bytes of the file. */
struct scan_piece {
	uint64_t from, to;
};

struct scan {
	uint64_t size;       /* of the file */
	uint64_t begin;      /* behind an mbox "From " line, if it has one */
	uint64_t header_end; /* where the header ends: behind its last line */
	bool header_broken;  /* what ends it is a line that is none of a header */
	bool header_cut;     /* not all of it is read, but these pieces */
	struct scan_piece pieces[SCAN_PIECES_MAX];
	size_t pieces_n;
	uint64_t end;         /* up to where the message is read; size if it is not cut */
	bool mixed_line_ends; /* CR or LF alone, besides each other or CRLF */
	bool nul;
};

/* Looks at at most MAX bytes of FD. ERR_IO. */
enum err scan_message(int fd, uint64_t max, struct scan *out) MUST_CHECK;

#endif
