/* The supervisor with all its roles, played by this program (played_roles.h): executed as
 * vdpd-public it takes a line of text on a connection to its listener, does what that says and
 * answers with a line. */
#include "unit.h"

#include "played_roles.h"
#include "proc/listener.h"
#include "proc/supervisor.h"

#include <limits.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/wait.h>

/* ---- The tests ---- */

static char base[] = "/tmp/vdpd-supervisor-XXXXXX";
static char instance[64], libexec[64], program[64];
static char log_name[32]; /* of the last start's stderr */

struct serving {
	pid_t pid;
	int out;
};

static void
write_file(const char *dir, const char *name, const char *text)
{
	char path[200];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	if (geteuid() == 0)
		assert_int_equal(chown(path, 65534, 65534), 0);
}

static void
read_file(const char *dir, const char *name, char *out, size_t size)
{
	char path[200];
	FILE *f;
	size_t n;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	f = fopen(path, "r");
	assert_non_null(f);
	n = fread(out, 1, size - 1, f);
	out[n] = '\0';
	fclose(f);
}

static void
role_is(const char *role, const char *target)
{
	char path[200];

	snprintf(path, sizeof path, "%s/vdpd-%s", libexec, role);
	unlink(path);
	assert_int_equal(symlink(target, path), 0);
}

static void
do_nothing(const char *state)
{
	(void)state;
}

static struct serving
serve(bool no_limits)
{
	static int starts;
	struct serving s;
	int pair[2];

	assert_int_equal(pipe2(pair, O_CLOEXEC), 0);
	snprintf(log_name, sizeof log_name, "stderr-%d", ++starts);
	s.pid = fork();
	if (s.pid == 0) {
		struct supervisor_options o = {.instance = instance,
		        .public_listen = "127.0.0.1:0",
		        .desk_listen = "127.0.0.1:0",
		        .no_limits = no_limits,
		        .libexec = libexec,
		        .notify = do_nothing};
		char path[100];

		snprintf(path, sizeof path, "%s/%s", base, log_name);
		dup2(pair[1], STDOUT_FILENO);
		dup2(open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600), STDERR_FILENO);
		_exit(supervisor_run(&o));
	}
	close(pair[1]);
	s.out = pair[0];
	return s;
}

/* Waits for the ready line. */
static void
is_ready(const struct serving *s)
{
	struct pollfd p = {.fd = s->out, .events = POLLIN};
	char line[300];
	ssize_t n;

	assert_int_equal(poll(&p, 1, 20000), 1);
	n = read(s->out, line, sizeof line - 1);
	line[n > 0 ? n : 0] = '\0';
	assert_non_null(strstr(line, "ready public=http://127.0.0.1:"));
}

