/* Sandboxes: each attempt in a child of its own that is inside, with Landlock and without. */
#include "unit.h"

#include "base/buf.h"
#include "proc/probe.h"
#include "proc/sandbox.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <seccomp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DONE = 0, REFUSED = 10 };

#define ROLE (SANDBOX_THREADS | SANDBOX_SERVE | SANDBOX_STORE)

static char dir[] = "/tmp/vdpd-sandbox-XXXXXX";

static int
says(long r)
{
	return r >= 0 ? DONE : REFUSED;
}

/* ---- What must go on working (what must not: proc/probe.h) ---- */

static void *
in_thread(void *arg)
{
	pthread_setname_np(pthread_self(), "inside");
	return arg;
}

static int
thread(void)
{
	pthread_t t;
	void *r;

	if (pthread_create(&t, NULL, in_thread, dir) != 0 || pthread_join(t, &r) != 0 || r != dir)
		return REFUSED;
	return DONE;
}

static void *
exits(void *arg)
{
	pthread_exit(arg);
}

static int
thread_exit(void)
{
	pthread_t t;
	void *r;

	return pthread_create(&t, NULL, exits, dir) == 0 && pthread_join(t, &r) == 0 ? DONE
	                                                                             : REFUSED;
}

static int
memory(void)
{
	char *p = malloc(100 << 20);

	if (p == NULL)
		return REFUSED;
	memset(p, 1, 100 << 20);
	p = realloc(p, 200 << 20);
	free(p);
	return DONE;
}

static int
limits_read(void)
{
	return sysconf(_SC_OPEN_MAX) > 0 ? DONE : REFUSED;
}

static const struct {
	const char *name;
	int (*act)(void);
} works[] = {
        {"thread", thread},
        {"thread exit", thread_exit},
        {"memory", memory},
        {"own limits", limits_read},
};

/* How the child ends that enters by SPEC and acts: its wait status; *SAID what it logged. */
static int
inside(const struct sandbox_spec *spec, int (*act)(void), long (*try)(void), char *said,
        size_t size)
{
	int pair[2], status;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(pair), 0);
	pid = fork();
	if (pid == 0) {
		struct diag d;

		dup2(pair[1], STDERR_FILENO);
		/* One that could be connected. */
		dup2(socket(AF_INET, SOCK_STREAM, 0), STDIN_FILENO);
		if (sandbox_enter(spec, &d) != ERR_OK)
			_exit(99);
		_exit(act != NULL ? act() : says(try()));
	}
	close(pair[1]);
	n = read(pair[0], said, size - 1);
	said[n > 0 ? n : 0] = '\0';
	close(pair[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

/* Counts STATUS or the log being other than they should. */
static int
wrong(const char *name, int status, int want, const char *said, bool logged)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == want &&
	        (strstr(said, "denied_syscall") != NULL) == logged)
		return 0;
	print_error("%s: status %x, said %s\n", name, status, said);
	return 1;
}

static void
try_all(void)
{
	static const struct sandbox_spec spec = {.may = ROLE};
	char said[2000];
	int bad = 0;

	for (size_t i = 0; i < probe_attempts_n; i++) {
		const struct probe_attempt *p = &probe_attempts[i];
		int status = inside(&spec, NULL, p->act, said, sizeof said);

		bad += wrong(p->name, status, p->by_name ? REFUSED : SANDBOX_EXIT, said, !p->quiet);
	}
	for (size_t i = 0; i < sizeof works / sizeof works[0]; i++) {
		int status = inside(&spec, works[i].act, NULL, said, sizeof said);

		bad += wrong(works[i].name, status, DONE, said, false);
	}
	assert_int_equal(bad, 0);
}

static void
test_with_landlock(void **state)
{
	(void)state;
	unsetenv("VDPD_LANDLOCK");
	try_all();
}

static void
test_seccomp_alone(void **state)
{
	(void)state;
	setenv("VDPD_LANDLOCK", "off", 1);
	try_all();
	unsetenv("VDPD_LANDLOCK");
}

/* Landlock alone: everything that seccomp denies about files and TCP, allowed there. */
static int
read_outside(void)
{
	return says(open("/etc/passwd", O_RDONLY)) == REFUSED && errno == EACCES ? DONE : REFUSED;
}

