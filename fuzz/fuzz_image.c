/* Any bytes as a picture: drawn anew or refused, within the limits; what is drawn can be drawn
 * again. */
#include "proc/image.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	int in = memfd_create("in", MFD_CLOEXEC), out = memfd_create("out", MFD_CLOEXEC);
	int again = memfd_create("again", MFD_CLOEXEC);

	if (in < 0 || out < 0 || again < 0 || pwrite(in, p, n, 0) != (ssize_t)n)
		abort();
	if (image_redraw(in, out) == ERR_OK) {
		if (lseek(out, 0, SEEK_SET) != 0 || image_redraw(out, again) != ERR_OK)
			abort();
	}
	close(in);
	close(out);
	close(again);
	return 0;
}
