/* Draws a PNG or JPEG picture anew as a PNG of 8 bits a channel, RGB or RGBA: nothing of the
 * original's bytes but its colours is left, and no metadata. For a worker: it trusts no byte. */
#ifndef VDPD_PROC_IMAGE_H
#define VDPD_PROC_IMAGE_H

#include "base/err.h"

enum {
	IMAGE_SIDE_MAX = 8000,
	IMAGE_PIXELS_MAX = 40000000,
	IMAGE_INPUT_MAX = 64 << 20,   /* bytes */
	IMAGE_OUTPUT_MAX = 256 << 20, /* bytes */
	IMAGE_CHUNK_MAX = 8 << 20,    /* memory for what one part of a file expands to */
	IMAGE_MEMORY_MAX = 640 << 20, /* a worker's address space */
};

/* Reads from IN up to its end, writes to OUT, from where each stands. ERR_INVALID if it is no whole
 * picture of these kinds, ERR_TOO_LARGE over a limit above, ERR_IO. After an error OUT may hold the
 * beginning of a picture. */
enum err image_redraw(int in, int out) MUST_CHECK;

#endif
