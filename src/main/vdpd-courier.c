/* courier: the jobs, and what goes out. It has files put into the outbox or speaks to a relay,
 * never both; addresses come from keyd when they are needed. */
#include "act/instance.h"
#include "base/log.h"
#include "base/secret.h"
#include "jobs/runner.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

enum { FILES_MAX = 256, PASSWORD_MAX = 1024, CA_MAX = 4 << 20 };

struct courier {
	struct instance in;
	struct transport *transport;
	struct runner *runner;
	atomic_bool stop;
};

/* ---- The transports, before the sandbox ---- */

/* All of the file FD, at most MAX bytes, in A. */
static enum err
read_all(struct arena *a, int fd, size_t max, struct str *out)
{
	char *p = arena_alloc(a, max + 1);
	size_t n = 0;
	ssize_t got;

	while (n <= max && (got = read(fd, p + n, max + 1 - n)) > 0)
		n += (size_t)got;
	if (n > max)
		return ERR_TOO_LARGE;
	*out = str_bytes(p, n);
	return got < 0 ? ERR_IO : ERR_OK;
}

/* The certificates that Debian's ca-certificates gathers; without them libcurl looks for its own.
 */
static struct str
read_ca(struct arena *a)
{
	int fd = open("/etc/ssl/certs/ca-certificates.crt", O_RDONLY | O_CLOEXEC);
	struct str ca = STR("");

	if (fd < 0 || read_all(a, fd, CA_MAX, &ca) != ERR_OK)
		ca = STR("");
	if (fd >= 0)
		close(fd);
	return ca;
}

static void
open_smtp(struct courier *c)
{
	const struct config *config = c->in.config;
	struct arena *a = arena_new(3 * CA_MAX);
	struct str password = STR("");
	struct str helo = config->public_url.loopback ? STR("localhost") : config->public_url.host;
	struct diag d = {0};

	if (role_has(c->in.role, SLOT_SMTP_PASSWORD)) {
		int fd = role_fd(c->in.role, SLOT_SMTP_PASSWORD);

		if (read_all(a, fd, PASSWORD_MAX, &password) != ERR_OK) {
			diag_set(&d, ERR_INVALID, "write the password alone into it",
			        "the relay's password file cannot be read, or is too long");
			role_fail(c->in.role, &d);
		}
		close(fd);
		while (password.n > 0 &&
		        (password.p[password.n - 1] == '\n' || password.p[password.n - 1] == '\r'))
			password.n--;
	}
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		abort();
	c->transport = transport_smtp(config, password, read_ca(a), helo, &c->stop);
	arena_free(a);
}

/* ---- The sandbox ---- */

/* No file is opened in either case: the supervisor makes those of the outbox, and names are looked
 * up without libc's files. */
static void
enter_sandbox(struct courier *c)
{
	struct sandbox_spec spec = {
	        .may = SANDBOX_THREADS | SANDBOX_STORE,
	        .files_max = FILES_MAX,
	};

	if (c->in.config->notices.transport == NOTICE_SMTP)
		spec.may |= SANDBOX_CONNECT;
	role_sandbox(c->in.role, &spec);
}

/* ---- Control ---- */

static void
on_policy(void *arg, int fd)
{
	struct courier *c = arg;

	runner_policy(c->runner, fd);
}

static const struct role_hooks hooks = {.policy = on_policy};

int
main(void)
{
	struct courier c = {0};
	struct db *db;

	if (sodium_init() < 0)
		return 1;
	instance_open(&c.in, ROLE_COURIER);
	db = instance_db(&c.in);
	if (c.in.config->notices.transport == NOTICE_SMTP)
		open_smtp(&c);
	else
		c.transport = transport_dir(c.in.supervisor);
	enter_sandbox(&c);
	c.runner = runner_new(&c.in, db, c.transport, &c.stop);
	if (runner_start(c.runner) != ERR_OK) {
		log_error("thread");
		role_exit(1);
	}
	role_ready(c.in.role);
	role_run(c.in.role, &hooks, &c);
	runner_stop(c.runner);
	transport_free(c.transport);
	db_close(db);
	role_exit(0);
}
