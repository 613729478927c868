/* Checking a security.txt against RFC 9116. */
#include "publish/security_txt.h"

#include "base/time.h"

enum { YEAR_S = 366 * DAY_S };

struct check {
	const char *file;
	int64_t now;
	struct diags *wrong, *advice;
	unsigned line;
	size_t seen[8]; /* by index in fields[]: how often */
};

#define WRONG(c, column, mend, ...)                                                                \
	diags_add((c)->wrong, (c)->file, (c)->line, (column), (mend), __VA_ARGS__)

/* ---- Values ---- */

static bool
is_letter(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');
}

static bool
is_digit(char ch)
{
	return ch >= '0' && ch <= '9';
}

/* The scheme of S (RFC 3986 section 3.1), without the colon; empty if there is none. */
static struct str
scheme_of(struct str s)
{
	size_t n = 0;

	while (n < s.n && (is_letter(s.p[n]) || (n > 0 && (is_digit(s.p[n]) || s.p[n] == '+' ||
	                                                          s.p[n] == '-' || s.p[n] == '.'))))
		n++;
	return n > 0 && n + 1 < s.n && s.p[n] == ':' ? str_sub(s, 0, n) : STR("");
}

static bool
is_hex(char ch)
{
	return is_digit(ch) || (ch >= 'a' && ch <= 'f') || (ch >= 'A' && ch <= 'F');
}

/* Where in S the first character stands that a URI cannot have (RFC 3986 section 2), or a percent
 * sign that encodes nothing; SIZE_MAX if all is well. */
static size_t
bad_character(struct str s)
{
	static const char others[] = "-._~:/?#[]@!$&'()*+,;=";

	for (size_t i = 0; i < s.n; i++) {
		char ch = s.p[i];
		bool good = is_letter(ch) || is_digit(ch) ||
		            memchr(others, ch, sizeof others - 1) != NULL;

		if (ch == '%')
			good = i + 2 < s.n && is_hex(s.p[i + 1]) && is_hex(s.p[i + 2]);
		if (!good)
			return i;
	}
	return SIZE_MAX;
}

static bool
is_loopback(struct str url)
{
	static const char *const names[] = {"http://localhost", "http://127.0.0.1"};

	for (size_t i = 0; i < 2; i++) {
		struct str name = str_of(names[i]);

		if (url.n >= name.n && str_eq_nocase(str_sub(url, 0, name.n), name) &&
		        (url.n == name.n || memchr(":/?#", url.p[name.n], 4) != NULL))
			return true;
	}
	return false;
}

static void
check_uri(struct check *c, const char *field, struct str v, unsigned column)
{
	struct str scheme = scheme_of(v);
	size_t bad = bad_character(v);

	if (scheme.n == 0)
		WRONG(c, column, "write a URI: mailto:security@example.org, https://…, tel:+…",
		        "the value of %s is not a URI", field);
	else if (bad != SIZE_MAX)
		WRONG(c, column + (unsigned)bad, "percent-encode it",
		        "a URI cannot have this character");
	else if (str_eq_nocase(scheme, STR("http")) && !is_loopback(v))
		WRONG(c, column, "write https://", "a web address must begin with https://");
}

static void
check_web(struct check *c, const char *field, struct str v, unsigned column)
{
	struct str scheme = scheme_of(v);

	check_uri(c, field, v, column);
	if (scheme.n > 0 && str_eq_nocase(scheme, STR("mailto")))
		WRONG(c, column, NULL, "%s is no address to write to", field);
}

static void
check_expires(struct check *c, const char *field, struct str v, unsigned column)
{
	int64_t at;

	if (time_parse(v, &at) != ERR_OK)
		WRONG(c, column, "write it like 2027-01-31T00:00:00Z",
		        "the value of %s is not a time (RFC 3339)", field);
	else if (at <= c->now)
		WRONG(c, column, "renew it", "the file has expired");
	else if (at - c->now > YEAR_S)
		diags_add(c->advice, c->file, c->line, column, "renew it more often",
		        "the file expires more than a year from now");
}

/* Tags of RFC 5646 by their shape: letters first, then parts of at most eight. */
static void
check_languages(struct check *c, const char *field, struct str v, unsigned column)
{
	struct str rest = v, tag;

	while (str_cut(&rest, ',', &tag)) {
		struct str t = str_trim(tag), part, parts = t;
		bool good = t.n > 0, first = true;

		while (str_cut(&parts, '-', &part)) {
			good = good && part.n >= (first ? 2 : 1) && part.n <= 8;
			for (size_t i = 0; i < part.n; i++)
				good = good &&
				       (is_letter(part.p[i]) || (!first && is_digit(part.p[i])));
			first = false;
		}
		if (!good)
			WRONG(c, column + (unsigned)(tag.p - v.p),
			        "write tags with commas between: en, pt-BR",
			        "%s: \"%.*s\" is not a language", field, STR_ARG(t));
	}
}

/* ---- Fields (RFC 9116 section 2.5) ---- */

