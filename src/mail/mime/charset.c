/* Charsets, by iconv. */
#include "mail/mime/charset.h"

#include "mail/mime/message.h"

#include <errno.h>
#include <iconv.h>

#define BIT(note)   (1u << (note))
#define REPLACEMENT "\xEF\xBF\xBD"

/* Those that mail is written in. One that is not here is unknown to a worker. */
static const char *const tables[] = {"ISO-8859-1", "ISO-8859-2", "ISO-8859-3", "ISO-8859-4",
        "ISO-8859-5", "ISO-8859-6", "ISO-8859-7", "ISO-8859-8", "ISO-8859-9", "ISO-8859-10",
        "ISO-8859-11", "ISO-8859-13", "ISO-8859-14", "ISO-8859-15", "ISO-8859-16", "WINDOWS-1250",
        "WINDOWS-1251", "WINDOWS-1252", "WINDOWS-1253", "WINDOWS-1254", "WINDOWS-1255",
        "WINDOWS-1256", "WINDOWS-1257", "WINDOWS-1258", "KOI8-R", "KOI8-U", "BIG5", "BIG5-HKSCS",
        "GBK", "GB18030", "EUC-CN", "EUC-TW", "EUC-JP", "ISO-2022-JP", "ISO-2022-JP-2", "SHIFT_JIS",
        "CP932", "EUC-KR", "UHC", "JOHAB", "ISO-2022-KR", "UTF-7", "UTF-16", "UTF-16LE", "UTF-16BE",
        "UTF-32", "UTF-32LE", "UTF-32BE", "MACINTOSH", "IBM437", "IBM850", "IBM852", "IBM855",
        "IBM858", "IBM866", "TIS-620", "TCVN", "GEORGIAN-PS", "ARMSCII-8", "US-ASCII"};

/* Names as they occur, and what is meant. Where a charset is written by programs that mean a larger
 * one, the larger. */
static const struct {
	const char *name, *meant;
} aliases[] = {
        {"iso-8859-1", "WINDOWS-1252"},
        {"iso8859-1", "WINDOWS-1252"},
        {"iso_8859-1", "WINDOWS-1252"},
        {"latin1", "WINDOWS-1252"},
        {"latin-1", "WINDOWS-1252"},
        {"l1", "WINDOWS-1252"},
        {"iso-8859-9", "WINDOWS-1254"},
        {"iso-8859-8-i", "ISO-8859-8"},
        {"iso-8859-8-e", "ISO-8859-8"},
        {"gb2312", "GB18030"},
        {"gbk", "GB18030"},
        {"gb_2312-80", "GB18030"},
        {"x-gbk", "GB18030"},
        {"ks_c_5601-1987", "UHC"},
        {"ks_c_5601", "UHC"},
        {"euc-kr", "UHC"},
        {"shift_jis", "CP932"},
        {"shift-jis", "CP932"},
        {"sjis", "CP932"},
        {"x-sjis", "CP932"},
        {"windows-31j", "CP932"},
        {"big5", "BIG5-HKSCS"},
        {"x-big5", "BIG5-HKSCS"},
        {"iso-2022-jp-ms", "ISO-2022-JP-2"},
        {"unicode-1-1-utf-7", "UTF-7"},
        {"x-unicode-2-0-utf-7", "UTF-7"},
        {"x-mac-roman", "MACINTOSH"},
        {"x-cp1252", "WINDOWS-1252"},
        {"cp-850", "IBM850"},
        {"tis-620", "TIS-620"},
        {"windows-874", "TIS-620"},
};

void
charset_load(void)
{
	/* Left open for good: a table that nobody has open is unloaded again. */
	static iconv_t open[sizeof tables / sizeof tables[0]];

	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
		if (open[i] == NULL)
			open[i] = iconv_open("UTF-8", tables[i]);
	}
}

