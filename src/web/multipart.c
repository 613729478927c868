/* multipart/form-data, strictly and as a stream: nothing before the first boundary, CRLF line ends,
 * known part headers only, and a last boundary. The data of a part is passed on as it comes; what
 * may be the begin of a boundary is held back until that is known. */
#include "web/form.h"

enum { BOUNDARY_MAX = 70 }; /* RFC 2046 section 5.1.1 */

enum state {
	STATE_START, /* before the first boundary: as in a part's data, but there may be none */
	STATE_AFTER, /* two bytes after a boundary: CRLF or "--" */
	STATE_HEAD,
	STATE_DATA,
	STATE_END, /* after the last boundary: at most one CRLF */
};

struct multipart {
	struct arena *a;
	const struct multipart_sink *sink;
	void *ctx;
	enum state state;
	char delimiter[BOUNDARY_MAX + 5]; /* CRLF "--" boundary */
	size_t delimiter_n;
	size_t matched; /* bytes of it seen */
	uint64_t at;    /* offset of the next byte */
	char after[2];
	unsigned after_n;
	char head[FORM_PART_HEAD_MAX];
	size_t head_n;
	unsigned parts;
};

static enum err
broken(const struct multipart *m, struct diag *d, const char *what)
{
	return diag_set(d, ERR_SYNTAX, NULL, "broken multipart at byte %llu: %s",
	        (unsigned long long)m->at, what);
}

/* Takes "; NAME=VALUE" or "; NAME="VALUE"" off the front of *rest; VALUE still with its escapes. */
static bool
parameter(struct str *rest, struct str *name, struct str *value, bool *quoted)
{
	struct str s = str_trim(*rest);
	size_t eq, end;

	if (s.n == 0 || s.p[0] != ';')
		return false;
	s = str_trim(str_sub(s, 1, SIZE_MAX));
	eq = str_find(s, '=', 0);
	if (eq == SIZE_MAX || eq == 0)
		return false;
	*name = str_sub(s, 0, eq);
	s = str_sub(s, eq + 1, SIZE_MAX);
	*quoted = s.n > 0 && s.p[0] == '"';
	if (*quoted) {
		for (end = 1; end < s.n && s.p[end] != '"'; end++)
			if (s.p[end] == '\\')
				end++;
		if (end >= s.n)
			return false;
		*value = str_sub(s, 1, end - 1);
		*rest = str_sub(s, end + 1, SIZE_MAX);
	} else {
		end = str_find(s, ';', 0);
		*value = str_trim(str_sub(s, 0, end));
		*rest = end == SIZE_MAX ? STR("") : str_sub(s, end, SIZE_MAX);
	}
	return true;
}

enum err
multipart_new(struct arena *a, struct str content_type, const struct multipart_sink *sink,
        void *ctx, struct multipart **out, struct diag *d)
{
	struct str rest = str_sub(content_type, str_find(content_type, ';', 0), SIZE_MAX);
	struct str name, value, boundary = {0};
	struct multipart *m;
	bool quoted;

	while (parameter(&rest, &name, &value, &quoted))
		if (str_eq_nocase(name, STR("boundary")))
			boundary = value;
	if (boundary.n == 0 || boundary.n > BOUNDARY_MAX)
		return diag_set(d, ERR_SYNTAX, NULL, "the content type names no usable boundary");
	for (size_t i = 0; i < boundary.n; i++)
		if ((unsigned char)boundary.p[i] < 0x20 || (unsigned char)boundary.p[i] > 0x7e ||
		        boundary.p[i] == '\\' || boundary.p[i] == '"')
			return diag_set(d, ERR_SYNTAX, NULL, "bad character in the boundary");
	m = ARENA_NEW(a, struct multipart);
	m->a = a;
	m->sink = sink;
	m->ctx = ctx;
	memcpy(m->delimiter, "\r\n--", 4);
	memcpy(m->delimiter + 4, boundary.p, boundary.n);
	m->delimiter_n = boundary.n + 4;
	/* The first boundary stands without the line end before it. */
	m->matched = 2;
	*out = m;
	return ERR_OK;
}

