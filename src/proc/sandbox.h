/* What a process may still do once it has what it needs: no_new_privs, limits, Landlock, seccomp.
 * Each of the last two stops alone what it can: seccomp forbids opening, connecting, executing,
 * signals and ptrace also where Landlock is old (Debian 12's own kernel: ABI 2).
 *
 * A call that is not allowed is never silent. It is logged with its number as what=denied_syscall;
 * of the calls by which libraries look for files (open, stat, access, readlink) that is all, and
 * they fail with EACCES; any other ends the process with exit code SANDBOX_EXIT. Calls that glibc
 * tries and does without (clone3 …) fail with ENOSYS and are not logged; nor are stat by path,
 * which SQLite calls as it closes (SANDBOX_STORE), and getaddrinfo's netlink and unix sockets
 * (SANDBOX_CONNECT). */
#ifndef VDPD_PROC_SANDBOX_H
#define VDPD_PROC_SANDBOX_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	SANDBOX_EXIT = 159, /* exit code after a denied call; 128 + SIGSYS on most machines */
};

/* What a role may do besides the shared list, in groups. */
enum sandbox_may {
	SANDBOX_THREADS = 1 << 0, /* new threads of its own (never processes) */
	SANDBOX_FORK = 1 << 1,    /* new processes, without new namespaces; wait for them */
	SANDBOX_SERVE = 1 << 2,   /* accept on sockets that it holds, epoll, sendfile */
	SANDBOX_STORE =
	        1 << 3, /* databases that are open: locks, truncation, sync, shared memory */
	SANDBOX_CONNECT = 1 << 4, /* sockets of its own to IPv4 and IPv6 addresses */
	SANDBOX_WORKERS = 1 << 6, /* with FORK: channels to workers (proc/nursery.h) */
	SANDBOX_FILES = 1 << 5,   /* open what `paths` lists; create, rename, unlink where WRITE */
};

enum sandbox_rights { SANDBOX_READ = 1, SANDBOX_WRITE = 2 };

/* A file, or everything beneath a directory; one that does not exist is left out. */
struct sandbox_path {
	const char *path;
	unsigned rights; /* enum sandbox_rights */
};

struct sandbox_spec {
	unsigned may;        /* enum sandbox_may */
	const int *syscalls; /* numbers (SCMP_SYS) besides these groups; NULL: none */
	size_t syscalls_n;
	const struct sandbox_path *paths; /* for SANDBOX_FILES; NULL: none */
	size_t paths_n;
	unsigned files_max;    /* RLIMIT_NOFILE; 0: as it is */
	uint64_t memory_bytes; /* RLIMIT_AS; 0: as it is (ASan builds: always) */
};

/* Enters the sandbox, for good. The process must have one thread; threads that it starts later are
 * inside. ERR_UNSUPPORTED with D filled where the kernel lacks something; ERR_STATE with several
 * threads; ERR_IO. After an error the process may be half inside and must end. */
enum err sandbox_enter(const struct sandbox_spec *spec, struct diag *d) MUST_CHECK;

/* What a worker may use. */
struct worker_limits {
	uint64_t memory_bytes; /* of address space (ASan builds: without bound) */
	unsigned cpu_s;        /* of processor time: SIGKILL after it */
	unsigned time_s;       /* in all: SIGALRM after it */
	unsigned files_max;    /* descriptors; 0: no new one */
	bool channel;          /* it answers on a channel: packets with descriptors, and libraries'
	                        * looking for files is refused without ending it */
};

/* For a worker between fork and its first hostile byte: reads, writes, memory and exit are all that
 * is left (the call that is denied kills the process at once, by SIGSYS). ERR_UNSUPPORTED, ERR_IO.
 */
enum err sandbox_enter_worker(const struct worker_limits *l) MUST_CHECK;

#endif
