/* The sandbox of a process: what is always done, the shared lists of system calls, the filter. */
#include "proc/sandbox.h"

#include "proc/landlock.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <ucontext.h>
#include <unistd.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* ---- The lists ---- */

/* Every role: memory, threads' own state, time, and reading and writing what is open. */
static const int calls_base[] = {SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev),
        SCMP_SYS(pread64), SCMP_SYS(pwrite64), SCMP_SYS(preadv), SCMP_SYS(pwritev), SCMP_SYS(lseek),
        SCMP_SYS(close), SCMP_SYS(fstat), SCMP_SYS(sendmsg), SCMP_SYS(recvmsg), SCMP_SYS(sendto),
        SCMP_SYS(recvfrom), SCMP_SYS(shutdown), SCMP_SYS(getsockopt), SCMP_SYS(poll),
        SCMP_SYS(ppoll), SCMP_SYS(eventfd2), SCMP_SYS(pipe2), SCMP_SYS(dup), SCMP_SYS(dup3),
        SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk), SCMP_SYS(mlock),
        SCMP_SYS(munlock), SCMP_SYS(futex), SCMP_SYS(set_robust_list), SCMP_SYS(set_tid_address),
        SCMP_SYS(rseq), SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity), SCMP_SYS(getcpu),
        SCMP_SYS(membarrier), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
        SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigtimedwait), SCMP_SYS(sigaltstack),
        SCMP_SYS(restart_syscall), SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres),
        SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep), SCMP_SYS(gettimeofday), SCMP_SYS(time),
        SCMP_SYS(getrandom), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getppid),
        SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid),
        SCMP_SYS(getrusage), SCMP_SYS(sysinfo), SCMP_SYS(uname), SCMP_SYS(exit),
        SCMP_SYS(exit_group)};

static const int calls_serve[] = {SCMP_SYS(accept), SCMP_SYS(accept4), SCMP_SYS(setsockopt),
        SCMP_SYS(getsockname), SCMP_SYS(getpeername), SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl),
        SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait), SCMP_SYS(sendfile), SCMP_SYS(select),
        SCMP_SYS(pselect6)};

static const int calls_store[] = {SCMP_SYS(fsync), SCMP_SYS(fdatasync), SCMP_SYS(ftruncate),
        SCMP_SYS(fallocate), SCMP_SYS(fadvise64), SCMP_SYS(fchmod)};

static const int calls_connect[] = {SCMP_SYS(connect), SCMP_SYS(setsockopt), SCMP_SYS(getsockname),
        SCMP_SYS(getpeername), SCMP_SYS(sendmmsg), SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl),
        SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait), SCMP_SYS(select), SCMP_SYS(pselect6)};

static const int calls_files[] = {SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(stat), SCMP_SYS(lstat),
        SCMP_SYS(statx), SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2),
        SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getdents64), SCMP_SYS(rename),
        SCMP_SYS(renameat), SCMP_SYS(renameat2), SCMP_SYS(unlink), SCMP_SYS(unlinkat),
        SCMP_SYS(fsync), SCMP_SYS(fdatasync), SCMP_SYS(ftruncate), SCMP_SYS(fallocate),
        SCMP_SYS(fadvise64), SCMP_SYS(fstatfs), SCMP_SYS(getcwd)};

static const int calls_fork[] = {
        SCMP_SYS(wait4), SCMP_SYS(waitid), SCMP_SYS(setitimer), SCMP_SYS(alarm), SCMP_SYS(seccomp)};

/* To make a worker's channel, and to close all else in it; and what the worker does to files that
 * it is given, since it is within this filter too. */
static const int calls_workers[] = {SCMP_SYS(dup2), SCMP_SYS(close_range), SCMP_SYS(setsockopt),
        SCMP_SYS(fsync), SCMP_SYS(fdatasync), SCMP_SYS(ftruncate)};

/* A worker: what is open, memory, and the end. */
static const int calls_worker[] = {SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(lseek),
        SCMP_SYS(fstat), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(brk), SCMP_SYS(madvise),
        SCMP_SYS(futex), SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(clock_gettime),
        SCMP_SYS(gettid), SCMP_SYS(getpid)};

