/* Landlock (Linux 5.13 and later): files, TCP, signals and abstract sockets, as far as the kernel's
 * version of it goes. */
#ifndef VDPD_PROC_LANDLOCK_H
#define VDPD_PROC_LANDLOCK_H

#include "proc/sandbox.h"

/* Denies this thread every file but SPEC's paths; from ABI 4 on TCP bind, and connect unless SPEC
 * may connect; from ABI 6 on signals and abstract sockets to outside. ERR_UNSUPPORTED with D where
 * the kernel has no Landlock, ERR_IO. */
enum err landlock_enter(const struct sandbox_spec *spec, struct diag *d) MUST_CHECK;

#endif
