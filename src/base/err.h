/* What can go wrong, as one list. Functions that can fail return an enum err and set their outputs
 * only on ERR_OK. What a person can mend also fills a struct diag. */
#ifndef VDPD_BASE_ERR_H
#define VDPD_BASE_ERR_H

#include <stddef.h>

#define MUST_CHECK        __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

enum err {
	ERR_OK = 0,
	ERR_SYNTAX,      /* bytes that are not what they claim to be (JSON, UTF-8, MIME …) */
	ERR_INVALID,     /* well formed, but not a value that is understood here */
	ERR_NOT_FOUND,   /* absent, deleted or not the viewer's to see: told alike */
	ERR_DENIED,      /* who asks is known and may not */
	ERR_AUTH,        /* who asks is not known: no session, bad code, expired */
	ERR_STATE,       /* the object's state forbids the action */
	ERR_CONFLICT,    /* somebody else was faster */
	ERR_TOO_LARGE,   /* over a stated limit */
	ERR_RATE,        /* too often, or over a budget: try again later */
	ERR_FULL,        /* no room on disk */
	ERR_BUSY,        /* a peer or lock is busy; the same request may succeed soon */
	ERR_FORGED,      /* a seal, signature or chain does not verify */
	ERR_STORE,       /* the database failed */
	ERR_IO,          /* the operating system failed */
	ERR_PEER,        /* another process died, or broke the protocol */
	ERR_UNSUPPORTED, /* the kernel or a library lacks something that is needed */
	ERR_GONE,        /* it was here: its keys were destroyed */
	ERR_COUNT
};

/* The name of E for a log line: "not_found". Static. */
const char *err_name(enum err e);

/* A mistake that a person can mend. Buffers are cut, never overrun; all are NUL-terminated. */
struct diag {
	char file[128];    /* as the caller named it; "" if there is none */
	unsigned line;     /* from 1; 0 = none */
	unsigned column;   /* from 1; 0 = none */
	char pointer[128]; /* RFC 6901 JSON pointer of the field; "" if there is none */
	char what[256];    /* what is wrong, without a full stop */
	char mend[256];    /* how to mend it; "" if plain from what */
};

/* Fills D->what and D->mend (D may be NULL) and returns E, so that a failing function can end with
 * it. MEND may be NULL. */
enum err diag_set(struct diag *d, enum err e, const char *mend, const char *what_fmt, ...)
        PRINTF_LIKE(4, 5);

/* Writes "FILE:LINE:COLUMN: what, and how to mend it" into OUT (SIZE bytes), NUL-terminated; a
 * pointer stands before what: "/id is missing". */
void diag_format(const struct diag *d, char *out, size_t size);

#endif
