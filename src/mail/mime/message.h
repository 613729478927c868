/* A message as it was taken apart: what a MIME worker gives, what is sealed into a case, and what
 * `vdpd mail inspect` prints. Everything in it is the sender's word, made readable and bounded;
 * nothing in it was checked. Texts are valid UTF-8; those of one line hold no control character.
 *
 * The bytes of parts stand in a second file, the *parts file*, at the extents named here. */
#ifndef VDPD_MAIL_MIME_MESSAGE_H
#define VDPD_MAIL_MIME_MESSAGE_H

#include "base/buf.h"

enum {
	MAIL_RAW_MAX = 25 << 20,         /* bytes of a message that is taken */
	MAIL_TEXT_MAX = 1 << 20,         /* bytes of `text`; the whole stays a part */
	MAIL_LINE_MAX = 2048,            /* bytes of a subject, a name, an address, a type */
	MAIL_LIST_MAX = 100,             /* addresses or message-ids of one list */
	MAIL_PARTS_MAX = 200,            /* parts that are described */
	MAIL_DEPTH_MAX = 50,             /* multiparts and messages within each other */
	MAIL_PGP_MAX = 50,               /* pieces of OpenPGP */
	MAIL_REPORTS_MAX = 50,           /* recipients that a delivery report speaks of */
	MAIL_PARTS_FILE_MAX = 160 << 20, /* bytes of a parts file */
	MAIL_PACKED_MAX = 6 << 20,       /* bytes of mail_message_pack */
};

/* Bytes of the parts file. */
struct mail_extent {
	uint64_t at, n;
};

struct mail_address {
	struct str name;    /* decoded; "" if there is none */
	struct str address; /* "user@host" as written; may be anything that stood there */
};

struct mail_addresses {
	const struct mail_address *v;
	size_t n;
};

struct mail_strings {
	const struct str *v;
	size_t n;
};

/* RFC 3834: who must not be answered, and why. */
enum mail_automatic { MAIL_PERSON, MAIL_BOUNCE, MAIL_AUTO_REPLY, MAIL_LIST, MAIL_AUTOMATIC_COUNT };

enum mail_disposition { MAIL_INLINE, MAIL_ATTACHMENT };

enum mail_part_flag {
	MAIL_PART_BODY = 1,      /* read into `text`, whole, or the other form of one that was */
	MAIL_PART_FROM_TNEF = 2, /* came out of a winmail.dat, which is a part of its own too */
	MAIL_PART_CUT = 4,       /* its bytes are not all in the parts file */
};

/* A part without parts of its own. The parts of a forwarded message follow it, one deeper. */
struct mail_part {
	struct str type; /* "image/png": small letters; as it was declared */
	struct str name; /* a file name without folders; "" if there is none */
	struct str content_id;
	enum mail_disposition disposition;
	uint32_t flags;           /* enum mail_part_flag */
	uint32_t depth;           /* 0: the message itself */
	struct mail_extent bytes; /* decoded */
};

enum mail_pgp_kind {
	MAIL_PGP_ENCRYPTED,      /* RFC 3156 section 4: the ciphertext, armored or not */
	MAIL_PGP_SIGNED,         /* RFC 3156 section 5: the signed bytes, CRLF, and the signature */
	MAIL_PGP_INLINE,         /* an armored message in a text */
	MAIL_PGP_INLINE_SIGNED,  /* a clear-signed block in a text (RFC 4880 section 7) */
	MAIL_PGP_FILE,           /* an attached file that is an OpenPGP message */
	MAIL_PGP_FILE_SIGNATURE, /* an attached detached signature */
	MAIL_PGP_KEY,            /* a public key: application/pgp-keys, a file, or in a text */
	MAIL_PGP_AUTOCRYPT, /* the key of the Autocrypt header (level 1), for its own address */
	MAIL_PGP_KIND_COUNT
};

/* A piece of OpenPGP, for src/pgp. */
struct mail_pgp {
	enum mail_pgp_kind kind;
	uint32_t part;                /* index in `parts`; MAIL_NO_PART: none is its own */
	struct mail_extent bytes;     /* see the kinds */
	struct mail_extent signature; /* MAIL_PGP_SIGNED: armored or not */
	struct str name;              /* of the file; MAIL_PGP_AUTOCRYPT: its addr */
};
#define MAIL_NO_PART UINT32_MAX

