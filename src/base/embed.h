/* Files that are part of the program: tools/embed turns them into tables of this. */
#ifndef VDPD_BASE_EMBED_H
#define VDPD_BASE_EMBED_H

#include <stddef.h>

struct embedded {
	const char *name;           /* without its folder: "0001_cases.sql" */
	const unsigned char *bytes; /* followed by a NUL that N does not count */
	size_t n;
	const char *hash; /* the first 16 hex digits of the SHA-256 of the bytes, for URLs */
};

#endif
