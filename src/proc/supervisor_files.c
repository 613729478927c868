/* Opening an instance for its roles. */
#include "proc/supervisor_files.h"

#include "base/log.h"
#include "base/time.h"
#include "proc/instance.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static bool
refuse(const struct diag *d)
{
	char text[700];

	diag_format(d, text, sizeof text);
	fprintf(stderr, "vdpd: %s\n", text);
	return false;
}

static void
say_all(const struct diags *ds)
{
	for (size_t i = 0; i < ds->n; i++)
		refuse(&ds->d[i]);
	if (ds->more > 0)
		fprintf(stderr, "vdpd: and %zu more\n", ds->more);
}

static bool
read_config(struct supervisor_files *f)
{
	struct diags ds = {0};
	struct diag d = {0};

	f->arena = arena_new(CONFIG_ARENA_BYTES + 2 * CONFIG_FILE_MAX);
	if (instance_read(f->arena, "vdpd.yaml", CONFIG_FILE_MAX, &f->config_text, &d) != ERR_OK)
		return refuse(&d);
	if (config_parse(f->arena, "vdpd.yaml", f->config_text, &ds, &f->config) != ERR_OK) {
		say_all(&ds);
		return false;
	}
	f->policy_name = str_z(f->arena,
	        str_fmt(f->arena, "programmes/%.*s/policy.yaml", STR_ARG(f->config->programme)));
	return true;
}

/* Reads and judges the policy file; takes it over if it is good. */
static enum err
read_policy(struct supervisor_files *f, struct diags *ds)
{
	struct arena *a = arena_new(POLICY_ARENA_BYTES + 2 * POLICY_FILE_MAX);
	const struct policy *policy;
	struct diag d = {0};
	struct str text;
	enum err e = instance_read(a, f->policy_name, POLICY_FILE_MAX, &text, &d);

	if (e != ERR_OK) {
		ds->d[ds->n++] = d;
	} else {
		e = policy_parse(a, f->policy_name, text, ds, &policy);
	}
	if (e != ERR_OK) {
		arena_free(a);
		return e;
	}
	arena_free(f->policy_arena);
	f->policy_arena = a;
	f->policy_text = text;
	return ERR_OK;
}

enum err
supervisor_files_reload(struct supervisor_files *f)
{
	struct diags ds = {0};
	enum err e = read_policy(f, &ds);
	char text[700];

	for (size_t i = 0; e != ERR_OK && i < ds.n; i++) {
		diag_format(&ds.d[i], text, sizeof text);
		log_error("policy_refused", "why", text);
	}
	return e;
}

static bool
open_listener(struct supervisor_files *f, enum role_id role, const char *given,
        struct str configured, const char *file, char name[LISTENER_NAME_MAX])
{
	const char *address = given != NULL ? given : str_z(f->arena, configured);
	struct diag d = {0};

	if (listener_tcp(address, 3000, &f->listener[role], name, &d) != ERR_OK)
		return refuse(&d);
	if (instance_write(file, name) != ERR_OK) {
		diag_set(&d, ERR_IO, NULL, "cannot write %s", file);
		return refuse(&d);
	}
	return true;
}

static bool
open_outbox(struct supervisor_files *f, struct diag *d)
{
	const struct config *c = f->config;
	enum err e = ERR_OK;

	if (c->notices.transport == NOTICE_DIR)
		e = instance_dir(str_z(f->arena, c->notices.dir), &f->outbox, d);
	if (e == ERR_OK && c->notices.smtp.password_file.n > 0) {
		const char *name = str_z(f->arena, c->notices.smtp.password_file);

		f->fd[SLOT_SMTP_PASSWORD] = open(name, O_RDONLY | O_CLOEXEC);
		if (f->fd[SLOT_SMTP_PASSWORD] < 0)
			e = diag_set(d, ERR_IO, "write the relay's password into it",
			        "%s: cannot be read", name);
	}
	return e == ERR_OK;
}

