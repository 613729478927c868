/* What the readers and the writer of pictures share: bytes in, bytes out, sizes that are allowed.
 */
#ifndef VDPD_PROC_IMAGE_IO_H
#define VDPD_PROC_IMAGE_IO_H

#include "base/str.h"
#include "proc/image.h"

#include <png.h>

/* The input, of which a beginning was looked at already. */
struct image_input {
	int fd;
	size_t taken; /* bytes, up to IMAGE_INPUT_MAX */
	unsigned char head[8];
	size_t head_n, head_at;
	enum err failed; /* ERR_OK; why a reader stopped */
};

/* Up to N bytes; 0 at the end and on failure. */
size_t image_input_read(struct image_input *in, void *p, size_t n);

/* ERR_INVALID for nothing, ERR_TOO_LARGE. */
enum err image_size_check(uint64_t width, uint64_t height) MUST_CHECK;

/* The picture that is written: one row after the other. */
struct image_output {
	int fd;
	png_structp png;
	png_infop info;
	enum err failed;
	size_t n, written;
	unsigned char buffer[65536];
};

/* ALPHA: rows are RGBA, else RGB. */
enum err image_output_open(
        struct image_output *o, uint32_t width, uint32_t height, bool alpha) MUST_CHECK;
enum err image_output_row(struct image_output *o, const unsigned char *row) MUST_CHECK;
enum err image_output_end(struct image_output *o) MUST_CHECK;
void image_output_clear(struct image_output *o);

/* Draws the whole picture anew, row by row. ERR_INVALID where it is damaged or too large. */
enum err image_png(struct image_input *in, struct image_output *out) MUST_CHECK;
enum err image_jpeg(struct image_input *in, struct image_output *out) MUST_CHECK;

#endif
