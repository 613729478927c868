/* A new file that appears under its name whole or not at all, and never takes another's place. */
#ifndef VDPD_CLI_ADMIN_OUT_FILE_H
#define VDPD_CLI_ADMIN_OUT_FILE_H

#include "base/str.h"

enum { OUT_PATH_MAX = 4096 };

struct out_file {
	int fd; /* for writing; 0600 */
	const char *path;
	char temporary[OUT_PATH_MAX]; /* "" where the file has no name yet */
};

/* Begins the file that will be PATH, which must outlive OUT. ERR_CONFLICT if it is there already,
 * ERR_IO; D is filled. */
enum err out_file_begin(struct out_file *out, const char *path, struct diag *d) MUST_CHECK;
/* Gives it its name, durably; its bytes are synced before. Errors as above; then it is gone. */
enum err out_file_finish(struct out_file *out, struct diag *d) MUST_CHECK;
void out_file_drop(struct out_file *out);

#endif
