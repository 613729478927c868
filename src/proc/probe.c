/* Ways out of a sandbox. */
#include "proc/probe.h"

#ifdef VDPD_TEST
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static long
open_file(void)
{
	return open("/etc/passwd", O_RDONLY | O_CLOEXEC);
}

static long
open_named(void)
{
	const char *name = getenv("VDPD_PROBE_FILE");

	return open(name != NULL ? name : "/proc/self/status", O_RDONLY | O_CLOEXEC);
}

static long
create_file(void)
{
	return open("/tmp/vdpd-probe", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
}

static long
stat_path(void)
{
	struct stat st;

	return stat("/etc/passwd", &st);
}

static long
open_handle(void)
{
	return syscall(SYS_open_by_handle_at, 0, NULL, 0);
}

static long
tcp_socket(void)
{
	return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static long
unix_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static long
connect_open(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET};

	return connect(STDIN_FILENO, (struct sockaddr *)&a, sizeof a);
}

static long
execute(void)
{
	char name[] = "true", *const argv[] = {name, NULL};

	return execve("/bin/true", argv, NULL);
}

static long
execute_at(void)
{
	return syscall(SYS_execveat, AT_FDCWD, "/bin/true", NULL, NULL, 0);
}

static long
fork_child(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return pid;
}

static long
signal_parent(void)
{
	return kill(getppid(), 0);
}

static long
signal_all(void)
{
	return kill(-1, 0);
}

static long
signal_thread(void)
{
	return syscall(SYS_tgkill, getppid(), getppid(), 0);
}

static long
queue_parent(void)
{
	siginfo_t info = {.si_code = SI_QUEUE};

	return syscall(SYS_rt_sigqueueinfo, getppid(), SIGCHLD, &info);
}

/* The kernel would send SIGIO to whom one likes. */
static long
own_descriptor(void)
{
	return fcntl(STDIN_FILENO, F_SETOWN, getppid());
}

static long
trace_parent(void)
{
	return ptrace(PTRACE_ATTACH, getppid(), 0, 0);
}

static long
read_parent(void)
{
	char c;
	struct iovec mine = {&c, 1}, theirs = {&c, 1};

	return syscall(SYS_process_vm_readv, getppid(), &mine, 1, &theirs, 1, 0);
}

static long
new_user_space(void)
{
	return unshare(CLONE_NEWUSER);
}

static long
io_ring(void)
{
	return syscall(SYS_io_uring_setup, 1, NULL);
}

static long
load_bpf(void)
{
	return syscall(SYS_bpf, 0, NULL, 0);
}

static long
code_page(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return mprotect(p, 4096, PROT_READ | PROT_EXEC);
}

static long
limit_parent(void)
{
	const uint64_t limits[2] = {1, 1};

	return syscall(SYS_prlimit64, getppid(), 7, limits, NULL);
}

static long
dumpable_again(void)
{
	return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

const struct probe_attempt probe_attempts[] = {
        {"open", open_file, .by_name = true},
        {"open_named", open_named, .by_name = true},
        {"create", create_file, .by_name = true},
        {"stat", stat_path, .by_name = true, .quiet = true},
        {"open_by_handle", open_handle},
        {"tcp_socket", tcp_socket},
        {"unix_socket", unix_socket},
        {"connect", connect_open},
        {"execve", execute},
        {"execveat", execute_at},
        {"fork", fork_child},
        {"kill", signal_parent},
        {"kill_all", signal_all},
        {"tgkill", signal_thread},
        {"sigqueue", queue_parent},
        {"setown", own_descriptor},
        {"ptrace", trace_parent},
        {"process_vm_readv", read_parent},
        {"unshare", new_user_space},
        {"io_uring", io_ring},
        {"bpf", load_bpf},
        {"executable_page", code_page},
        {"limit_parent", limit_parent},
        {"dumpable", dumpable_again},
};
const size_t probe_attempts_n = sizeof probe_attempts / sizeof probe_attempts[0];

bool
probe_wanted(const char *role)
{
	const char *wanted = getenv("VDPD_PROBE");

	return wanted != NULL && (strcmp(wanted, "all") == 0 || strcmp(wanted, role) == 0);
}

void
probe_run(void)
{
	for (size_t i = 0; i < probe_attempts_n; i++) {
		bool done = probe_attempts[i].act() >= 0;
		const char *why = done ? "" : strerrorname_np(errno);

		/* Any other error would mean that only the attempt was a bad one. */
		done = done || (errno != EACCES && errno != EPERM);
		log_info("probe", "attempt", probe_attempts[i].name, "result",
		        done ? "done" : "refused", "error", why);
	}
}

void
probe_ask(struct channel_pool *keyd)
{
	struct str list = str_of(getenv("VDPD_PROBE_KEYD")), one;
	uint64_t number;

	while (str_cut(&list, ',', &one)) {
		char text[16];
		enum err e;

		if (str_u64(one, UINT32_MAX, &number) != ERR_OK)
			abort();
		e = channel_pool_call(keyd, (uint32_t)number, NULL, NULL, 5000);
		snprintf(text, sizeof text, "%u", (unsigned)number);
		log_info("probe", "ask", text, "result", e == ERR_DENIED ? "refused" : "answered",
		        "error", err_name(e));
	}
}
#endif