bool
utf8_add(struct buf *out, struct str text)
{
	size_t room = out->max - out->n;

	if (text.n <= room) {
		buf_str(out, text);
		return true;
	}
	while (room > 0 && ((unsigned char)text.p[room] & 0xC0) == 0x80)
		room--;
	buf_add(out, text.p, room);
	return false;
}

/* Appends TEXT, which may be bad UTF-8: what is bad, and NUL, becomes U+FFFD. */
static uint32_t
add_repaired(struct str text, struct buf *out)
{
	uint32_t notes = 0;
	size_t bad;

	while (text.n > 0) {
		if (str_utf8_valid(text, &bad))
			bad = text.n;
		utf8_add(out, str_sub(text, 0, bad));
		if (bad == text.n)
			break;
		notes |= text.p[bad] == '\0' ? BIT(MAIL_NOTE_NUL) : BIT(MAIL_NOTE_BAD_CHARSET);
		utf8_add(out, STR(REPLACEMENT));
		text = str_sub(text, bad + 1, text.n);
	}
	return notes;
}

/* Of bytes that claim to be UTF-8: true if they are, but for a few. */
static bool
mostly_utf8(struct str text)
{
	size_t bad_n = 0, good_n = 0, bad;

	for (size_t i = 0; i < text.n; i++)
		good_n += ((unsigned char)text.p[i] & 0xC0) == 0xC0;
	while (text.n > 0 && !str_utf8_valid(text, &bad)) {
		bad_n += text.p[bad] != '\0';
		text = str_sub(text, bad + 1, text.n);
	}
	return bad_n * 2 <= good_n;
}

static bool
has_8bit(struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		if ((unsigned char)text.p[i] >= 0x80)
			return true;
	}
	return false;
}

static bool
valid_but_nul(struct str text)
{
	size_t bad;

	while (!str_utf8_valid(text, &bad)) {
		if (text.p[bad] != '\0')
			return false;
		text = str_sub(text, bad + 1, text.n);
	}
	return true;
}

/* Through iconv, a piece at a time; false if it does not know FROM. */
static bool
convert(struct str text, const char *from, struct buf *out, uint32_t *notes)
{
	iconv_t cd = iconv_open("UTF-8", from);
	char *in = (char *)(uintptr_t)text.p, piece[4096];
	size_t left = text.n;

	if (cd == (iconv_t)-1)
		return false;
	while (left > 0) {
		char *to = piece;
		size_t room = sizeof piece;
		size_t r = iconv(cd, &in, &left, &to, &room);
		int why = errno;

		*notes |= add_repaired((struct str){piece, (size_t)(to - piece)}, out);
		if (out->n == out->max)
			break;
		if (r != (size_t)-1 || why == E2BIG)
			continue;
		*notes |= BIT(MAIL_NOTE_BAD_CHARSET);
		utf8_add(out, STR(REPLACEMENT));
		if (why == EINVAL)
			break;
		in++;
		left--;
		iconv(cd, NULL, NULL, NULL, NULL);
	}
	iconv_close(cd);
	return true;
}

/* True for charsets of one byte a character whose texts, if they are valid UTF-8, are UTF-8. */
static bool
is_western(const char *name)
{
	return strcmp(name, "WINDOWS-1252") == 0 || strcmp(name, "us-ascii") == 0 ||
	       strcmp(name, "ascii") == 0;
}

static const char *
meant_by(struct str name, char *room, size_t size)
{
	size_t n = name.n < size - 1 ? name.n : size - 1;

	for (size_t i = 0; i < n; i++)
		room[i] = (char)(name.p[i] >= 'A' && name.p[i] <= 'Z' ? name.p[i] + 32 : name.p[i]);
	room[n] = '\0';
	for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++) {
		if (strcmp(room, aliases[i].name) == 0)
			return aliases[i].meant;
	}
	return room;
}

