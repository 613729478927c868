/* What the files that take a message apart share: the message that grows, and where bytes go. Not
 * for use outside src/mail/mime. */
#ifndef VDPD_MAIL_MIME_WALK_H
#define VDPD_MAIL_MIME_WALK_H

#include "mail/mime/message.h"
#include "mail/mime/scan.h"

#include <gmime/gmime.h>

/* The parts file, written from its start. */
struct sink {
	int fd;
	uint64_t at;
	bool full;   /* over MAIL_PARTS_FILE_MAX: what came then is not there */
	bool failed; /* the system's fault */
};

void sink_add(struct sink *s, const void *p, size_t n);
/* What was written since AT. */
struct mail_extent sink_since(const struct sink *s, uint64_t at);

/* The stream is the message as it is read: the offsets of GMime's headers are of it. */
struct walk {
	struct arena *a;
	struct mail_message *m;
	struct sink sink;
	GMimeParserOptions *options;
	GMimeStream *stream;
	struct buf text;  /* becomes m->text */
	struct buf other; /* the text of the other form of an alternative */
	bool in_other;    /* that is being read */
	struct scan scan;
	uint32_t flags; /* enum mime_flag */
	unsigned reports_read;
	bool returned; /* within a message that a delivery report gives back */
};

static inline void
walk_note(struct walk *w, enum mail_note n)
{
	w->m->notes |= 1u << n;
}

/* A header field's decoded text as one line. NULL is "". */
struct str walk_line(struct walk *w, const char *text);

/* Appends a part that is described already; NULL (with MAIL_NOTE_PARTS_CUT) where there are
 * MAIL_PARTS_MAX. */
struct mail_part *walk_part(struct walk *w, const struct mail_part *p);
/* Appends a piece of OpenPGP; those that are too many are left out. */
void walk_pgp(struct walk *w, const struct mail_pgp *p);

/* Bytes FROM … TO of the file FD as a stream: source.c. */
GMimeStream *source_bytes(int fd, uint64_t from, uint64_t to);
/* The message without the header's end where that is too long, and without the parts that are too
 * many; where the header runs into the text, with an empty line between. */
GMimeStream *source_open(int fd, const struct scan *s, bool headers_only);
/* What a signature is over: the first of two parts of a multipart/signed, every line end as CRLF
 * (RFC 3156 section 5), copied into the parts file. False if its place cannot be told. */
bool source_signed(
        struct walk *w, GMimeObject *content, GMimeObject *signature, struct mail_extent *out);
/* Writes OBJECT as it is into the parts file; *CUT if it did not fit. */
struct mail_extent source_object(struct walk *w, GMimeObject *object, bool *cut);
/* Takes a part without parts of its own: leaf.c. */
void walk_leaf(struct walk *w, GMimePart *part, uint32_t depth);
/* True if PART is a text that is read, and not a file. */
bool leaf_is_body(GMimePart *part, const char *subtype);
/* Whether two texts of one message say different things to who reads either: leaf.c. */
bool texts_differ(struct str a, struct str b);

/* Reads the fields of MESSAGE into w->m: header.c. */
void walk_header(struct walk *w, GMimeMessage *message);
/* Fields that stand in the header of PART, which is signed or was encrypted, instead of those of
 * the message (RFC 9788 section 4, and its forerunner protected-headers="v1"). */
void walk_protected(struct walk *w, GMimeObject *part);
/* Whether MESSAGE was written by a program, and by which kind. */
enum mail_automatic header_automatic(struct walk *w, GMimeMessage *message);
/* Addresses of a field's decoded value, the first MAX of them: header.c. */
struct mail_addresses header_addresses(struct walk *w, InternetAddressList *list);
/* Message-ids of a field, without < >; the last MAIL_LIST_MAX. */
struct mail_strings header_ids(struct walk *w, const char *value);

/* Reads message/delivery-status (RFC 3464) in TEXT: report.c. */
void walk_report(struct walk *w, struct str text);

/* Takes the winmail.dat in FILE apart, whose parts lie at DEPTH; its text goes to BODY (an
 * initialised buffer). False if it cannot be. tnef.c. */
bool walk_tnef(struct walk *w, struct str file, uint32_t depth, struct buf *body);

/* Finds armored blocks in the decoded bytes TEXT of part number PART, which stand at BYTES:
 * armor.c.
 */
void walk_armor(struct walk *w, struct str text, struct mail_extent bytes, uint32_t part);
/* What the file TEXT (its first bytes) named NAME of TYPE is, as OpenPGP; MAIL_PGP_KIND_COUNT:
 * nothing. */
enum mail_pgp_kind armor_file_kind(struct str text, struct str name, struct str type);

#endif
