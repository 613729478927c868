/* Forms as browsers send them: urlencoded text, and multipart with files that stream to where the
 * route says. Everything is counted and capped; what is broken is told with its place. */
#ifndef VDPD_WEB_FORM_H
#define VDPD_WEB_FORM_H

#include "web/request.h"

enum {
	FORM_FIELDS_MAX = 128,     /* fields, and files, in one form */
	FORM_NAME_MAX = 128,       /* bytes of a field's name */
	FORM_FILE_NAME_MAX = 255,  /* bytes of a file's name */
	FORM_PART_HEAD_MAX = 4096, /* bytes of one part's headers */
};

/* Reads application/x-www-form-urlencoded BODY (WHATWG URL, section 5.1) into *fields, in A; line
 * ends become LF. ERR_SYNTAX: broken escape, NUL, not UTF-8; ERR_TOO_LARGE: too many fields or a
 * name too long; D says where. */
enum err form_parse(struct arena *a, struct str body, const struct field **fields, size_t *n,
        struct diag *d) MUST_CHECK;

/* S with CRLF and CR as LF; S itself if there is none, otherwise a copy in A. */
struct str form_line_ends(struct arena *a, struct str s);

/* Where file parts go; named by a BODY_MULTIPART row. Called on a pool thread while the body comes
 * in, after the row's permission was checked; nothing of it is held in memory. */
struct upload {
	unsigned files_max; /* files in one form; one more is ERR_TOO_LARGE */
	uint64_t file_max;  /* bytes in one file */
	/* A file begins; FILE has field, name and type. Sets file->state. */
	enum err (*open)(struct request *req, struct upload_file *file);
	enum err (*write)(struct request *req, struct upload_file *file, struct str bytes);
	/* The file is whole; file->size is set. */
	enum err (*close)(struct request *req, struct upload_file *file);
	/* Nobody took file->state over: the request failed, or the handler did not want it. Any
	 * state between open and the end; may run on another pool thread's behalf, so no database.
	 */
	void (*abandon)(struct upload_file *file);
};

/* A media type's name compared with WANT, without parameters and letter case. */
bool media_type_is(struct str content_type, const char *want);

/* The parser of multipart/form-data (RFC 7578, RFC 2046 section 5.1): strict, streaming. A part is
 * begun, gets data in pieces, and is ended; the callbacks' errors end the parse. Names are decoded
 * as browsers and curl encode them. */
struct multipart;
struct multipart_part {
	struct str name;      /* of the field */
	bool is_file;         /* a file name was given, even an empty one */
	struct str file_name; /* without directories and control characters */
	struct str type;      /* media type; "" if not given */
};
struct multipart_sink {
	enum err (*begin)(void *ctx, const struct multipart_part *part, struct diag *d);
	enum err (*data)(void *ctx, struct str bytes, struct diag *d);
	enum err (*end)(void *ctx, struct diag *d);
};

/* For the boundary named in CONTENT_TYPE; lives in A. ERR_SYNTAX: no boundary, or a bad one. */
enum err multipart_new(struct arena *a, struct str content_type, const struct multipart_sink *sink,
        void *ctx, struct multipart **out, struct diag *d) MUST_CHECK;
/* The next bytes of the body. ERR_SYNTAX with D: what, and at which byte. After an error nothing
 * more may be fed. */
enum err multipart_feed(struct multipart *m, struct str bytes, struct diag *d) MUST_CHECK;
/* The body is over: ERR_SYNTAX if the last boundary has not been seen. */
enum err multipart_finish(struct multipart *m, struct diag *d) MUST_CHECK;

#endif
