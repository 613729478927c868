/* URLs, hosts, paths and purls, made canonical. */
#include "policy/target.h"

#include "base/buf.h"

#include <idn2.h>
#include <unictype.h>
#include <unistr.h>

/* ---- Percent-encoding ------------------------------------------------------------------------ */

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that S encodes at I ("%41"), or -1. */
static int
encoded_byte(struct str s, size_t i)
{
	int high, low;

	if (s.n - i < 3 || s.p[i] != '%')
		return -1;
	high = hex_digit(s.p[i + 1]);
	low = hex_digit(s.p[i + 2]);
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/* ---- Hosts -------------------------------------------------------------------------------- */

/* A host is decoded whole: a sign that is no percent-encoding makes it unreadable. */
static enum err
decode_host(struct arena *a, struct str s, struct str *out)
{
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		int byte = (unsigned char)s.p[i];

		if (byte == '%') {
			byte = encoded_byte(s, i);
			i += 2;
		}
		if (byte <= ' ' || byte == 127 || strchr("/?#@:\\[]%<>^`{|}\"", byte) != NULL)
			return ERR_INVALID;
		p[n++] = (char)byte;
	}
	*out = (struct str){p, n};
	return str_utf8_valid(*out, NULL) ? ERR_OK : ERR_INVALID;
}

static bool
is_ascii(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 128)
			return false;
	return true;
}

static bool
has_alabel(struct str s)
{
	struct str label;

	while (str_cut(&s, '.', &label))
		if (label.n > 4 && str_eq_nocase(str_sub(label, 0, 4), STR("xn--")))
			return true;
	return false;
}

/* Letters of two scripts are how one host is made to look like another. Han and the kana are one
 * here: they are one script to who writes Japanese. */
static bool
mixes_scripts(const char *utf8)
{
	const char *script = NULL;
	const uint8_t *p = (const uint8_t *)utf8;
	ucs4_t c;

	while ((p = u8_next(&c, p)) != NULL) {
		const uc_script_t *s = uc_script(c);
		const char *name = s != NULL ? s->name : "Unknown";

		if (strcmp(name, "Common") == 0 || strcmp(name, "Inherited") == 0)
			continue;
		if (strcmp(name, "Hiragana") == 0 || strcmp(name, "Katakana") == 0)
			name = "Han";
		if (script != NULL && strcmp(script, name) != 0)
			return true;
		script = name;
	}
	return false;
}

static enum err
to_alabels(struct arena *a, struct str s, struct str *out)
{
	char *ascii = NULL, *utf8 = NULL;
	enum err e = ERR_INVALID;

	if (idn2_to_ascii_8z(str_z(a, s), &ascii, IDN2_NONTRANSITIONAL) == IDN2_OK &&
	        idn2_to_unicode_8z8z(ascii, &utf8, 0) == IDN2_OK && !mixes_scripts(utf8)) {
		*out = str_dup(a, str_of(ascii));
		e = ERR_OK;
	}
	idn2_free(ascii);
	idn2_free(utf8);
	return e;
}

/* RFC 1123, and the underscore that DNS names have. */
static bool
is_hostname(struct str s)
{
	struct str label;

	if (s.n == 0 || s.n > 253 || s.p[s.n - 1] == '.')
		return false;
	while (str_cut(&s, '.', &label)) {
		if (label.n == 0 || label.n > 63 || label.p[0] == '-' ||
		        label.p[label.n - 1] == '-')
			return false;
		for (size_t i = 0; i < label.n; i++)
			if (!(label.p[i] >= 'a' && label.p[i] <= 'z') &&
			        !(label.p[i] >= '0' && label.p[i] <= '9') && label.p[i] != '-' &&
			        label.p[i] != '_')
				return false;
	}
	return true;
}