/* One that answers on a channel, and reads and writes at places in what comes over it. The filter
 * of its nursery, which holds too, answers a refused lookup by a signal. */
static const int calls_worker_channel[] = {SCMP_SYS(poll), SCMP_SYS(recvmsg), SCMP_SYS(sendmsg),
        SCMP_SYS(recvfrom), SCMP_SYS(close), SCMP_SYS(shutdown), SCMP_SYS(pread64),
        SCMP_SYS(pwrite64), SCMP_SYS(getrandom), SCMP_SYS(fsync), SCMP_SYS(fdatasync),
        SCMP_SYS(ftruncate), SCMP_SYS(clock_nanosleep), SCMP_SYS(rt_sigreturn),
        SCMP_SYS(rt_sigprocmask)};

/* Tried by libc and done without. */
static const int calls_absent[] = {
        SCMP_SYS(clone3), SCMP_SYS(set_mempolicy), SCMP_SYS(get_mempolicy)};

/* How libraries look for files: refused and logged, but survived. */
static const int calls_refused[] = {SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(stat),
        SCMP_SYS(lstat), SCMP_SYS(newfstatat), SCMP_SYS(statx), SCMP_SYS(access),
        SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(readlink), SCMP_SYS(readlinkat),
        SCMP_SYS(unlink), SCMP_SYS(getcwd)};

/* Locks and flags, but not F_SETOWN: it would send signals to anyone. */
static const int fcntl_commands[] = {F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK,
        F_SETLK, F_SETLKW, F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW};
static const unsigned long ioctl_requests[] = {FIONBIO, FIONREAD, TCGETS};

/* What the sanitizers' runtime does besides. */
#ifdef VDPD_ASAN
static const int calls_build[] = {
        SCMP_SYS(sched_getparam), SCMP_SYS(sched_getscheduler), SCMP_SYS(sigaltstack)};
static const bool sanitized = true;
#else
static const int calls_build[] = {SCMP_SYS(exit_group)};
static const bool sanitized = false;
#endif

/* ---- Building the filter ---- */

/* The first error sticks: a filter is whole or not loaded. */
struct filter {
	scmp_filter_ctx ctx;
	int failed; /* negative errno */
};

static void
rule(struct filter *f, uint32_t action, int call, unsigned n, const struct scmp_arg_cmp *args)
{
	/* Numbers under zero are calls that this machine does not have. */
	int r = call < 0 ? 0 : seccomp_rule_add_array(f->ctx, action, call, n, args);

	if (r != 0 && r != -EEXIST && f->failed == 0)
		f->failed = r;
}

static void
allow(struct filter *f, const int *calls, size_t n)
{
	for (size_t i = 0; i < n; i++)
		rule(f, SCMP_ACT_ALLOW, calls[i], 0, NULL);
}

#define ALLOW(f, list) allow((f), (list), COUNT(list))

/* CALL where (argument ARG & MASK) == VALUE. */
static void
allow_masked(struct filter *f, int call, unsigned arg, uint64_t mask, uint64_t value)
{
	const struct scmp_arg_cmp a = SCMP_CMP64(arg, SCMP_CMP_MASKED_EQ, mask, value);

	rule(f, SCMP_ACT_ALLOW, call, 1, &a);
}

static void
allow_equal(struct filter *f, int call, unsigned arg, uint64_t value)
{
	const struct scmp_arg_cmp a = SCMP_CMP64(arg, SCMP_CMP_EQ, value);

	rule(f, SCMP_ACT_ALLOW, call, 1, &a);
}

static void
refuse_stat(struct filter *f)
{
	const struct scmp_arg_cmp by_path = SCMP_CMP64(3, SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, 0);

	rule(f, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(newfstatat), 1, &by_path);
}

/* For libraries that look for a table and do without: no file is opened, and nobody is killed. */
static void
refuse_lookups(struct filter *f)
{
	for (size_t i = 0; i < COUNT(calls_refused); i++) {
		if (calls_refused[i] != SCMP_SYS(newfstatat))
			rule(f, SCMP_ACT_ERRNO(EACCES), calls_refused[i], 0, NULL);
	}
	refuse_stat(f);
}

