/* Joining flowed lines. */
#include "mail/mime/flowed.h"

#include "mail/mime/charset.h"

/* The next line of *REST without its end: LF, CRLF, or CR alone. */
static bool
next_line(struct str *rest, struct str *line)
{
	size_t n = 0, end;

	if (rest->n == 0)
		return false;
	while (n < rest->n && rest->p[n] != '\n' && rest->p[n] != '\r')
		n++;
	end = n;
	if (end < rest->n && rest->p[end] == '\r')
		end++;
	if (end < rest->n && rest->p[end] == '\n')
		end++;
	*line = str_sub(*rest, 0, n);
	*rest = str_sub(*rest, end, rest->n);
	return true;
}

void
plain_lines(struct str text, struct buf *out)
{
	struct str line;

	while (next_line(&text, &line)) {
		utf8_add(out, line);
		utf8_add(out, STR("\n"));
	}
}

static size_t
take_quotes(struct str *line)
{
	size_t depth = 0;

	while (depth < line->n && line->p[depth] == '>')
		depth++;
	*line = str_sub(*line, depth, line->n);
	return depth;
}

static void
add_quotes(struct buf *out, size_t depth)
{
	for (size_t i = 0; i < depth; i++)
		utf8_add(out, STR("> "));
}

void
flowed_join(struct str text, bool delsp, struct buf *out)
{
	bool open = false; /* the paragraph goes on in the next line */
	size_t open_depth = 0;
	struct str line;

	while (next_line(&text, &line)) {
		size_t depth = take_quotes(&line);
		bool signature, soft;

		if (line.n > 0 && line.p[0] == ' ')
			line = str_sub(line, 1, line.n);
		signature = str_eq(line, STR("-- "));
		soft = line.n > 0 && line.p[line.n - 1] == ' ' && !signature;
		/* Quoted deeper or less, or a signature: what was open ends (section 4.5). */
		if (open && (depth != open_depth || signature)) {
			utf8_add(out, STR("\n"));
			open = false;
		}
		if (!open)
			add_quotes(out, depth);
		utf8_add(out, soft && delsp ? str_sub(line, 0, line.n - 1) : line);
		if (!soft)
			utf8_add(out, STR("\n"));
		open = soft;
		open_depth = depth;
	}
	if (open)
		utf8_add(out, STR("\n"));
}