static int
ends(struct serving *s)
{
	int status;

	assert_int_equal(waitpid(s->pid, &status, 0), s->pid);
	close(s->out);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int
stop(struct serving *s)
{
	kill(s->pid, SIGTERM);
	return ends(s);
}

static void
said(const char *text)
{
	char log[20000];

	read_file(base, log_name, log, sizeof log);
	if (strstr(log, text) == NULL)
		fail_msg("not said: %s, but: %s", text, log);
}

/* Sends COMMAND to the role behind run/FILE. An empty answer: it died. */
static const char *
tell(const char *file, const char *command)
{
	static char answer[64];
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	char name[64];
	ssize_t n;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	read_file(instance, file, name, sizeof name);
	at.sin_port = htons((uint16_t)strtoul(strchr(name, ':') + 1, NULL, 10));
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(write(fd, command, strlen(command)), strlen(command));
	n = read(fd, answer, sizeof answer - 1);
	answer[n > 0 ? n : 0] = '\0';
	close(fd);
	return answer;
}

#define PUBLIC "run/public.addr"
#define DESK   "run/desk.addr"

static pid_t
pid_of(const char *file, const char *command)
{
	pid_t pid = 0;

	/* A request that was with a process when it was killed fails; soon one does not. */
	for (int i = 0; i < 100 && pid == 0; i++) {
		pid = (pid_t)strtol(tell(file, command), NULL, 10);
		if (pid == 0)
			usleep(10000);
	}
	assert_true(pid > 1);
	return pid;
}

static void
test_life(void **state)
{
	struct serving s = serve(true), second;
	pid_t keyd, public_pid;
	char answer[64], policy[100000];
	int fd;

	(void)state;
	is_ready(&s);
	assert_string_equal(tell(PUBLIC, "limits"), "none");
	assert_string_equal(tell(PUBLIC, "blobs"), "good");
	assert_string_equal(tell(DESK, "blobs"), "good");
	assert_string_equal(tell(PUBLIC, "open"), "Permission denied");

	/* A second one says who is there. */
	second = serve(false);
	assert_int_equal(ends(&second), 1);
	said("being served already, by process");

	/* keyd is started again; who asks waits for the new one. */
	keyd = pid_of(PUBLIC, "keyd");
	assert_int_equal(pid_of(DESK, "keyd"), keyd);
	kill(keyd, SIGKILL);
	assert_int_not_equal(pid_of(PUBLIC, "keyd"), keyd);
	assert_int_not_equal(pid_of(DESK, "keyd"), keyd);

	/* A denied call ends public; it comes back, and keyd answers the new one. */
	public_pid = pid_of(PUBLIC, "pid");
	assert_string_equal(tell(PUBLIC, "socket"), "");
	assert_int_not_equal(pid_of(PUBLIC, "pid"), public_pid);
	assert_true(pid_of(PUBLIC, "keyd") > 1);

	/* The command line's socket. */
	assert_int_equal(listener_connect(instance, "run/keyd.sock", &fd), ERR_OK);
	close(fd);

	/* The test clock. */
	memcpy(answer, &(int64_t){4102444800}, 8);
	snprintf(policy, sizeof policy, "%s/run/test-clock", instance);
	fd = open(policy, O_WRONLY);
	assert_int_equal(write(fd, answer, 8), 8);
	close(fd);
	assert_string_equal(tell(PUBLIC, "time"), "4102444800");

	/* SIGHUP: a bad file changes nothing; a good one arrives. */
	read_file(instance, "programmes/exact.works/policy.yaml", policy, sizeof policy);
	write_file(instance, "programmes/exact.works/policy.yaml", "nonsense: 1\n");
	kill(s.pid, SIGHUP);
	usleep(300000);
	assert_string_equal(tell(PUBLIC, "policies"), "0");
	write_file(instance, "programmes/exact.works/policy.yaml", policy);
	kill(s.pid, SIGHUP);
	for (int i = 0; i < 100 && strcmp(tell(PUBLIC, "policies"), "1") != 0; i++)
		usleep(20000);
	assert_string_equal(tell(PUBLIC, "policies"), "1");
	assert_string_equal(tell(DESK, "policies"), "1");

	assert_int_equal(stop(&s), 0);
}

/* The log of one start, in which nothing else writes to it. */
static void
test_log(void **state)
{
	struct serving s = serve(false);
	pid_t keyd;

	(void)state;
	is_ready(&s);
	assert_string_equal(tell(PUBLIC, "limits"), "some");
	assert_string_equal(tell(PUBLIC, "open"), "Permission denied");
	said("what=denied_syscall");
	keyd = pid_of(DESK, "keyd");
	kill(keyd, SIGKILL);
	assert_int_not_equal(pid_of(DESK, "keyd"), keyd);
	said("what=process_ended process=keyd signal=9");
	assert_string_equal(tell(PUBLIC, "socket"), "");
	assert_true(pid_of(PUBLIC, "pid") > 1);
	said("what=process_ended process=public exit=159");
	write_file(instance, "programmes/exact.works/policy.yaml.bad", "");
	assert_int_equal(stop(&s), 0);
	said("role=public what=finished");
	said("role=supervisor what=stopped process=keyd");
}

/* Children die with a supervisor that is killed, and the instance is free again. */
static void
test_killed_supervisor(void **state)
{
	struct serving s = serve(false);
	pid_t pids[3];

	(void)state;
	is_ready(&s);
	pids[0] = pid_of(PUBLIC, "pid");
	pids[1] = pid_of(DESK, "pid");
	pids[2] = pid_of(DESK, "keyd");
	kill(s.pid, SIGKILL);
	assert_int_equal(ends(&s), 128 + SIGKILL);
	for (int i = 0; i < 3; i++) {
		for (int n = 0; n < 200 && kill(pids[i], 0) == 0; n++)
			usleep(10000);
		assert_int_equal(kill(pids[i], 0), -1);
	}
	s = serve(false);
	is_ready(&s);
	assert_int_equal(stop(&s), 0);
}

static void
test_bad_starts(void **state)
{
	char config[4000], policy[100000];
	struct serving s;

	(void)state;

	/* A role that cannot say why: five times, then all stops. */
	role_is("courier", "/bin/false");
	s = serve(false);
	assert_int_equal(ends(&s), 1);
	said("courier ended 5 times");

	/* A role that says why: once. */
	role_is("courier", program);
	assert_int_equal(setenv("VDPD_TEST_FAIL", "1", 1), 0);
	s = serve(false);
	assert_int_equal(ends(&s), 1);
	said("vdpd: courier: the database is damaged; restore a backup");
	unsetenv("VDPD_TEST_FAIL");

	read_file(instance, "programmes/exact.works/policy.yaml", policy, sizeof policy);
	write_file(instance, "programmes/exact.works/policy.yaml", "nonsense: 1\n");
	s = serve(false);
	assert_int_equal(ends(&s), 1);
	said("vdpd: programmes/exact.works/policy.yaml:1:1: ");
	write_file(instance, "programmes/exact.works/policy.yaml", policy);

	read_file(instance, "vdpd.yaml", config, sizeof config);
	write_file(instance, "vdpd.yaml", "surprise: yes\n");
	s = serve(false);
	assert_int_equal(ends(&s), 1);
	said("vdpd: vdpd.yaml:1:1: ");

	/* sandbox: off is said at each start. */
	write_file(instance, "vdpd.yaml", config);
	strncat(config, "\nsandbox: off\n", sizeof config - strlen(config) - 1);
	write_file(instance, "vdpd.yaml", config);
	s = serve(false);
	is_ready(&s);
	assert_string_equal(tell(PUBLIC, "open"), "opened");
	assert_int_equal(stop(&s), 0);
	said("role=supervisor what=sandbox_off");
	said("role=public what=sandbox_off");
}

static void
test_root_is_refused(void **state)
{
	struct serving s;

	(void)state;
	if (geteuid() != 0)
		return;
	assert_int_equal(chown(instance, 0, 0), 0);
	s = serve(false);
	assert_int_equal(ends(&s), 1);
	said("chown");
	assert_int_equal(chown(instance, 65534, 65534), 0);
}

static void
make_dir(const char *name)
{
	char path[200];

	snprintf(path, sizeof path, "%s%s%s", instance, name[0] != '\0' ? "/" : "", name);
	assert_int_equal(mkdir(path, 0700), 0);
	if (geteuid() == 0)
		assert_int_equal(chown(path, 65534, 65534), 0);
}

static int
set_up(void **state)
{
	static char policy[100000], own[PATH_MAX], command[PATH_MAX + 100];
	ssize_t n = readlink("/proc/self/exe", own, sizeof own - 1);

	(void)state;
	own[n > 0 ? n : 0] = '\0';
	assert_non_null(mkdtemp(base));
	assert_int_equal(chmod(base, 0711), 0);
	snprintf(instance, sizeof instance, "%s/instance", base);
	snprintf(libexec, sizeof libexec, "%s/libexec", base);
	make_dir("");
	for (const char *const *d =
	                (const char *const[]){"keys", "programmes", "programmes/exact.works", NULL};
	        *d != NULL; d++)
		make_dir(*d);
	assert_int_equal(mkdir(libexec, 0755), 0);
	/* A copy: the instance's user may not be able to look into this checkout. */
	snprintf(program, sizeof program, "%s/program", base);
	snprintf(command, sizeof command, "cp '%s' %s", own, program);
	assert_int_equal(system(command), 0);
	for (const char *const *r = (const char *const[]){"keyd", "public", "desk", "courier",
	             "nursery", "mime", "pgp", NULL};
	        *r != NULL; r++)
		role_is(*r, program);
	read_file("programmes/exact.works", "policy.yaml", policy, sizeof policy);
	write_file(instance, "programmes/exact.works/policy.yaml", policy);
	write_file(instance, "vdpd.yaml",
	        "public_url: http://localhost:8080\ndesk_url: http://localhost:8081\n"
	        "programme: exact.works\n");
	return 0;
}

static int
tear_down(void **state)
{
	char command[100];

	(void)state;
	snprintf(command, sizeof command, "rm -r %s", base);
	return getenv("KEEP") == NULL && system(command);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_life),
	        cmocka_unit_test(test_log),
	        cmocka_unit_test(test_killed_supervisor),
	        cmocka_unit_test(test_bad_starts),
	        cmocka_unit_test(test_root_is_refused),
	};

	(void)argc;
	play_role(argv[0]);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