/* Files that keyd, or init, has written; what needs one that is not there says so. */
static void
open_keys(struct supervisor_files *f)
{
	static const struct {
		enum slot slot;
		const char *name;
	} keys[] = {
	        {SLOT_PUBLIC_KEYS, "keys/public.keys"},
	        {SLOT_SERVER_KEY, "keys/server.key"},
	};

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		f->fd[keys[i].slot] = open(keys[i].name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
}

/* Where mail comes in: the socket of `vdpd deliver`, and LMTP where it is wanted. */
static enum err
open_mail(struct supervisor_files *f, struct diag *d)
{
	struct str lmtp = f->config->mail.lmtp;
	char name[LISTENER_NAME_MAX];
	enum err e =
	        listener_unix_stream("run/deliver.sock", 0600, &f->fd[SLOT_DELIVER_LISTENER], d);

	if (e != ERR_OK || lmtp.n == 0)
		return e;
	if (str_starts(lmtp, STR("unix:")))
		return listener_unix_stream(str_z(f->arena, str_sub(lmtp, 5, SIZE_MAX)), 0666,
		        &f->fd[SLOT_LMTP_LISTENER], d);
	e = listener_tcp(str_z(f->arena, lmtp), 3000, &f->fd[SLOT_LMTP_LISTENER], name, d);
	if (e == ERR_OK && instance_write("run/lmtp.addr", name) != ERR_OK)
		e = diag_set(d, ERR_IO, NULL, "cannot write run/lmtp.addr");
	return e;
}

static bool
open_all(struct supervisor_files *f, const struct supervisor_options *o)
{
	struct diag d = {0};

	if (instance_dir("data", &f->fd[SLOT_DATA_DIR], &d) != ERR_OK ||
	        instance_dir("data/blobs", &f->blobs, &d) != ERR_OK ||
	        instance_dir("keys", &f->fd[SLOT_KEYS_DIR], &d) != ERR_OK || !open_outbox(f, &d) ||
	        listener_unix("run/keyd.sock", &f->fd[SLOT_COMMAND_LISTENER], &d) != ERR_OK ||
	        open_mail(f, &d) != ERR_OK)
		return refuse(&d);
	open_keys(f);
#ifdef VDPD_TEST
	if (instance_test_clock(&f->fd[SLOT_TEST_CLOCK]) != ERR_OK ||
	        time_use_test_clock(f->fd[SLOT_TEST_CLOCK]) != ERR_OK) {
		diag_set(&d, ERR_IO, NULL, "run/test-clock cannot be used");
		return refuse(&d);
	}
#endif
	return open_listener(f, ROLE_PUBLIC, o->public_listen, f->config->public_listen.text,
	               "run/public.addr", f->public_name) &&
	       open_listener(f, ROLE_DESK, o->desk_listen, f->config->desk_listen.text,
	               "run/desk.addr", f->desk_name);
}

bool
supervisor_files_open(struct supervisor_files *f, const struct supervisor_options *o)
{
	struct diags ds = {0};
	struct diag d = {0};

	*f = (struct supervisor_files){.lock = -1, .blobs = -1, .outbox = -1};
	for (int i = 0; i < SLOT_COUNT; i++)
		f->fd[i] = -1;
	for (int i = 0; i < ROLE_COUNT; i++)
		f->listener[i] = -1;
	if (instance_enter(o->instance, &d) != ERR_OK)
		return refuse(&d);
	if (read_config(f))
		log_format((enum log_format)f->config->log_format);
	else
		return false;
	if (instance_folders(&d) != ERR_OK || instance_lock(&f->lock, &d) != ERR_OK)
		return refuse(&d);
	if (read_policy(f, &ds) != ERR_OK) {
		say_all(&ds);
		return false;
	}
	return open_all(f, o);
}

void
supervisor_files_clear(struct supervisor_files *f)
{
	arena_free(f->policy_arena);
	arena_free(f->arena);
	f->policy_arena = f->arena = NULL;
}

int
supervisor_files_get(const struct supervisor_files *f, enum role_id role, enum slot slot)
{
	int fd = -1;

	if (slot == SLOT_CONFIG && instance_sealed("vdpd.yaml", f->config_text, &fd) != ERR_OK)
		return -1;
	if (slot == SLOT_POLICY && instance_sealed("policy.yaml", f->policy_text, &fd) != ERR_OK)
		return -1;
	if (slot == SLOT_LISTENER)
		fd = fcntl(f->listener[role], F_DUPFD_CLOEXEC, 0);
	if (fd < 0 && f->fd[slot] >= 0)
		fd = fcntl(f->fd[slot], F_DUPFD_CLOEXEC, 0);
	return fd;
}