static int
use_paths(void)
{
	char path[100], to[100];
	int fd;

	snprintf(path, sizeof path, "%s/in/file", dir);
	snprintf(to, sizeof to, "%s/in/renamed", dir);
	fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0600);
	if (fd < 0 || write(fd, "x", 1) != 1 || rename(path, to) != 0 || unlink(to) != 0)
		return REFUSED;
	snprintf(path, sizeof path, "%s/other", dir);
	if (open(path, O_CREAT | O_WRONLY, 0600) >= 0 || errno != EACCES)
		return REFUSED;
	return DONE;
}

static int
connect_out(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
	        .sin_port = htons(9),
	        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof a) != 0 && errno == ECONNREFUSED
	               ? DONE
	               : REFUSED;
}

static int
raw_socket(void)
{
	return says(socket(AF_PACKET, SOCK_RAW, 0));
}

/* libcurl with its resolver's thread, to a server in the parent. */
static uint16_t port;

static size_t
keep_body(char *p, size_t size, size_t n, void *arg)
{
	struct buf *b = arg;

	buf_add(b, p, size * n);
	return size * n;
}

static int
use_curl(void)
{
	CURL *curl = curl_easy_init();
	struct buf body;
	char url[64];
	CURLcode code;

	buf_init(&body, 100);
	snprintf(url, sizeof url, "http://localhost:%u/", port);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_IPRESOLVE, CURL_IPRESOLVE_V4);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, 10L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
	code = curl_easy_perform(curl);
	curl_easy_cleanup(curl);
	if (code != CURLE_OK)
		fprintf(stderr, "curl: %s", curl_easy_strerror(code));
	return code == CURLE_OK && str_eq(buf_view(&body), STR("hello")) ? DONE : REFUSED;
}

static void *
serve_one(void *arg)
{
	static const char answer[] = "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello";
	int fd = accept4(*(int *)arg, NULL, NULL, SOCK_CLOEXEC);
	char request[4096];

	assert_true(fd >= 0);
	assert_true(read(fd, request, sizeof request) > 0);
	assert_int_equal(write(fd, answer, sizeof answer - 1), sizeof answer - 1);
	close(fd);
	return NULL;
}

static void
test_curl(void **state)
{
	/* What names are looked up in, as courier lists it. */
	static const struct sandbox_path paths[] = {{"/etc", SANDBOX_READ}, {"/usr", SANDBOX_READ},
	        {"/run/systemd/resolve", SANDBOX_READ}};
	static const struct sandbox_spec spec = {
	        .may = SANDBOX_FILES | SANDBOX_CONNECT | SANDBOX_THREADS,
	        .paths = paths,
	        .paths_n = 3};
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof at;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), status;
	char said[2000];
	pthread_t t;

	(void)state;
	assert_int_equal(bind(listener, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(listen(listener, 4), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&at, &size), 0);
	port = ntohs(at.sin_port);
	assert_int_equal(pthread_create(&t, NULL, serve_one, &listener), 0);
	status = inside(&spec, use_curl, NULL, said, sizeof said);
	/* If nothing came, the server is still waiting. */
	shutdown(listener, SHUT_RDWR);
	if (status != 0 || said[0] != '\0')
		fail_msg("status %x, said %s", status, said);
	pthread_join(t, NULL);
	close(listener);
}

static void
test_files_and_network(void **state)
{
	char in[64], said[2000];
	struct sandbox_path paths[] = {
	        {in, SANDBOX_READ | SANDBOX_WRITE}, {"/nowhere", SANDBOX_READ}};
	struct sandbox_spec spec = {
	        .may = SANDBOX_FILES | SANDBOX_CONNECT, .paths = paths, .paths_n = 2};

	(void)state;
	snprintf(in, sizeof in, "%s/in", dir);
	assert_int_equal(mkdir(in, 0700), 0);
	assert_int_equal(inside(&spec, use_paths, NULL, said, sizeof said), DONE);
	assert_int_equal(inside(&spec, read_outside, NULL, said, sizeof said), DONE);
	assert_int_equal(inside(&spec, connect_out, NULL, said, sizeof said), DONE);
	assert_int_equal(
	        WEXITSTATUS(inside(&spec, raw_socket, NULL, said, sizeof said)), SANDBOX_EXIT);
	rmdir(in);
}

/* Two connections to one WAL database, opened before, and everything that a busy writer does. */
static sqlite3 *one, *two;