/* Memory: executable pages only where libraries may still be loaded. */
static void
allow_memory(struct filter *f, bool executable)
{
	static const int calls[] = {SCMP_SYS(mmap), SCMP_SYS(mprotect)};

	for (size_t i = 0; i < COUNT(calls); i++) {
		if (executable)
			rule(f, SCMP_ACT_ALLOW, calls[i], 0, NULL);
		else
			allow_masked(f, calls[i], 2, PROT_EXEC, 0);
	}
}

static void
allow_processes(struct filter *f, unsigned may)
{
	const uint64_t thread = CLONE_VM | CLONE_THREAD | CLONE_SIGHAND;
	const uint64_t namespaces = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
	                            CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

	if ((may & SANDBOX_THREADS) != 0)
		allow_masked(f, SCMP_SYS(clone), 0, thread | namespaces, thread);
	if ((may & SANDBOX_FORK) != 0) {
		allow_masked(f, SCMP_SYS(clone), 0, CLONE_VM | namespaces, 0);
		ALLOW(f, calls_fork);
		allow_equal(f, SCMP_SYS(prlimit64), 0, 0);
		/* A worker's way into its own sandbox. */
		allow_equal(f, SCMP_SYS(prctl), 0, PR_SET_PDEATHSIG);
		allow_equal(f, SCMP_SYS(prctl), 0, PR_SET_NO_NEW_PRIVS);
		allow_equal(f, SCMP_SYS(prctl), 0, PR_SET_SECCOMP);
	}
	/* Signals to oneself: abort, and between one's threads. */
	allow_equal(f, SCMP_SYS(tgkill), 0, (uint64_t)getpid());
}

static void
allow_sockets(struct filter *f)
{
	static const int families[] = {AF_INET, AF_INET6};
	const struct scmp_arg_cmp local = SCMP_CMP64(0, SCMP_CMP_EQ, AF_UNIX);
	const struct scmp_arg_cmp netlink = SCMP_CMP64(0, SCMP_CMP_EQ, AF_NETLINK);

	ALLOW(f, calls_connect);
	for (size_t i = 0; i < COUNT(families); i++)
		allow_equal(f, SCMP_SYS(socket), 0, (uint64_t)families[i]);
	allow_equal(f, SCMP_SYS(socketpair), 0, AF_UNIX);
	/* Landlock stops nobody from connecting to a path, and keyd's socket trusts the user whom
	 * this process runs as. libc looks for nscd there, and does without. */
	rule(f, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(socket), 1, &local);
	/* getaddrinfo asks the kernel which addresses there are, and does without. */
	rule(f, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1, &netlink);
}

static void
fill(struct filter *f, const struct sandbox_spec *spec)
{
	/* Modules by which names are looked up. */
	const unsigned loads = SANDBOX_CONNECT | SANDBOX_FILES;
	const struct scmp_arg_cmp own_limits[] = {
	        SCMP_CMP64(0, SCMP_CMP_EQ, 0), SCMP_CMP64(2, SCMP_CMP_EQ, 0)};

	ALLOW(f, calls_base);
	ALLOW(f, calls_build);
	allow_memory(f, (spec->may & loads) == loads);
	allow_processes(f, spec->may);
	for (size_t i = 0; i < COUNT(fcntl_commands); i++)
		allow_equal(f, SCMP_SYS(fcntl), 1, (uint64_t)fcntl_commands[i]);
	for (size_t i = 0; i < COUNT(ioctl_requests); i++)
		allow_equal(f, SCMP_SYS(ioctl), 1, ioctl_requests[i]);
	allow_equal(f, SCMP_SYS(prctl), 0, PR_SET_NAME);
	rule(f, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), COUNT(own_limits), own_limits);
	if ((spec->may & SANDBOX_SERVE) != 0)
		ALLOW(f, calls_serve);
	if ((spec->may & SANDBOX_STORE) != 0) {
		ALLOW(f, calls_store);
		/* SQLite asks at closing whether its file is still there, and does without. */
		if ((spec->may & SANDBOX_FILES) == 0)
			refuse_stat(f);
	}
	if ((spec->may & SANDBOX_CONNECT) != 0)
		allow_sockets(f);
	if ((spec->may & SANDBOX_WORKERS) != 0) {
		ALLOW(f, calls_workers);
		allow_equal(f, SCMP_SYS(socketpair), 0, AF_UNIX);
	}
	if ((spec->may & SANDBOX_FILES) != 0) {
		ALLOW(f, calls_files);
		rule(f, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 0, NULL);
	} else {
		/* fstat of glibc. */
		allow_masked(f, SCMP_SYS(newfstatat), 3, AT_EMPTY_PATH, AT_EMPTY_PATH);
	}
	allow(f, spec->syscalls, spec->syscalls_n);
	for (size_t i = 0; i < COUNT(calls_absent); i++)
		rule(f, SCMP_ACT_ERRNO(ENOSYS), calls_absent[i], 0, NULL);
}