/* Browsers send %22 %0D %0A for the three characters that would break the header (WHATWG HTML,
 * "multipart/form-data encoding algorithm"); curl and RFC 2045 put a backslash before '"' and '\'.
 */
static struct str
unquote(struct arena *a, struct str s)
{
	static const struct {
		struct str from;
		char to;
	} escapes[] = {{{"%22", 3}, '"'}, {{"%0D", 3}, '\r'}, {{"%0A", 3}, '\n'},
	        {{"\\\"", 2}, '"'}, {{"\\\\", 2}, '\\'}};
	char *to = arena_alloc(a, s.n + 1);
	size_t n = 0, i = 0;

	while (i < s.n) {
		size_t k = 0;

		while (k < sizeof escapes / sizeof *escapes &&
		        !str_starts(str_sub(s, i, SIZE_MAX), escapes[k].from))
			k++;
		if (k < sizeof escapes / sizeof *escapes) {
			to[n++] = escapes[k].to;
			i += escapes[k].from.n;
		} else {
			to[n++] = s.p[i++];
		}
	}
	return (struct str){to, n};
}

/* The last component, without what a terminal or a header could trip over. */
static struct str
safe_file_name(struct arena *a, struct str s)
{
	char *to = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '/' || s.p[i] == '\\')
			n = 0;
		else if ((unsigned char)s.p[i] >= 0x20 && s.p[i] != 0x7f)
			to[n++] = s.p[i];
	}
	return (struct str){to, n};
}

static enum err
read_disposition(struct multipart *m, struct str value, struct multipart_part *part, struct diag *d)
{
	size_t semicolon = str_find(value, ';', 0);
	struct str rest = str_sub(value, semicolon, SIZE_MAX), name, text;
	bool quoted;

	if (!str_eq_nocase(str_trim(str_sub(value, 0, semicolon)), STR("form-data")))
		return broken(m, d, "a part is not form-data");
	while (parameter(&rest, &name, &text, &quoted)) {
		if (quoted)
			text = unquote(m->a, text);
		if (str_eq_nocase(name, STR("name"))) {
			part->name = text;
		} else if (str_eq_nocase(name, STR("filename"))) {
			part->is_file = true;
			part->file_name = safe_file_name(m->a, text);
		}
	}
	if (str_trim(rest).n > 0)
		return broken(m, d, "a part's Content-Disposition cannot be read");
	return ERR_OK;
}

static enum err
read_head(struct multipart *m, struct multipart_part *part, struct diag *d)
{
	struct str rest = str_dup(m->a, (struct str){m->head, m->head_n}), line;
	enum err e;

	if (!str_utf8_valid(rest, NULL))
		return broken(m, d, "a part's headers are not UTF-8");
	while (rest.n > 0) {
		size_t end = str_find(rest, '\n', 0), colon;
		struct str name, value;

		line = str_sub(rest, 0, end);
		rest = end == SIZE_MAX ? STR("") : str_sub(rest, end + 1, SIZE_MAX);
		line = str_sub(
		        line, 0, line.n > 0 && line.p[line.n - 1] == '\r' ? line.n - 1 : line.n);
		if (line.n == 0)
			continue;
		colon = str_find(line, ':', 0);
		if (colon == SIZE_MAX || str_find(line, '\r', 0) != SIZE_MAX)
			return broken(m, d, "a part's header has no colon");
		name = str_sub(line, 0, colon);
		value = str_trim(str_sub(line, colon + 1, SIZE_MAX));
		if (str_eq_nocase(name, STR("content-disposition"))) {
			if (part->name.p != NULL)
				return broken(m, d, "a part has two Content-Dispositions");
			e = read_disposition(m, value, part, d);
			if (e != ERR_OK)
				return e;
		} else if (str_eq_nocase(name, STR("content-type"))) {
			part->type = value;
		} else if (str_eq_nocase(name, STR("content-transfer-encoding")) &&
		           !str_eq_nocase(value, STR("binary")) &&
		           !str_eq_nocase(value, STR("8bit")) &&
		           !str_eq_nocase(value, STR("7bit"))) {
			return broken(m, d, "a part has a transfer encoding");
		}
	}
	if (part->name.p == NULL || part->name.n == 0)
		return broken(m, d, "a part has no name");
	if (part->name.n > FORM_NAME_MAX || part->file_name.n > FORM_FILE_NAME_MAX)
		return diag_set(d, ERR_TOO_LARGE, NULL, "a part's name or file name is too long");
	return ERR_OK;
}

