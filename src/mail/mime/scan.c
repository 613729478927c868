/* The first look: one pass, a line at a time, in constant memory. */
#include "mail/mime/scan.h"

#include "base/str.h"

#include <strings.h>
#include <unistd.h>

enum { CHUNK = 32 * 1024, LINE_KEPT = 1024, BOUNDARIES_MAX = 64, BOUNDARY_MAX = 250 };

struct boundary {
	char text[BOUNDARY_MAX];
	size_t n;
};

struct scanner {
	struct scan *s;
	uint64_t at;          /* of the byte that comes */
	uint64_t line_at;     /* where its line began */
	char line[LINE_KEPT]; /* its beginning */
	size_t line_n;
	bool cr; /* the byte before was CR */
	bool in_header;
	unsigned lines, delimiters;
	uint64_t kept_n;
	bool lf_alone, cr_alone, crlf;
	struct boundary boundaries[BOUNDARIES_MAX];
	size_t boundaries_n;
};

/* Keeps the value of a boundary parameter in this line, if there is one. */
static void
learn_boundary(struct scanner *c)
{
	struct str line = {c->line, c->line_n}, value;
	struct boundary *b;
	size_t i = 0, n = 0;

	while (i + 9 <= line.n && strncasecmp(line.p + i, "boundary", 8) != 0)
		i++;
	if (i + 9 > line.n || c->boundaries_n == BOUNDARIES_MAX)
		return;
	value = str_trim(str_sub(line, i + 8, line.n));
	if (value.n < 2 || value.p[0] != '=')
		return;
	value = str_trim(str_sub(value, 1, value.n));
	if (value.n > 0 && value.p[0] == '"') {
		value = str_sub(value, 1, value.n);
		while (n < value.n && value.p[n] != '"')
			n++;
	} else {
		while (n < value.n && value.p[n] != ';' && value.p[n] != ' ')
			n++;
	}
	if (n == 0 || n > BOUNDARY_MAX)
		return;
	b = &c->boundaries[c->boundaries_n++];
	memcpy(b->text, value.p, n);
	b->n = n;
}

static bool
is_delimiter(const struct scanner *c)
{
	if (c->line_n < 3 || c->line[0] != '-' || c->line[1] != '-')
		return false;
	for (size_t i = 0; i < c->boundaries_n; i++) {
		const struct boundary *b = &c->boundaries[i];

		if (c->line_n >= b->n + 2 && memcmp(c->line + 2, b->text, b->n) == 0)
			return true;
	}
	return false;
}

/* True if LINE may stand in a header: a field's name and colon, or the rest of a field (RFC 5322
 * section 2.2, and white space before the colon as of section 4.5). */
static bool
is_header(struct str line)
{
	size_t n = 0;

	if (line.p[0] == ' ' || line.p[0] == '\t')
		return true;
	while (n < line.n && line.p[n] > ' ' && line.p[n] < 0x7F && line.p[n] != ':')
		n++;
	if (n == 0)
		return false;
	while (n < line.n && (line.p[n] == ' ' || line.p[n] == '\t'))
		n++;
	return n < line.n && line.p[n] == ':';
}

/* Keeps FROM … TO of the header. */
static void
keep(struct scan *s, uint64_t from, uint64_t to)
{
	struct scan_piece *last = s->pieces_n > 0 ? &s->pieces[s->pieces_n - 1] : NULL;

	if (last != NULL && last->to == from)
		last->to = to;
	else if (s->pieces_n < SCAN_PIECES_MAX)
		s->pieces[s->pieces_n++] = (struct scan_piece){from, to};
	else
		s->header_cut = true;
}

/* A line of the header, with its end. Of one that is too long the beginning and the line end are
 * kept. */
static void
header_line(struct scanner *c, uint64_t next)
{
	uint64_t n = next - c->line_at;

	if (++c->lines > SCAN_LINES_MAX || c->kept_n >= SCAN_HEADER_MAX) {
		c->s->header_cut = true;
		return;
	}
	if (n > SCAN_LINE_MAX) {
		c->s->header_cut = true;
		keep(c->s, c->line_at, c->line_at + SCAN_LINE_MAX);
		keep(c->s, next - 1, next);
		n = SCAN_LINE_MAX;
	} else {
		keep(c->s, c->line_at, next);
	}
	c->kept_n += n;
}

/* A line ended; the next begins at NEXT. */
static void
end_line(struct scanner *c, uint64_t next)
{
	struct scan *s = c->s;
	struct str line = {c->line, c->line_n};

	if (c->line_at == 0 &&
	        (str_starts(line, STR("From ")) || str_starts(line, STR(">From ")))) {
		s->begin = next;
	} else if (c->in_header && (line.n == 0 || !is_header(line))) {
		c->in_header = false;
		s->header_end = c->line_at;
		s->header_broken = line.n > 0;
	} else if (c->in_header) {
		header_line(c, next);
	}
	if (line.n >= 10)
		learn_boundary(c);
	if (is_delimiter(c) && ++c->delimiters == SCAN_DELIMITERS_MAX && s->end == UINT64_MAX)
		s->end = c->line_at;
	c->line_n = 0;
	c->line_at = next;
}

static void
take(struct scanner *c, char b)
{
	if (c->cr && b != '\n') {
		/* CR alone ends no line for a reader of mail. */
		c->cr_alone = true;
		if (c->line_n < LINE_KEPT)
			c->line[c->line_n++] = '\r';
	}
	if (b == '\n') {
		*(c->cr ? &c->crlf : &c->lf_alone) = true;
		end_line(c, c->at + 1);
	} else if (b != '\r' && c->line_n < LINE_KEPT) {
		c->line[c->line_n++] = b;
	}
	if (b == '\0')
		c->s->nul = true;
	c->cr = b == '\r';
	c->at++;
}

enum err
scan_message(int fd, uint64_t max, struct scan *out)
{
	struct scan s = {.end = UINT64_MAX};
	struct scanner c = {.s = &s, .in_header = true};
	char chunk[CHUNK];
	off_t size = lseek(fd, 0, SEEK_END);

	if (size < 0)
		return ERR_IO;
	s.size = (uint64_t)size;
	if (s.size > max)
		s.end = max;
	while (c.at < s.size && c.at < max) {
		size_t want = max - c.at < CHUNK ? (size_t)(max - c.at) : CHUNK;
		ssize_t n = pread(fd, chunk, want, (off_t)c.at);

		if (n <= 0)
			return ERR_IO;
		for (ssize_t i = 0; i < n; i++)
			take(&c, chunk[i]);
	}
	if (c.line_n > 0)
		end_line(&c, c.at);
	if (c.in_header)
		s.header_end = c.at;
	if (s.end > s.size)
		s.end = s.size;
	s.mixed_line_ends = c.cr_alone || (c.crlf && c.lf_alone);
	*out = s;
	return ERR_OK;
}
