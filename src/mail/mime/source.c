/* Bytes of the message as it stands in its file: what GMime reads, and what has to be exact. */
#include "mail/mime/walk.h"

GMimeStream *
source_bytes(int fd, uint64_t from, uint64_t to)
{
	GMimeStream *s = g_mime_stream_fs_new_with_bounds(fd, (int64_t)from, (int64_t)to);

	g_mime_stream_fs_set_owner(GMIME_STREAM_FS(s), FALSE);
	return s;
}

static void
add_source(GMimeStream *cat, GMimeStream *piece)
{
	g_mime_stream_cat_add_source(GMIME_STREAM_CAT(cat), piece);
	g_object_unref(piece);
}

GMimeStream *
source_open(int fd, const struct scan *s, bool headers_only)
{
	GMimeStream *cat;
	uint64_t end = headers_only ? s->header_end : s->end;

	if (!s->header_cut && !s->header_broken)
		return source_bytes(fd, s->begin, end);
	cat = g_mime_stream_cat_new();
	for (size_t i = 0; i < s->pieces_n; i++)
		add_source(cat, source_bytes(fd, s->pieces[i].from, s->pieces[i].to));
	if (s->header_broken)
		add_source(cat, g_mime_stream_mem_new_with_buffer("\r\n", 2));
	if (s->header_end < end)
		add_source(cat, source_bytes(fd, s->header_end, end));
	return cat;
}

/* ---- Signed ---- */

/* Copies the bytes FROM … TO of the message as it is read into the parts file, every line end as
 * CRLF: what a signature is over (RFC 3156 section 5). */
static void
copy_canonical(struct walk *w, int64_t from, int64_t to)
{
	GMimeStream *piece = g_mime_stream_substream(w->stream, from, to);
	char in[8192], out[2 * sizeof in], before = '\0';
	ssize_t n;

	g_mime_stream_reset(piece);
	while ((n = g_mime_stream_read(piece, in, sizeof in)) > 0) {
		size_t k = 0;

		for (ssize_t i = 0; i < n; i++) {
			if (in[i] == '\n' && before != '\r')
				out[k++] = '\r';
			out[k++] = before = in[i];
		}
		sink_add(&w->sink, out, k);
	}
	g_object_unref(piece);
}

/* Where the header of OBJECT begins; -1 if it has none. */
static int64_t
begin_of(GMimeObject *object)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(object);

	if (g_mime_header_list_get_count(list) == 0)
		return -1;
	return g_mime_header_get_offset(g_mime_header_list_get_header_at(list, 0));
}

/* Where the border line that ends at AT began, with the line end before it; -1 if none is there. */
static int64_t
border_before(struct walk *w, int64_t at, int64_t after)
{
	char line[1024];
	int64_t from = at - (int64_t)sizeof line > after ? at - (int64_t)sizeof line : after;
	GMimeStream *piece = g_mime_stream_substream(w->stream, from, at);
	ssize_t n, got = 0;

	g_mime_stream_reset(piece);
	while (got < (ssize_t)sizeof line &&
	        (n = g_mime_stream_read(piece, line + got, sizeof line - (size_t)got)) > 0)
		got += n;
	g_object_unref(piece);
	/* Behind the border its line end, before it another. */
	for (n = got - 2; n >= 0 && line[n] != '\n'; n--)
		;
	if (n < 0 || n + 2 >= got || line[n + 1] != '-' || line[n + 2] != '-')
		return -1;
	if (n > 0 && line[n - 1] == '\r')
		n--;
	return from + n;
}

bool
source_signed(struct walk *w, GMimeObject *content, GMimeObject *signature, struct mail_extent *out)
{
	int64_t from = begin_of(content), next = begin_of(signature), to = -1;
	uint64_t at = w->sink.at;

	if (from >= 0 && next > from)
		to = border_before(w, next, from);
	if (to < from)
		return false;
	copy_canonical(w, from, to);
	*out = sink_since(&w->sink, at);
	return true;
}

/* ---- Objects ---- */

struct mail_extent
source_object(struct walk *w, GMimeObject *object, bool *cut)
{
	GMimeStream *to = g_mime_stream_fs_new_with_bounds(
	        w->sink.fd, (int64_t)w->sink.at, MAIL_PARTS_FILE_MAX);
	uint64_t at = w->sink.at;

	g_mime_stream_fs_set_owner(GMIME_STREAM_FS(to), FALSE);
	*cut = g_mime_object_write_to_stream(object, NULL, to) < 0;
	g_mime_stream_flush(to);
	w->sink.at = (uint64_t)g_mime_stream_tell(to);
	w->sink.full = w->sink.full || *cut;
	g_object_unref(to);
	return sink_since(&w->sink, at);
}