static enum err
head_byte(struct multipart *m, char c, struct diag *d)
{
	struct multipart_part part = {0};
	enum err e;

	if (m->head_n == sizeof m->head)
		return broken(m, d, "a part's headers are too long");
	m->head[m->head_n++] = c;
	if (!str_ends((struct str){m->head, m->head_n}, STR("\r\n\r\n")))
		return ERR_OK;
	e = read_head(m, &part, d);
	if (e != ERR_OK)
		return e;
	if (m->parts++ == FORM_FIELDS_MAX)
		return diag_set(
		        d, ERR_TOO_LARGE, NULL, "more than %d parts in the form", FORM_FIELDS_MAX);
	m->head_n = 0;
	m->state = STATE_DATA;
	m->matched = 0;
	return m->sink->begin(m->ctx, &part, d);
}

static enum err
after_byte(struct multipart *m, char c, struct diag *d)
{
	m->after[m->after_n++] = c;
	if (m->after_n < 2)
		return ERR_OK;
	m->after_n = 0;
	if (memcmp(m->after, "\r\n", 2) == 0)
		m->state = STATE_HEAD;
	else if (memcmp(m->after, "--", 2) == 0)
		m->state = STATE_END;
	else
		return broken(m, d, "a boundary is followed by something else");
	return ERR_OK;
}

/* Takes as many bytes of data as can be decided at once; *used says how many. The delimiter begins
 * with CR and has no other, so that a failed match can only restart at the byte that broke it. */
static enum err
data_bytes(struct multipart *m, struct str s, size_t *used, struct diag *d)
{
	enum err e = ERR_OK;
	size_t n;

	if (m->matched == 0) {
		n = str_find(s, '\r', 0);
		*used = n == SIZE_MAX ? s.n : n;
		if (*used > 0)
			return m->sink->data(m->ctx, str_sub(s, 0, *used), d);
		m->matched = 1;
		*used = 1;
		return ERR_OK;
	}
	if (s.p[0] == m->delimiter[m->matched]) {
		*used = 1;
		if (++m->matched < m->delimiter_n)
			return ERR_OK;
		if (m->state == STATE_DATA)
			e = m->sink->end(m->ctx, d);
		m->state = STATE_AFTER;
		return e;
	}
	if (m->state == STATE_START)
		return broken(m, d, "it does not begin with the boundary");
	n = m->matched;
	m->matched = 0;
	*used = 0;
	return m->sink->data(m->ctx, (struct str){m->delimiter, n}, d);
}

enum err
multipart_feed(struct multipart *m, struct str bytes, struct diag *d)
{
	while (bytes.n > 0) {
		size_t used = 1;
		enum err e = ERR_OK;

		switch (m->state) {
		case STATE_START:
		case STATE_DATA:
			e = data_bytes(m, bytes, &used, d);
			break;
		case STATE_AFTER:
			e = after_byte(m, bytes.p[0], d);
			break;
		case STATE_HEAD:
			e = head_byte(m, bytes.p[0], d);
			break;
		case STATE_END:
			if (m->after_n == 2 || bytes.p[0] != "\r\n"[m->after_n])
				return broken(m, d, "something follows the last boundary");
			m->after_n++;
			break;
		}
		if (e != ERR_OK)
			return e;
		m->at += used;
		bytes = str_sub(bytes, used, SIZE_MAX);
	}
	return ERR_OK;
}

enum err
multipart_finish(struct multipart *m, struct diag *d)
{
	if (m->state != STATE_END)
		return broken(m, d, "it ends before the last boundary");
	return ERR_OK;
}
