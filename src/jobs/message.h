/* Internet messages (RFC 5322) as the courier sends them: plain text in UTF-8, written by a program
 * (RFC 3834). No header can be added from outside: a field that holds a control character or an
 * address that is none is refused. */
#ifndef VDPD_JOBS_MESSAGE_H
#define VDPD_JOBS_MESSAGE_H

#include "base/str.h"

enum { MESSAGE_MAX = 256 * 1024 };

struct message {
	struct str from_name; /* shown; UTF-8 */
	struct str from, to;  /* by message_address */
	struct str subject;   /* UTF-8, one line */
	struct str id;        /* "12.1767225600": the part of the Message-ID before the @ */
	struct str thread;    /* "EXW-2026-0001": messages with the same one belong together */
	struct str host;      /* the part after the @ */
	int64_t at_utc_s;
	struct str text; /* UTF-8, lines ended by LF */
	/* What follows may be left out. */
	struct str reply_to;    /* by message_address */
	struct str in_reply_to; /* a Message-ID without < > */
	bool answers; /* a program's answer to a mail: not "generated" but "replied" (RFC 3834) */
	bool person;  /* a person wrote it: nothing is said of programs */
	bool flowed;  /* format=flowed (RFC 3676): long lines are broken for the way */
};

/* The address in S as it goes into headers and envelopes (RFC 5321 Mailbox with a dot-string; the
 * domain as A-labels), in A. ERR_INVALID for anything else: quoted or non-ASCII local parts too. */
enum err message_address(struct arena *a, struct str s, struct str *out) MUST_CHECK;

/* The whole message in A, lines ended by CRLF, none longer than 998 bytes. ERR_INVALID, or
 * ERR_TOO_LARGE over MESSAGE_MAX. */
enum err message_write(struct arena *a, const struct message *m, struct str *out) MUST_CHECK;

#endif