static int
run(sqlite3 *db, const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

static int
use_database(void)
{
	for (int i = 0; i < 300; i++) {
		if (run(one, "BEGIN IMMEDIATE; INSERT INTO t VALUES (randomblob(20000)); SAVEPOINT "
		             "s;"
		             "INSERT INTO t VALUES (1); ROLLBACK TO s; RELEASE s; COMMIT") != 0)
			return REFUSED;
		if (run(two, "SELECT count(*), max(length(b)) FROM t ORDER BY 1") != 0)
			return REFUSED;
	}
	if (run(two, "DELETE FROM t WHERE rowid % 2 = 0") != 0 ||
	        run(two, "PRAGMA wal_checkpoint(TRUNCATE)") != 0 ||
	        run(one, "INSERT INTO t VALUES (1)") != 0)
		return REFUSED;
	return DONE;
}

static sqlite3 *
open_database(const char *path)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), 0);
	assert_int_equal(run(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
	                         "PRAGMA temp_store=MEMORY; PRAGMA busy_timeout=1000;"
	                         "CREATE TABLE IF NOT EXISTS t (b); INSERT INTO t VALUES (1)"),
	        0);
	return db;
}

static void
test_sqlite_goes_on(void **state)
{
	static const struct sandbox_spec spec = {.may = ROLE};
	char path[64];
	pid_t pid;
	int status;

	(void)state;
	snprintf(path, sizeof path, "%s/db", dir);
	pid = fork();
	if (pid == 0) {
		struct diag d;

		one = open_database(path);
		two = open_database(path);
		if (sandbox_enter(&spec, &d) != ERR_OK)
			_exit(99);
		_exit(use_database());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	for (const char *const *s = (const char *const[]){"", "-wal", "-shm", NULL}; *s; s++) {
		snprintf(path, sizeof path, "%s/db%s", dir, *s);
		unlink(path);
	}
}

static void *
waits(void *arg)
{
	pause();
	return arg;
}

static void
test_needs_one_thread(void **state)
{
	static const struct sandbox_spec spec = {.may = ROLE};
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0) {
		struct diag d;
		pthread_t t;

		pthread_create(&t, NULL, waits, NULL);
		_exit(sandbox_enter(&spec, &d) == ERR_STATE ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static int
worker(int (*act)(void), long (*try)(void), unsigned time_s)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		const struct worker_limits limits = {
		        .memory_bytes = 256 << 20, .cpu_s = 1, .time_s = time_s};

		if (sandbox_enter_worker(&limits) != ERR_OK)
			_exit(99);
		_exit(act != NULL ? act() : says(try()));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

#ifndef VDPD_ASAN /* its own memory is larger than any limit */
static int
grow(void)
{
	return mmap(NULL, (size_t)1 << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
	               0) == MAP_FAILED
	               ? REFUSED
	               : DONE;
}
#endif

static int
spin(void)
{
	volatile unsigned i = 0;

	while (i < 2)
		i ^= 1;
	return DONE;
}

static int
hang(void)
{
	char c;

	return read(7, &c, 1) != 0;
}

static void
test_worker(void **state)
{
	int pair[2];

	(void)state;
	for (size_t i = 0; i < probe_attempts_n; i++)
		assert_int_equal(worker(NULL, probe_attempts[i].act, 5), 128 + SIGSYS);
#ifndef VDPD_ASAN
	assert_int_equal(worker(grow, NULL, 5), REFUSED);
#endif
	assert_int_equal(worker(spin, NULL, 60), 128 + SIGKILL);
	assert_int_equal(pipe(pair), 0);
	dup2(pair[0], 7);
	assert_int_equal(worker(hang, NULL, 1), 128 + SIGALRM);
}

/* A kernel without Landlock: the start stops, and says what to do. */
static void
test_old_kernel(void **state)
{
	static const struct sandbox_spec spec = {.may = ROLE};
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0) {
		scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
		struct diag d = {0};

		if (seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SYS_landlock_create_ruleset, 0) !=
		                0 ||
		        seccomp_load(f) != 0 || sandbox_enter(&spec, &d) != ERR_UNSUPPORTED)
			_exit(1);
		_exit(strstr(d.mend, "sandbox: off") != NULL ? 0 : 2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static int
make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) == NULL;
}

static int
remove_dir(void **state)
{
	(void)state;
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_with_landlock),
	        cmocka_unit_test(test_seccomp_alone),
	        cmocka_unit_test(test_files_and_network),
	        cmocka_unit_test(test_curl),
	        cmocka_unit_test(test_sqlite_goes_on),
	        cmocka_unit_test(test_needs_one_thread),
	        cmocka_unit_test(test_worker),
	        cmocka_unit_test(test_old_kernel),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