static void
filter_init(struct filter *f, uint32_t default_action)
{
	*f = (struct filter){.ctx = seccomp_init(default_action)};
	if (f->ctx == NULL)
		f->failed = -ENOMEM;
	else if (seccomp_attr_set(f->ctx, SCMP_FLTATR_CTL_TSYNC, 1) != 0 ||
	         seccomp_attr_set(f->ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) != 0 ||
	         seccomp_attr_set(f->ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2) != 0)
		f->failed = -EOPNOTSUPP;
}

static enum err
filter_load(struct filter *f, struct diag *d)
{
	if (f->failed == 0)
		f->failed = seccomp_load(f->ctx);
	if (f->ctx != NULL)
		seccomp_release(f->ctx);
	if (f->failed == 0)
		return ERR_OK;
	return diag_set(d, ERR_UNSUPPORTED,
	        "boot a kernel with CONFIG_SECCOMP_FILTER, or set \"sandbox: off\" in vdpd.yaml to "
	        "run without protection",
	        "seccomp: %s", strerror(-f->failed));
}

/* ---- A denied call ---- */

/* Only what may be done in a signal handler. */
static void
say_denied(int call)
{
	char line[64] = "level=error what=denied_syscall nr=";
	size_t n = strlen(line);
	char digits[12];
	size_t k = 0;

	do
		digits[k++] = (char)('0' + call % 10);
	while ((call /= 10) > 0);
	while (k > 0)
		line[n++] = digits[--k];
	line[n++] = '\n';
	if (write(STDERR_FILENO, line, n) < 0)
		return; /* refused all the same */
}

/* Returns from a refused call with EACCES. */
static void
refuse(ucontext_t *u)
{
#if defined(__x86_64__)
	u->uc_mcontext.gregs[REG_RAX] = -EACCES;
#elif defined(__aarch64__)
	u->uc_mcontext.regs[0] = (unsigned long)-EACCES;
#else
	_exit(SANDBOX_EXIT);
#endif
}

static void
on_denied(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	say_denied(info->si_syscall);
	for (size_t i = 0; i < COUNT(calls_refused); i++) {
		if (calls_refused[i] == info->si_syscall) {
			refuse(context);
			return;
		}
	}
	_exit(SANDBOX_EXIT);
}

#ifdef VDPD_TEST
/* For proc/probe.h, which goes on to its next attempt. */
static void
on_denied_probing(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	say_denied(info->si_syscall);
	refuse(context);
}
#endif

/* ---- Entering ---- */

static bool
one_thread(void)
{
	struct stat st;

	/* A directory's links: itself, its name, and one for each entry. */
	return stat("/proc/self/task", &st) != 0 || st.st_nlink == 3;
}

static enum err
limit(int which, uint64_t value)
{
	struct rlimit l = {value, value};

	return setrlimit((__rlimit_resource_t)which, &l) == 0 ? ERR_OK : ERR_IO;
}