enum err
target_host(struct arena *a, struct str s, struct str *host, uint16_t *port)
{
	size_t colon = str_find(s, ':', 0);
	struct str digits = colon != SIZE_MAX ? str_sub(s, colon + 1, s.n) : STR(""), h;
	uint64_t number = 0;
	bool wildcard;

	if (digits.n > 0 && (str_u64(digits, UINT16_MAX, &number) != ERR_OK || number == 0))
		return ERR_INVALID;
	if (decode_host(a, str_sub(s, 0, colon), &h) != ERR_OK)
		return ERR_INVALID;
	wildcard = str_starts(h, STR("*."));
	if (wildcard)
		h = str_sub(h, 2, h.n);
	h = str_lower(a, h);
	if ((!is_ascii(h) || has_alabel(h)) && to_alabels(a, h, &h) != ERR_OK)
		return ERR_INVALID;
	if (str_ends(h, STR(".")))
		h = str_sub(h, 0, h.n - 1);
	if (!is_hostname(h))
		return ERR_INVALID;
	*host = wildcard ? str_fmt(a, "*.%.*s", STR_ARG(h)) : h;
	*port = (uint16_t)number;
	return ERR_OK;
}

/* ---- Paths -------------------------------------------------------------------------------- */

/* What stays encoded: a slash that is data, the sign itself (or "%252F" would become "%2F"), and
 * what cannot be printed. */
static bool
stays_encoded(int byte)
{
	return byte == '/' || byte == '%' || byte == '\\' || byte < ' ' || byte == 127;
}

static void
decode_segment(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		int byte = encoded_byte(s, i);

		if (byte < 0) {
			/* A lone sign, which could begin another code once decoded. */
			if (s.p[i] == '%')
				buf_z(b, "%25");
			else
				buf_char(b, s.p[i]);
			continue;
		}
		if (stays_encoded(byte))
			buf_fmt(b, "%%%02X", (unsigned)byte);
		else
			buf_char(b, (char)byte);
		i += 2;
	}
}

static void
drop_last_segment(struct buf *b)
{
	while (b->n > 0 && b->p[b->n - 1] != '/')
		b->n--;
	if (b->n > 0)
		b->n--;
}

struct str
target_path(struct arena *a, struct str s)
{
	char *slashes = arena_alloc(a, s.n + 1);
	struct str rest, segment, out;
	bool folder = true; /* the path ends in a slash */
	struct buf b;

	/* Browsers and many servers read a backslash as a slash. */
	for (size_t i = 0; i < s.n; i++)
		slashes[i] = s.p[i] == '\\' ? '/' : s.p[i];
	rest = (struct str){slashes, s.n};
	buf_init(&b, 3 * s.n + 2);
	while (str_cut(&rest, '/', &segment)) {
		size_t before = b.n;

		if (segment.n == 0)
			continue;
		buf_char(&b, '/');
		decode_segment(&b, segment);
		segment = (struct str){b.p + before + 1, b.n - before - 1};
		folder = str_eq(segment, STR(".")) || str_eq(segment, STR(".."));
		if (folder) {
			bool up = segment.n == 2;

			b.n = before;
			if (up)
				drop_last_segment(&b);
		}
	}
	if (folder || (s.n > 0 && slashes[s.n - 1] == '/'))
		buf_char(&b, '/');
	out = str_dup(a, buf_view(&b));
	buf_clear(&b);
	return out;
}

/* ---- Purls -------------------------------------------------------------------------------- */

/* Types whose names are the same in any letter case (purl specification, known types). */
static bool
is_caseless(struct str type)
{
	static const char *const types[] = {
	        "bitbucket", "composer", "deb", "github", "golang", "hex", "pypi", "rpm", NULL};

	for (size_t i = 0; types[i] != NULL; i++)
		if (str_eq(type, str_of(types[i])))
			return true;
	return false;
}