uint32_t
charset_to_utf8(struct str text, struct str name, struct buf *out)
{
	char room[64];
	uint32_t notes = 0;
	const char *from = meant_by(str_trim(name), room, sizeof room);
	bool utf8 = strcmp(from, "utf-8") == 0 || strcmp(from, "utf8") == 0;
	bool nameless = *from == '\0' || strcmp(from, "unknown-8bit") == 0 ||
	                strcmp(from, "x-unknown") == 0;
	bool western = is_western(from);

	if (text.n >= 3 && memcmp(text.p, "\xEF\xBB\xBF", 3) == 0 && (utf8 || nameless))
		text = str_sub(text, 3, text.n);
	if (utf8 && mostly_utf8(text))
		return add_repaired(text, out);
	if (utf8)
		notes |= BIT(MAIL_NOTE_BAD_CHARSET);
	if (nameless || western || utf8) {
		if (valid_but_nul(text)) {
			if (has_8bit(text))
				notes |= nameless ? BIT(MAIL_NOTE_CHARSET_GUESSED)
				                  : BIT(MAIL_NOTE_BAD_CHARSET);
			return notes | add_repaired(text, out);
		}
		if (nameless)
			notes |= BIT(MAIL_NOTE_CHARSET_GUESSED);
		else if (strcmp(from, "WINDOWS-1252") != 0)
			notes |= BIT(MAIL_NOTE_BAD_CHARSET);
		from = "WINDOWS-1252";
	}
	if (convert(text, from, out, &notes))
		return notes;
	notes |= BIT(MAIL_NOTE_BAD_CHARSET);
	if (valid_but_nul(text) || !convert(text, "WINDOWS-1252", out, &notes))
		notes |= add_repaired(text, out);
	return notes;
}

/* Bytes of the direction override at the start of S, or 0 (U+202A … U+202E, U+2066 … U+2069). */
static size_t
override_at(struct str s)
{
	unsigned char last;

	if (s.n < 3 || (unsigned char)s.p[0] != 0xE2)
		return 0;
	last = (unsigned char)s.p[2];
	if ((unsigned char)s.p[1] == 0x80 && last >= 0xAA && last <= 0xAE)
		return 3;
	return (unsigned char)s.p[1] == 0x81 && last >= 0xA6 && last <= 0xA9 ? 3 : 0;
}

/* Bytes of the control character or line end at the start of S, or 0. */
static size_t
control_at(struct str s)
{
	unsigned char c = (unsigned char)s.p[0];

	if (c < 0x20 || c == 0x7F)
		return 1;
	if (s.n >= 2 && c == 0xC2 && (unsigned char)s.p[1] < 0xA0)
		return 2;
	if (s.n >= 3 && c == 0xE2 && (unsigned char)s.p[1] == 0x80 &&
	        ((unsigned char)s.p[2] == 0xA8 || (unsigned char)s.p[2] == 0xA9))
		return 3;
	return 0;
}

struct str
utf8_line(struct arena *a, struct str text, size_t max)
{
	struct buf valid, line;
	struct str rest, got;

	buf_init(&valid, 4 * max + 16);
	buf_init(&line, max);
	charset_to_utf8(str_sub(text, 0, 4 * max), STR("utf-8"), &valid);
	rest = str_trim(buf_view(&valid));
	while (rest.n > 0) {
		size_t control = control_at(rest), override = override_at(rest), n = 1;

		if (control > 0) {
			if (line.n > 0 && line.p[line.n - 1] != ' ')
				utf8_add(&line, STR(" "));
			rest = str_sub(rest, control, rest.n);
			continue;
		}
		while (n < rest.n && ((unsigned char)rest.p[n] & 0xC0) == 0x80)
			n++;
		if (!utf8_add(&line, override > 0 ? STR(REPLACEMENT) : str_sub(rest, 0, n)))
			break;
		rest = str_sub(rest, n, rest.n);
	}
	got = str_dup(a, str_trim(buf_view(&line)));
	buf_clear(&valid);
	buf_clear(&line);
	return got;
}