static enum err
limits(const struct sandbox_spec *spec)
{
	if (limit(RLIMIT_CORE, 0) != ERR_OK)
		return ERR_IO;
	if (spec->files_max != 0) {
		struct rlimit now;
		uint64_t most = spec->files_max;

		if (getrlimit(RLIMIT_NOFILE, &now) != 0)
			return ERR_IO;
		if (now.rlim_max < most)
			most = now.rlim_max;
		if (limit(RLIMIT_NOFILE, most) != ERR_OK)
			return ERR_IO;
	}
	if (spec->memory_bytes != 0 && !sanitized)
		return limit(RLIMIT_AS, spec->memory_bytes);
	return ERR_OK;
}

static bool
landlock_wanted(void)
{
#ifdef VDPD_TEST
	const char *set = getenv("VDPD_LANDLOCK");

	return set == NULL || strcmp(set, "off") != 0;
#else
	return true;
#endif
}

/* Gives much memory back at once, as a thread after a large request does. */
static void *
give_back(void *unused)
{
	enum { PIECES = 64, PIECE = 100 * 1024 }; /* each small enough to come from the heap */
	void *volatile p[PIECES];                 /* so that no compiler leaves them out */

	for (int i = 0; i < PIECES; i++)
		p[i] = malloc(PIECE);
	for (int i = PIECES; i-- > 0;)
		free(p[i]);
	return unused;
}

/* glibc asks /proc how freely the kernel hands out memory when a thread's heap shrinks for the
 * first time, and remembers the answer. Inside the sandbox it could not ask any more. */
static void
settle_heap(void)
{
	pthread_t t;

	if (pthread_create(&t, NULL, give_back, NULL) == 0)
		pthread_join(t, NULL);
}

enum err
sandbox_enter(const struct sandbox_spec *spec, struct diag *d)
{
	struct sigaction on_sys = {.sa_sigaction = on_denied, .sa_flags = SA_SIGINFO | SA_NODEFER};
	struct filter f;
	enum err e;

#ifdef VDPD_TEST
	if (getenv("VDPD_PROBE") != NULL)
		on_sys.sa_sigaction = on_denied_probing;
#endif
	if (!one_thread())
		return diag_set(d, ERR_STATE, NULL, "a thread was started before the sandbox");
	/* pthread_exit and pthread_cancel load it at their first use, which is then too late. */
	(void)dlopen("libgcc_s.so.1", RTLD_NOW | RTLD_GLOBAL);
	settle_heap();
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
	        prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || limits(spec) != ERR_OK ||
	        sigaction(SIGSYS, &on_sys, NULL) != 0)
		return diag_set(d, ERR_IO, NULL, "sandbox: %s", strerror(errno));
	if (landlock_wanted()) {
		e = landlock_enter(spec, d);
		if (e != ERR_OK)
			return e;
	}
	filter_init(&f, SCMP_ACT_TRAP);
	if (f.failed == 0)
		fill(&f, spec);
	return filter_load(&f, d);
}

enum err
sandbox_enter_worker(const struct worker_limits *l)
{
	struct filter f;

	/* Nothing that is left can block or catch the alarm. */
	if (signal(SIGALRM, SIG_DFL) == SIG_ERR)
		return ERR_IO;
	alarm(l->time_s);

	if (limit(RLIMIT_CPU, l->cpu_s) != ERR_OK ||
	        (!sanitized && limit(RLIMIT_AS, l->memory_bytes) != ERR_OK) ||
	        limit(RLIMIT_NOFILE, l->files_max) != ERR_OK)
		return ERR_IO;
	filter_init(&f, SCMP_ACT_KILL_PROCESS);
	if (f.failed == 0) {
		ALLOW(&f, calls_worker);
		ALLOW(&f, calls_build);
		allow_memory(&f, false);
		/* glibc's standard streams ask what they are. */
		allow_masked(&f, SCMP_SYS(newfstatat), 3, AT_EMPTY_PATH, AT_EMPTY_PATH);
	}
	if (f.failed == 0 && l->channel) {
		ALLOW(&f, calls_worker_channel);
		refuse_lookups(&f);
	}
	return filter_load(&f, NULL);
}