enum err
target_purl(struct arena *a, struct str s, struct str *out)
{
	struct str type, path;
	size_t at, slash;
	char *p;

	if (!str_eq_nocase(str_sub(s, 0, 4), STR("pkg:")))
		return ERR_INVALID;
	s = str_sub(s, 4, s.n);
	s = str_sub(s, 0, str_find(s, '#', 0));
	s = str_sub(s, 0, str_find(s, '?', 0));
	while (str_starts(s, STR("/")))
		s = str_sub(s, 1, s.n);
	/* The version; but "/@scope" is a name that should have been encoded. */
	for (at = s.n; at > 0 && s.p[at - 1] != '@' && s.p[at - 1] != '/'; at--)
		;
	if (at > 1 && s.p[at - 1] == '@' && s.p[at - 2] != '/')
		s = str_sub(s, 0, at - 1);
	slash = str_find(s, '/', 0);
	if (slash == 0 || slash == SIZE_MAX || slash + 1 == s.n)
		return ERR_INVALID;
	type = str_lower(a, str_sub(s, 0, slash));
	path = target_path(a, str_sub(s, slash, s.n));
	if (path.n < 2)
		return ERR_INVALID;
	path = str_fmt(a, "/%.*s%.*s", STR_ARG(type), STR_ARG(path));
	if (is_caseless(type))
		path = str_lower(a, path);
	p = str_z(a, path);
	for (size_t i = 0; str_eq(type, STR("pypi")) && i < path.n; i++)
		if (p[i] == '_')
			p[i] = '-';
	*out = (struct str){p, path.n};
	return ERR_OK;
}

/* ---- Targets ------------------------------------------------------------------------------ */

/* The first of / ? # in S, or its end. */
static size_t
authority_end(struct str s)
{
	size_t i = 0;

	while (i < s.n && s.p[i] != '/' && s.p[i] != '?' && s.p[i] != '#')
		i++;
	return i;
}

static struct str
path_of(struct arena *a, struct str s)
{
	size_t end = 0;

	while (end < s.n && s.p[end] != '?' && s.p[end] != '#')
		end++;
	return target_path(a, str_sub(s, 0, end));
}

/* S from the authority on. A user name is cut off; two signs would leave it open which ends it. */
static enum err
parse_authority(struct arena *a, struct str s, uint16_t default_port, struct target *t)
{
	size_t end = authority_end(s), at;
	struct str authority = str_sub(s, 0, end);

	at = str_find(authority, '@', 0);
	if (at != SIZE_MAX) {
		if (str_find(authority, '\\', 0) != SIZE_MAX)
			return ERR_INVALID;
		authority = str_sub(authority, at + 1, authority.n);
	}
	if (target_host(a, authority, &t->host, &t->port) != ERR_OK)
		return ERR_INVALID;
	if (t->port == 0)
		t->port = default_port;
	t->kind = TARGET_HOST;
	t->path = path_of(a, str_sub(s, end, s.n));
	return ERR_OK;
}

static enum err
parse_any(struct arena *a, struct str s, struct target *t)
{
	static const struct {
		struct str prefix;
		uint16_t port;
	} schemes[] = {{STR("http://"), 80}, {STR("https://"), 443}, {STR("ws://"), 80},
	        {STR("wss://"), 443}};

	for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
		size_t n = schemes[i].prefix.n;

		if (str_eq_nocase(str_sub(s, 0, n), schemes[i].prefix))
			return parse_authority(a, str_sub(s, n, s.n), schemes[i].port, t);
	}
	if (str_eq_nocase(str_sub(s, 0, 4), STR("pkg:"))) {
		t->kind = TARGET_PURL;
		return target_purl(a, s, &t->purl);
	}
	/* "//host/path" is a URL without its scheme, to browsers "/\host" too. */
	if (s.n > 1 && s.p[0] == '/' && (s.p[1] == '/' || s.p[1] == '\\'))
		return s.p[1] == '/' ? parse_authority(a, str_sub(s, 2, s.n), 0, t) : ERR_INVALID;
	if (s.n > 0 && s.p[0] == '/') {
		t->kind = TARGET_PATH;
		t->path = path_of(a, s);
		return ERR_OK;
	}
	return parse_authority(a, s, 0, t);
}

enum err
target_parse(struct arena *a, struct str s, struct target *out)
{
	struct target t = {0};
	enum err e;

	if (s.n > TARGET_MAX)
		return ERR_TOO_LARGE;
	s = str_trim(s);
	/* Browsers drop some control characters and stop at others. */
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 127)
			return ERR_INVALID;
	e = parse_any(a, s, &t);
	if (e == ERR_OK)
		*out = t;
	return e;
}
