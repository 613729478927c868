/* courier: mail that comes in, the jobs, and what goes out. It has files put into the outbox or
 * speaks to a relay, never both; addresses come from keyd when they are needed. */
#include "act/instance.h"
#include "base/log.h"
#include "base/secret.h"
#include "jobs/runner.h"
#include "mail/lmtp.h"
#include "store/statements.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <malloc.h>
#include <seccomp.h>
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

enum { FILES_MAX = 1024, ARENAS_MAX = 8, PASSWORD_MAX = 1024, CA_MAX = 4 << 20 };

struct courier {
	struct instance in;
	struct transport *transport;
	struct runner *runner;
	struct mail_service mail;
	int listeners[LMTP_LISTENERS_MAX];
	size_t listeners_n;
	struct lmtp *lmtp;
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

/* ---- Mail that comes in ---- */

static struct db *
lazy_db(struct courier *c)
{
	struct diag d = {0};
	struct db *db;

	if (db_open(c->in.data_dir, &store_set, DB_LAZY, &d, &db) != ERR_OK)
		role_fail(c->in.role, &d);
	return db;
}

/* What the sandbox does not let in any more: listeners, connections to the database. */
static struct writer_config
mail_prepare(struct courier *c)
{
	const struct config *config = c->in.config;

	c->listeners[c->listeners_n++] = role_fd(c->in.role, SLOT_DELIVER_LISTENER);
	if (role_has(c->in.role, SLOT_LMTP_LISTENER))
		c->listeners[c->listeners_n++] = role_fd(c->in.role, SLOT_LMTP_LISTENER);
	for (size_t i = 0; i < GATE_PLACES; i++)
		c->mail.db[i] = lazy_db(c);
	c->mail.inbound.in = &c->in;
	c->mail.mime = role_pool(c->in.role, SLOT_TO_MIME);
	c->mail.inbound.pgp = role_pool(c->in.role, SLOT_TO_PGP);
	c->mail.gate = gate_new(role_no_limits(c->in.role) ? 0 : config->mail.messages_per_hour);
	c->mail.host = config->public_url.loopback ? STR("localhost") : config->public_url.host;
	c->mail.stop = &c->stop;
	return (struct writer_config){
	        .db = lazy_db(c),
	        .checkpoint_db = lazy_db(c),
	        .queue_max = 256,
	        .batch = inbound_sign,
	        .ctx = &c->in,
	};
}

static enum err
mail_start(struct courier *c, const struct writer_config *w)
{
	enum err e = writer_start(w, &c->mail.inbound.writer);

	return e == ERR_OK ? lmtp_start(&c->mail, c->listeners, c->listeners_n, &c->lmtp) : e;
}

static void
mail_stop(struct courier *c)
{
	atomic_store(&c->stop, true);
	lmtp_stop(c->lmtp);
	writer_stop(c->mail.inbound.writer);
}

/* ---- The sandbox ---- */

/* No file is opened in either case: the supervisor makes those of the outbox, and names are looked
 * up without libc's files. */
static void
enter_sandbox(struct courier *c)
{
	/* Messages and their parts are memory without a name. */
	static const int more_calls[] = {SCMP_SYS(memfd_create)};
	struct sandbox_spec spec = {
	        .may = SANDBOX_THREADS | SANDBOX_SERVE | SANDBOX_STORE,
	        .syscalls = more_calls,
	        .syscalls_n = 1,
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
	static struct courier c;
	struct writer_config writer;
	struct db *db;

	if (sodium_init() < 0)
		return 1;
	/* Else malloc asks for the number of processors, in a file, once there are many threads. */
	mallopt(M_ARENA_MAX, ARENAS_MAX);
	instance_open(&c.in, ROLE_COURIER);
	db = instance_db(&c.in);
	if (c.in.config->notices.transport == NOTICE_SMTP)
		open_smtp(&c);
	else
		c.transport = transport_dir(c.in.supervisor);
	writer = mail_prepare(&c);
	enter_sandbox(&c);
	c.runner = runner_new(&c.in, db, c.transport, &c.stop);
	if (mail_start(&c, &writer) != ERR_OK || runner_start(c.runner) != ERR_OK) {
		log_error("thread");
		role_exit(1);
	}
	role_ready(c.in.role);
	role_run(c.in.role, &hooks, &c);
	mail_stop(&c);
	runner_stop(c.runner);
	transport_free(c.transport);
	db_close(db);
	role_exit(0);
}
