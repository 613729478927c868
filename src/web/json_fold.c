/* Folding of long texts in JSON. */
#include "web/json_fold.h"

#include <stdlib.h>

enum {
	PIECE_MIN = 64, /* shorter ones are not worth a mark */
	PIECES_MAX = 1 << 16,
	INDEX_DIGITS = 4,              /* hexadecimal */
	MARK_BYTES = 6 + INDEX_DIGITS, /* \u0000 and the index */
	READ_BYTES = 1 + INDEX_DIGITS, /* what jansson makes of it */
};

static const char hex[] = "0123456789abcdef";

struct folding {
	struct str body;
	char *text; /* no longer than the body, since a mark is shorter than its piece */
	size_t n;
	struct json_piece *pieces;
	size_t pieces_n;
	size_t nul_at; /* SIZE_MAX: there is none */
};

static void
copy(struct folding *f, size_t from, size_t end)
{
	if (end > from)
		memcpy(f->text + f->n, f->body.p + from, end - from);
	f->n += end - from;
}

static void
mark(struct folding *f, size_t from, size_t end)
{
	char *p = f->text + f->n;

	memcpy(p, "\\u0000", 6);
	for (unsigned i = 0; i < INDEX_DIGITS; i++)
		p[6 + i] = hex[f->pieces_n >> (4 * (INDEX_DIGITS - 1 - i)) & 15];
	f->pieces[f->pieces_n++] = (struct json_piece){str_sub(f->body, from, end - from), f->n};
	f->n += MARK_BYTES;
}

static size_t
plain_end(struct str s, size_t i)
{
	while (i < s.n && s.p[i] != '"' && s.p[i] != '\\' && (unsigned char)s.p[i] >= 0x20)
		i++;
	return i;
}

/* A whole escape, which is jansson's to judge; or a control character, which it will refuse. */
static size_t
odd_end(struct folding *f, size_t i)
{
	struct str rest = str_sub(f->body, i, SIZE_MAX);
	size_t n = rest.p[0] != '\\' ? 1 : str_starts(rest, STR("\\u")) ? 6 : 2;

	if (f->nul_at == SIZE_MAX && str_starts(rest, STR("\\u0000")))
		f->nul_at = i;
	/* A wrong one may end inside a character. */
	while (n < rest.n && ((unsigned char)rest.p[n] & 0xC0) == 0x80)
		n++;
	return i + (n < rest.n ? n : rest.n);
}

static bool
is_key(struct str s, size_t end)
{
	while (end < s.n &&
	        (s.p[end] == ' ' || s.p[end] == '\t' || s.p[end] == '\n' || s.p[end] == '\r'))
		end++;
	return end < s.n && s.p[end] == ':';
}

/* The string that begins at FROM, with both its quotes. Keys are left whole, so that jansson sees
 * which of them are there twice. */
static size_t
fold_string(struct folding *f, size_t from)
{
	const size_t n_before = f->n, pieces_before = f->pieces_n;
	size_t i = from + 1;

	copy(f, from, i);
	while (i < f->body.n && f->body.p[i] != '"') {
		size_t end = plain_end(f->body, i);

		if (end - i >= PIECE_MIN && f->pieces_n < PIECES_MAX)
			mark(f, i, end);
		else
			copy(f, i, end);
		i = end;
		if (i == f->body.n || f->body.p[i] == '"')
			break;
		end = odd_end(f, i);
		copy(f, i, end);
		i = end;
	}
	if (i < f->body.n) {
		copy(f, i, i + 1);
		i++;
	}
	if (f->pieces_n > pieces_before && is_key(f->body, i)) {
		f->n = n_before;
		f->pieces_n = pieces_before;
		copy(f, from, i);
	}
	return i;
}

enum json_fold_fault
json_fold(
        struct arena *a, struct str body, unsigned depth_max, struct json_folded *out, size_t *bad)
{
	struct folding f = {
	        .body = body,
	        .text = arena_alloc(a, body.n + 1),
	        .pieces = ARENA_ARRAY(a, body.n / PIECE_MIN + 1, struct json_piece),
	        .nul_at = SIZE_MAX,
	};
	unsigned depth = 0;
	size_t i = 0, end;

	for (; i < body.n; i = end) {
		char c = body.p[i];

		end = i + 1;
		if (c == '"') {
			end = fold_string(&f, i);
			continue;
		}
		copy(&f, i, end);
		/* Jansson recurses for each level; this is looked at before it starts. */
		if ((c == '{' || c == '[') && ++depth > depth_max) {
			*bad = i;
			return JSON_FOLD_DEEP;
		}
		if ((c == '}' || c == ']') && depth > 0)
			depth--;
	}
	if (f.nul_at != SIZE_MAX) {
		*bad = f.nul_at;
		return JSON_FOLD_NUL;
	}
	*out = (struct json_folded){body, {f.text, f.n}, f.pieces, f.pieces_n};
	return JSON_FOLD_WELL;
}

/* The piece whose mark stands at S.p[at]. */
static struct str
piece_at(const struct json_folded *f, struct str s, size_t at)
{
	size_t index = 0;

	for (unsigned i = 0; i < INDEX_DIGITS; i++) {
		const char *digit = at + 1 + i < s.n ? strchr(hex, s.p[at + 1 + i]) : NULL;

		if (digit == NULL)
			abort(); /* no NUL but ours gets past json_fold */
		index = index << 4 | (size_t)(digit - hex);
	}
	if (index >= f->n)
		abort();
	return f->pieces[index].of;
}

/* The next mark from AT on, or the end. */
static size_t
mark_after(struct str s, size_t at)
{
	const char *p = at < s.n ? memchr(s.p + at, '\0', s.n - at) : NULL;

	return p != NULL ? (size_t)(p - s.p) : s.n;
}

struct str
json_unfold(struct arena *a, const struct json_folded *f, struct str s)
{
	size_t n = 0;
	char *p;

	for (size_t i = 0, end; i < s.n; i = end + READ_BYTES) {
		end = mark_after(s, i);
		n += end - i + (end < s.n ? piece_at(f, s, end).n : 0);
	}
	p = arena_array(a, n + 1, 1);
	n = 0;
	for (size_t i = 0, end; i < s.n; i = end + READ_BYTES) {
		struct str piece = {NULL, 0};

		end = mark_after(s, i);
		if (end < s.n)
			piece = piece_at(f, s, end);
		memcpy(p + n, s.p + i, end - i);
		n += end - i;
		if (piece.n > 0)
			memcpy(p + n, piece.p, piece.n);
		n += piece.n;
	}
	return (struct str){p, n};
}

size_t
json_unfold_at(const struct json_folded *f, size_t at)
{
	size_t taken = 0;

	for (size_t i = 0; i < f->n && f->pieces[i].at < at; i++)
		taken += f->pieces[i].of.n - MARK_BYTES;
	return at + taken < f->body.n ? at + taken : f->body.n;
}
