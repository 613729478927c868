/* Makes the functions of libc that have no bound, or that hide errors, fail to compile. Included by
 * the compiler's command line in every file of src/. */
#ifndef VDPD_BASE_BANNED_H
#define VDPD_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* glibc makes it a macro for clang. */
#undef sprintf

#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf strtok strtok_r gets
#pragma GCC poison atoi atol atoll atof gmtime localtime ctime asctime rand srand

#endif
