/* Reading PNG (RFC 2083) with libpng. */
#include "proc/image_io.h"

#include <stdlib.h>

struct reader {
	struct image_input *in;
	png_structp png;
	png_infop info;
	unsigned char *pixels; /* one row, or of an interlaced picture all */
};

static void
on_read(png_structp png, png_bytep p, size_t n)
{
	struct reader *r = png_get_io_ptr(png);

	while (n > 0) {
		size_t got = image_input_read(r->in, p, n);

		if (got == 0)
			png_error(png, "end");
		p += got;
		n -= got;
	}
}

static void
on_warning(png_structp png, png_const_charp text)
{
	(void)png;
	(void)text;
}

static PNG_NORETURN void
on_error(png_structp png, png_const_charp text)
{
	(void)text;
	png_longjmp(png, 1);
}

/* Parts of a file that are about the picture, not of it: never parsed. */
static void
skip_metadata(png_structp png)
{
	static const unsigned char names[] =
	        "bKGD\0cHRM\0eXIf\0gAMA\0hIST\0iCCP\0iTXt\0oFFs\0pCAL\0"
	        "pHYs\0sBIT\0sCAL\0sPLT\0sRGB\0sTER\0tEXt\0tIME\0zTXt";

	png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, 0);
	png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, names, sizeof names / 5);
}

/* Reads up to the pixels and asks for RGB or RGBA rows of 8 bits. */
static enum err
begin(struct reader *r, struct image_output *out, int *passes)
{
	uint32_t width, height;
	bool alpha;
	enum err e;

	png_set_read_fn(r->png, r, on_read);
	png_set_user_limits(r->png, IMAGE_SIDE_MAX * 4, IMAGE_SIDE_MAX * 4);
	png_set_chunk_malloc_max(r->png, IMAGE_CHUNK_MAX);
	skip_metadata(r->png);
	png_read_info(r->png, r->info);
	width = png_get_image_width(r->png, r->info);
	height = png_get_image_height(r->png, r->info);
	e = image_size_check(width, height);
	if (e != ERR_OK)
		return e;
	png_set_expand(r->png);
	png_set_scale_16(r->png);
	png_set_gray_to_rgb(r->png);
	*passes = png_set_interlace_handling(r->png);
	png_read_update_info(r->png, r->info);
	alpha = png_get_channels(r->png, r->info) == 4;
	if (png_get_rowbytes(r->png, r->info) != (size_t)width * (alpha ? 4 : 3))
		return ERR_INVALID;
	return image_output_open(out, width, height, alpha);
}

static enum err
copy_rows(struct reader *r, struct image_output *out, int passes)
{
	size_t height = png_get_image_height(r->png, r->info);
	size_t row = png_get_rowbytes(r->png, r->info), size = row;
	enum err e = ERR_OK;

	if (passes > 1 && __builtin_mul_overflow(row, height, &size))
		return ERR_TOO_LARGE;
	r->pixels = calloc(1, size);
	if (r->pixels == NULL)
		return ERR_TOO_LARGE;
	for (int pass = 0; passes > 1 && pass < passes; pass++) {
		for (size_t y = 0; y < height; y++)
			png_read_row(r->png, r->pixels + y * row, NULL);
	}
	for (size_t y = 0; e == ERR_OK && y < height; y++) {
		if (passes == 1)
			png_read_row(r->png, r->pixels, NULL);
		e = image_output_row(out, r->pixels + (passes > 1 ? y * row : 0));
	}
	return e;
}

/* Where libpng jumps to on error: no local of this function changes between. */
static enum err
read_all(struct reader *r, struct image_output *out)
{
	int passes;
	enum err e;

	if (setjmp(png_jmpbuf(r->png)) != 0)
		return ERR_INVALID;
	e = begin(r, out, &passes);
	if (e == ERR_OK)
		e = copy_rows(r, out, passes);
	if (e == ERR_OK)
		png_read_end(r->png, NULL);
	return e;
}

enum err
image_png(struct image_input *in, struct image_output *out)
{
	struct reader *r = calloc(1, sizeof *r);
	enum err e = ERR_IO;

	if (r == NULL)
		return ERR_IO;
	r->in = in;
	r->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, on_error, on_warning);
	if (r->png != NULL)
		r->info = png_create_info_struct(r->png);
	if (r->info != NULL)
		e = read_all(r, out);
	png_destroy_read_struct(&r->png, &r->info, NULL);
	free(r->pixels);
	free(r);
	return e;
}
