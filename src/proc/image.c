/* Pictures: which kind it is, reading and writing bytes, the PNG that is written. */
#include "proc/image.h"

#include "proc/image_io.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

size_t
image_input_read(struct image_input *in, void *p, size_t n)
{
	ssize_t got;

	if (in->head_at < in->head_n) {
		size_t left = in->head_n - in->head_at;

		n = n < left ? n : left;
		memcpy(p, in->head + in->head_at, n);
		in->head_at += n;
		return n;
	}
	if (in->failed != ERR_OK)
		return 0;
	do
		got = read(in->fd, p, n);
	while (got < 0 && errno == EINTR);
	if (got < 0) {
		in->failed = ERR_IO;
		return 0;
	}
	in->taken += (size_t)got;
	if (in->taken > IMAGE_INPUT_MAX) {
		in->failed = ERR_TOO_LARGE;
		return 0;
	}
	return (size_t)got;
}

enum err
image_size_check(uint64_t width, uint64_t height)
{
	if (width == 0 || height == 0)
		return ERR_INVALID;
	if (width > IMAGE_SIDE_MAX || height > IMAGE_SIDE_MAX || width * height > IMAGE_PIXELS_MAX)
		return ERR_TOO_LARGE;
	return ERR_OK;
}

/* ---- Writing ---- */

static bool
flush(struct image_output *o)
{
	size_t at = 0;

	while (at < o->n) {
		ssize_t r = write(o->fd, o->buffer + at, o->n - at);

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0) {
			o->failed = ERR_IO;
			return false;
		}
		at += (size_t)r;
	}
	o->n = 0;
	return true;
}

static void
on_bytes(png_structp png, png_bytep p, size_t n)
{
	struct image_output *o = png_get_io_ptr(png);

	o->written += n;
	if (o->written > IMAGE_OUTPUT_MAX) {
		o->failed = ERR_TOO_LARGE;
		png_error(png, "too large");
	}
	while (n > 0) {
		size_t room = sizeof o->buffer - o->n;
		size_t part = n < room ? n : room;

		memcpy(o->buffer + o->n, p, part);
		o->n += part;
		p += part;
		n -= part;
		if (o->n == sizeof o->buffer && !flush(o))
			png_error(png, "write");
	}
}

static void
on_flush(png_structp png)
{
	(void)png;
}

static void
on_warning(png_structp png, png_const_charp text)
{
	(void)png;
	(void)text;
}

/* libpng's own would print to stderr. */
static PNG_NORETURN void
on_error(png_structp png, png_const_charp text)
{
	(void)text;
	png_longjmp(png, 1);
}

static enum err
why(const struct image_output *o)
{
	return o->failed != ERR_OK ? o->failed : ERR_IO;
}

enum err
image_output_open(struct image_output *o, uint32_t width, uint32_t height, bool alpha)
{
	o->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, on_error, on_warning);
	if (o->png == NULL)
		return ERR_IO;
	o->info = png_create_info_struct(o->png);
	if (o->info == NULL || setjmp(png_jmpbuf(o->png)) != 0)
		return why(o);
	png_set_write_fn(o->png, o, on_bytes, on_flush);
	/* Quick rather than small: the page that shows it is read once or twice. */
	png_set_compression_level(o->png, 1);
	png_set_filter(o->png, PNG_FILTER_TYPE_BASE, PNG_FILTER_SUB);
	png_set_IHDR(o->png, o->info, width, height, 8,
	        alpha ? PNG_COLOR_TYPE_RGBA : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
	        PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	png_write_info(o->png, o->info);
	return ERR_OK;
}

enum err
image_output_row(struct image_output *o, const unsigned char *row)
{
	if (setjmp(png_jmpbuf(o->png)) != 0)
		return why(o);
	png_write_row(o->png, row);
	return ERR_OK;
}

enum err
image_output_end(struct image_output *o)
{
	if (setjmp(png_jmpbuf(o->png)) != 0)
		return why(o);
	png_write_end(o->png, o->info);
	return flush(o) ? ERR_OK : why(o);
}

void
image_output_clear(struct image_output *o)
{
	png_destroy_write_struct(&o->png, &o->info);
}

/* ---- Which kind ---- */

static void
read_head(struct image_input *in)
{
	while (in->head_n < sizeof in->head) {
		/* Not what was read before, but more. */
		size_t keep = in->head_at = in->head_n;
		size_t got = image_input_read(in, in->head + keep, sizeof in->head - keep);

		if (got == 0)
			break;
		in->head_n += got;
	}
	in->head_at = 0;
}

enum err
image_redraw(int in_fd, int out_fd)
{
	static const unsigned char jpeg[] = {0xFF, 0xD8, 0xFF};
	struct image_input in = {.fd = in_fd};
	struct image_output *out = calloc(1, sizeof *out);
	enum err e = ERR_INVALID;

	if (out == NULL)
		return ERR_IO;
	out->fd = out_fd;
	read_head(&in);
	if (in.head_n == 8 && png_sig_cmp(in.head, 0, 8) == 0)
		e = image_png(&in, out);
	else if (in.head_n == 8 && memcmp(in.head, jpeg, sizeof jpeg) == 0)
		e = image_jpeg(&in, out);
	if (e == ERR_OK)
		e = image_output_end(out);
	if (e != ERR_OK && in.failed != ERR_OK)
		e = in.failed;
	image_output_clear(out);
	free(out);
	return e;
}
