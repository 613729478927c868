/* Reading JPEG (ITU-T T.81) with libjpeg. */
#include "proc/image_io.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

struct reader {
	struct jpeg_decompress_struct jpeg;
	struct jpeg_error_mgr errors;
	struct jpeg_source_mgr source;
	struct image_input *in;
	struct jpeg_progress_mgr progress;
	jmp_buf failed;
	unsigned char buffer[65536];
	unsigned char row[IMAGE_SIDE_MAX * 3];
};

/* A progressive picture is gone over once for each scan: a small file can ask for very many. */
enum { SCANS_MAX = 200 };

static struct reader *
of(j_common_ptr jpeg)
{
	return jpeg->client_data;
}

static _Noreturn void
on_error(j_common_ptr jpeg)
{
	longjmp(of(jpeg)->failed, 1);
}

static void
on_message(j_common_ptr jpeg)
{
	(void)jpeg;
}

/* What libjpeg would mend and go on with is as good as broken. */
static void
on_warning(j_common_ptr jpeg, int level)
{
	if (level < 0)
		on_error(jpeg);
}

static void
on_progress(j_common_ptr jpeg)
{
	struct reader *r = of(jpeg);

	if (r->jpeg.input_scan_number > SCANS_MAX)
		on_error(jpeg);
}

static void
on_begin(j_decompress_ptr jpeg)
{
	(void)jpeg;
}

static boolean
on_fill(j_decompress_ptr jpeg)
{
	struct reader *r = of((j_common_ptr)jpeg);
	size_t n = image_input_read(r->in, r->buffer, sizeof r->buffer);

	if (n == 0)
		on_error((j_common_ptr)jpeg);
	r->source.next_input_byte = r->buffer;
	r->source.bytes_in_buffer = n;
	return TRUE;
}

static void
on_skip(j_decompress_ptr jpeg, long n)
{
	struct reader *r = of((j_common_ptr)jpeg);

	while (n > 0 && (unsigned long)n > r->source.bytes_in_buffer) {
		n -= (long)r->source.bytes_in_buffer;
		on_fill(jpeg);
	}
	if (n > 0) {
		r->source.next_input_byte += n;
		r->source.bytes_in_buffer -= (size_t)n;
	}
}

static void
prepare(struct reader *r)
{
	r->jpeg.err = jpeg_std_error(&r->errors);
	r->errors.error_exit = on_error;
	r->errors.output_message = on_message;
	r->errors.emit_message = on_warning;
	r->jpeg.client_data = r;
}

static enum err
copy(struct reader *r, struct image_output *out)
{
	struct jpeg_decompress_struct *j = &r->jpeg;
	JSAMPROW row = r->row;
	enum err e;

	jpeg_create_decompress(j);
	r->source = (struct jpeg_source_mgr){.init_source = on_begin,
	        .fill_input_buffer = on_fill,
	        .skip_input_data = on_skip,
	        .resync_to_restart = jpeg_resync_to_restart,
	        .term_source = on_begin};
	j->src = &r->source;
	r->progress.progress_monitor = on_progress;
	j->progress = &r->progress;
	j->mem->max_memory_to_use = IMAGE_MEMORY_MAX / 2;
	if (jpeg_read_header(j, TRUE) != JPEG_HEADER_OK)
		return ERR_INVALID;
	e = image_size_check(j->image_width, j->image_height);
	if (e != ERR_OK)
		return e;
	/* libjpeg gives RGB of grey and YCbCr; print colours (CMYK) are no screenshot. */
	j->out_color_space = JCS_RGB;
	jpeg_start_decompress(j);
	if (j->output_components != 3 || j->output_width > IMAGE_SIDE_MAX)
		return ERR_INVALID;
	e = image_output_open(out, j->output_width, j->output_height, false);
	while (e == ERR_OK && j->output_scanline < j->output_height) {
		if (jpeg_read_scanlines(j, &row, 1) != 1)
			return ERR_INVALID;
		e = image_output_row(out, r->row);
	}
	if (e == ERR_OK)
		jpeg_finish_decompress(j);
	return e;
}

/* Where libjpeg's errors jump to: no local of this function changes between. */
static enum err
read_all(struct reader *r, struct image_output *out)
{
	if (setjmp(r->failed) != 0)
		return ERR_INVALID;
	return copy(r, out);
}

enum err
image_jpeg(struct image_input *in, struct image_output *out)
{
	struct reader *r = calloc(1, sizeof *r);
	enum err e;

	if (r == NULL)
		return ERR_IO;
	r->in = in;
	prepare(r);
	e = read_all(r, out);
	jpeg_destroy_decompress(&r->jpeg);
	free(r);
	return e;
}