/* One recipient of a delivery report (RFC 3464). */
struct mail_report {
	struct str action;    /* "failed", "delayed", "delivered", "relayed", "expanded" */
	struct str status;    /* "5.1.1" (RFC 3463) */
	struct str recipient; /* Final-Recipient, else Original-Recipient, without its type */
	struct str diagnostic;
};

/* What was wrong with the message, or left out. */
enum mail_note {
	MAIL_NOTE_NOT_READ, /* no worker could take it apart: only the raw message is there */
	MAIL_NOTE_NO_FROM,
	MAIL_NOTE_MANY_FROM, /* several From fields, or several addresses in it */
	MAIL_NOTE_NO_DATE,
	MAIL_NOTE_BAD_DATE,
	MAIL_NOTE_HEADERS_CUT, /* more header than is read */
	MAIL_NOTE_BAD_HEADER,  /* header lines that are none; control characters */
	MAIL_NOTE_LIST_CUT,    /* more addresses or references than are kept */
	MAIL_NOTE_PARTS_CUT,   /* more parts than are taken apart */
	MAIL_NOTE_TOO_DEEP,
	MAIL_NOTE_BYTES_CUT, /* the parts file is full */
	MAIL_NOTE_TEXT_CUT,
	MAIL_NOTE_BAD_MULTIPART,   /* boundary missing, never closed, or never found */
	MAIL_NOTE_BAD_ENCODING,    /* base64 or quoted-printable that is damaged */
	MAIL_NOTE_BAD_CHARSET,     /* bytes that are not of the charset, or an unknown one */
	MAIL_NOTE_CHARSET_GUESSED, /* 8-bit text that names no charset */
	MAIL_NOTE_BAD_TNEF,
	MAIL_NOTE_BARE_LINE_ENDS, /* CR or LF alone, or both kinds: what smuggling makes use of */
	MAIL_NOTE_NUL,            /* NUL bytes */
	MAIL_NOTE_HIDDEN_TEXT,    /* HTML that a reader would not see; it is in `text`, marked */
	MAIL_NOTE_HTML_ONLY,      /* `text` was made from HTML */
	MAIL_NOTE_HTML_DIFFERS,   /* plain text and HTML do not say the same */
	MAIL_NOTE_COUNT
};

struct mail_message {
	struct mail_address from; /* the first; both empty where there is none */
	struct mail_addresses reply_to, to, cc;
	struct mail_strings delivered_to; /* Delivered-To, X-Original-To, Envelope-To: addresses */
	struct str subject;
	int64_t date_utc_s;                          /* 0: none that can be read */
	struct str message_id;                       /* without < > */
	struct mail_strings in_reply_to, references; /* likewise; the newest of too many */
	enum mail_automatic automatic;
	struct str list_id;    /* RFC 2919 */
	bool return_path_null; /* Return-Path: <> */

	struct mail_report *reports; /* of a delivery report */
	size_t reports_n;
	struct str original_envelope_id;
	struct str original_message_id; /* of the message that the report is about */

	struct str text; /* LF; flowed lines joined (RFC 3676); HTML turned into text */
	struct mail_part *parts;
	size_t parts_n;
	struct mail_pgp *pgp;
	size_t pgp_n;
	/* These header fields came from within the signed or encrypted part (RFC 9788). */
	bool protected_headers;
	uint32_t notes; /* bits 1u << enum mail_note */
};

/* "bounce": as in CONTRACTS. "key": for logs and JSON. Static. */
const char *mail_automatic_name(enum mail_automatic a);
const char *mail_pgp_kind_name(enum mail_pgp_kind k);
/* A sentence for people: "Not all parts were taken apart: there are too many." Static. */
const char *mail_note_text(enum mail_note n);
/* "parts_cut": for JSON. Static. */
const char *mail_note_name(enum mail_note n);

/* M in bytes: a version, then fixed fields and blocks. Never more than MAIL_PACKED_MAX for what
 * mail_parse made. */
void mail_message_pack(struct buf *b, const struct mail_message *m);
/* The same back, its slices within C's bytes, its arrays in A. False if it is cut or breaks a bound
 * of this header; bytes behind it are the caller's to look at (cursor_done). */
bool mail_message_unpack(struct arena *a, struct cursor *c, struct mail_message *m) MUST_CHECK;

#endif