static const struct {
	const char *name;
	void (*check)(struct check *c, const char *field, struct str v, unsigned column);
	bool once;
	bool required;
} fields[] = {
        {"Contact", check_uri, .required = true},
        {"Expires", check_expires, .once = true, .required = true},
        {"Encryption", check_uri},
        {"Acknowledgments", check_web},
        {"Preferred-Languages", check_languages, .once = true},
        {"Canonical", check_web},
        {"Policy", check_web},
        {"Hiring", check_web},
};
enum { FIELDS = sizeof fields / sizeof fields[0], CANONICAL = 5 };

static size_t
field_named(struct str name)
{
	for (size_t i = 0; i < FIELDS; i++)
		if (str_eq_nocase(name, str_of(fields[i].name)))
			return i;
	return FIELDS;
}

static void
check_field(struct check *c, struct str line, size_t colon)
{
	struct str name = str_sub(line, 0, colon), value = str_sub(line, colon + 1, SIZE_MAX);
	size_t which = field_named(name);
	unsigned column;

	if (!str_starts(value, STR(" ")))
		WRONG(c, (unsigned)colon + 2, NULL, "a space must follow the colon");
	value = str_trim(value);
	column = (unsigned)(value.p - line.p) + 1;
	if (value.n == 0) {
		WRONG(c, column, NULL, "\"%.*s\" has no value", STR_ARG(name));
		return;
	}
	if (which == FIELDS) {
		diags_add(c->advice, c->file, c->line, 1, "see whether it is spelt as intended",
		        "\"%.*s\" is not a field of RFC 9116", STR_ARG(name));
		return;
	}
	if (fields[which].once && c->seen[which] > 0)
		WRONG(c, 1, "keep one of them", "%s is there twice", fields[which].name);
	c->seen[which]++;
	fields[which].check(c, fields[which].name, value, column);
}

static void
check_line(struct check *c, struct str line)
{
	size_t colon;

	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	if (str_trim(line).n == 0 || line.p[0] == '#')
		return;
	colon = str_find(line, ':', 0);
	for (size_t i = 0; i < line.n && i < colon; i++) {
		if (!is_letter(line.p[i]) && !is_digit(line.p[i]) && line.p[i] != '-') {
			colon = SIZE_MAX;
			break;
		}
	}
	if (colon == SIZE_MAX || colon == 0)
		WRONG(c, 1, "write NAME: VALUE, or begin the line with #",
		        "the line is neither a field nor a comment");
	else
		check_field(c, line, colon);
}

/* Of an OpenPGP cleartext signature (RFC 4880 section 7) the text in between is the file. Lines
 * before it are skipped but counted. */
static struct str
signed_part(struct check *c, struct str text)
{
	struct str rest = text, line;
	size_t end;

	if (!str_starts(text, STR("-----BEGIN PGP SIGNED MESSAGE-----")))
		return text;
	while (str_cut(&rest, '\n', &line) && str_trim(line).n > 0)
		c->line++;
	c->line++;
	for (end = 0; end < rest.n; end = str_find(rest, '\n', end) + 1) {
		if (str_starts(str_sub(rest, end, SIZE_MAX), STR("-----BEGIN PGP SIGNATURE-----")))
			return str_sub(rest, 0, end);
		if (str_find(rest, '\n', end) == SIZE_MAX)
			break;
	}
	WRONG(c, 1, "sign it again", "the signature is not whole");
	return rest;
}

static void
check_whole(struct check *c)
{
	c->line = 0;
	for (size_t i = 0; i < FIELDS; i++)
		if (fields[i].required && c->seen[i] == 0)
			WRONG(c, 0, NULL, "%s is missing", fields[i].name);
	if (c->seen[CANONICAL] == 0)
		diags_add(c->advice, c->file, 0, 0, "say where the file belongs",
		        "Canonical is missing");
}

enum err
security_txt_check(const char *filename, struct str text, int64_t now_utc_s, struct diags *wrong,
        struct diags *advice)
{
	struct check c = {.file = filename, .now = now_utc_s, .wrong = wrong, .advice = advice};
	size_t bad, before = wrong->n + wrong->more;
	struct str line, rest;

	if (text.n > SECURITY_TXT_MAX)
		WRONG(&c, 0, "readers may refuse it", "is larger than %d bytes", SECURITY_TXT_MAX);
	else if (!str_utf8_valid(text, &bad))
		WRONG(&c, 0, NULL, "byte %zu is not UTF-8", bad + 1);
	if (wrong->n + wrong->more > before)
		return ERR_INVALID;
	rest = signed_part(&c, text);
	if (rest.n > 0 && rest.p[rest.n - 1] != '\n')
		diags_add(
		        wrong, filename, 0, 0, NULL, "the last line does not end in a line break");
	while (str_cut(&rest, '\n', &line)) {
		c.line++;
		check_line(&c, line);
	}
	check_whole(&c);
	diags_sort(wrong);
	return wrong->n + wrong->more > before ? ERR_INVALID : ERR_OK;
}
