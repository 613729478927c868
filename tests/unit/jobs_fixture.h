/* The jobs over a real database and a real keyd, with the outbox as transport; the clock is the
 * test's. */
#ifndef VDPD_TESTS_JOBS_FIXTURE_H
#define VDPD_TESTS_JOBS_FIXTURE_H

/* keyd and act each have actors of their own; no process but this one knows both. */
#define actor          keyd_actor
#define actor_kind     keyd_actor_kind
#define ACTOR_PERSON   KEYD_ACTOR_PERSON
#define ACTOR_TOKEN    KEYD_ACTOR_TOKEN
#define ACTOR_OPERATOR KEYD_ACTOR_OPERATOR
#include "keyd_fixture.h"
#undef actor
#undef actor_kind
#undef ACTOR_PERSON
#undef ACTOR_TOKEN
#undef ACTOR_OPERATOR

#include "act/intake.h"
#include "case/permission.h"
#include "jobs/jobs.h"
#include "main_store.h"
#include "proc/blob_server.h"
#include "store/policy_store.h"

#include <dirent.h>
#include <pthread.h>

#define FIXTURE_WORDS "Zimbelstern"

struct jobs_fixture {
	struct keyd_fixture *k;
	struct main_store store;
	struct arena *a;
	struct programme pr;
	const struct policy *policy;
	const struct config *config;
	struct key intake_key;
	struct jobs jobs;
	atomic_bool stop;
	char outbox[64];
	struct blob_server files; /* as the supervisor has it */
	struct channel_server *supervisor;
	pthread_t thread;
	struct str ada; /* a session */
	unsigned char totp[KEYD_TOTP_BYTES];
};

static inline enum err
jobs_policy_write(struct db *db, void *ctx)
{
	struct jobs_fixture *f = ctx;
	struct policy_row row = {.text = f->policy->text};
	enum err e = programme_ensure(db, f->pr.name, f->pr.case_prefix, &f->pr.id);

	memcpy(row.sha256, f->policy->sha256, sizeof row.sha256);
	row.programme_id = f->pr.id;
	return e == ERR_OK ? policy_keep(db, &row) : e;
}

static inline void
jobs_read_texts(struct jobs_fixture *f)
{
	static const char file[] = "programmes/exact.works/policy.yaml";
	static char text[1 << 20];
	FILE *in = fopen(file, "rb");
	struct diags ds = {0};
	struct diag d = {0};
	size_t n;

	assert_non_null(in);
	n = fread(text, 1, sizeof text, in);
	fclose(in);
	f->pr.policies = policies_new();
	assert_int_equal(
	        policies_add(f->pr.policies, file, str_bytes(text, n), &d, &f->policy), ERR_OK);
	f->pr.name = f->policy->programme;
	f->pr.case_prefix = f->policy->case_prefix;
	assert_int_equal(
	        config_parse(f->a, "vdpd.yaml",
	                config_text(f->a, STR("exact.works"), STR("https://security.exact.works"),
	                        STR("https://desk.exact.works")),
	                &ds, &f->config),
	        ERR_OK);
}

static inline void *
jobs_supervisor(void *arg)
{
	struct jobs_fixture *f = arg;

	while (!atomic_load(&f->stop))
		assert_int_equal(channel_server_step(f->supervisor, 1000), ERR_OK);
	return NULL;
}

static inline void
jobs_supervise(struct jobs_fixture *f)
{
	struct fds fds = {.n = 1};
	int pair[2];

	f->files = (struct blob_server){.dir = -1,
	        .outbox = openat(AT_FDCWD, f->outbox, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
	f->supervisor = channel_server_new(blob_requests, blob_requests_n, &f->files);
	assert_int_equal(packet_pair(pair), ERR_OK);
	assert_int_equal(channel_server_add(f->supervisor, pair[1], ROLE_COURIER), ERR_OK);
	fds.fd[0] = pair[0];
	f->jobs.supervisor = channel_pool_new();
	channel_pool_replace(f->jobs.supervisor, &fds);
	assert_int_equal(pthread_create(&f->thread, NULL, jobs_supervisor, f), 0);
}

static inline struct jobs_fixture *
jobs_make(void)
{
	struct jobs_fixture *f = calloc(1, sizeof *f);

	f->k = fixture_make();
	fixture_start(f->k);
	f->a = arena_new(256 << 20);
	main_store_open(&f->store);
	jobs_read_texts(f);
	f->pr.wrapper = wrapper_new(f->k->halves.storage);
	memcpy(f->pr.signing_public, f->k->halves.signing, sizeof f->pr.signing_public);
	key_random(&f->intake_key);
	assert_int_equal(tx_run(f->store.db, jobs_policy_write, f), ERR_OK);
	snprintf(f->outbox, sizeof f->outbox, "/tmp/vdpd-outbox-XXXXXX");
	assert_non_null(mkdtemp(f->outbox));
	jobs_supervise(f);
	f->jobs = (struct jobs){
	        .db = f->store.db,
	        .programme = &f->pr,
	        .config = f->config,
	        .policy = f->policy,
	        .keyd = &f->k->as[ROLE_COURIER],
	        .transport = transport_dir(f->jobs.supervisor),
	        .supervisor = f->jobs.supervisor,
	        .stop = &f->stop,
	};
	return f;
}

static inline void
jobs_end(struct jobs_fixture *f)
{
	transport_free(f->jobs.transport);
	channel_pool_free(f->jobs.supervisor);
	atomic_store(&f->stop, true);
	channel_server_wake(f->supervisor);
	pthread_join(f->thread, NULL);
	channel_server_free(f->supervisor);
	close(f->files.outbox);
	nftw(f->outbox, main_store_remove_one, 8, FTW_DEPTH | FTW_PHYS);
	main_store_close(&f->store);
	policies_free(f->pr.policies);
	fixture_end(f->k);
	arena_free(f->a);
	free(f);
}

/* ---- The world ---- */

static inline enum err
jobs_insert(struct db *db, void *ctx)
{
	return intake_insert(ctx, db);
}

/* A report with an address, numbered by keyd. */
static inline void
jobs_report(struct jobs_fixture *f, struct intake *in)
{
	*in = (struct intake){
	        .a = f->a,
	        .programme = &f->pr,
	        .policy = f->policy,
	        .intake_key = &f->intake_key,
	        .actor = {ACTOR_REPORTER, 0, 0},
	        .channel = STR("web"),
	        .severity = SEVERITY_CRITICAL,
	        .title = STR("About the " FIXTURE_WORDS),
	        .body = STR("{\"description\":\"" FIXTURE_WORDS "\"}"),
	        .contact = {STR("ana@example.org"), STR("Ana " FIXTURE_WORDS), STR("")},
	};
	intake_begin(in);
	intake_seal(in);
	assert_int_equal(intake_sign(f->a, &f->k->as[ROLE_PUBLIC], &in, 1), ERR_OK);
	assert_int_equal(tx_run(f->store.db, jobs_insert, in), ERR_OK);
}

struct jobs_doing {
	struct act act;
	struct act_request q;
};

static inline enum err
jobs_act_tx(struct db *db, void *ctx)
{
	struct jobs_doing *d = ctx;
	enum err e;

	d->act.db = db;
	e = act_open(&d->act, d->act.row.id);
	return e == ERR_OK ? act_run(&d->act, &d->q) : e;
}

static inline void
jobs_act(struct jobs_fixture *f, const struct intake *in, struct actor who, struct act_request q)
{
	struct jobs_doing d = {.q = q};

	d.act = (struct act){
	        .a = f->a, .programme = &f->pr, .actor = who, .now_utc_s = now_utc_s()};
	d.act.row.id = in->row.id;
	d.act.keys.reporter = &in->keys.shared.reporter;
	if (who.kind != ACTOR_REPORTER)
		d.act.keys.team = &in->keys.team;
	assert_int_equal(tx_run(f->store.db, jobs_act_tx, &d), ERR_OK);
}

static inline struct case_row
jobs_row(struct jobs_fixture *f, const struct intake *in)
{
	struct case_row row;

	assert_int_equal(case_by_id(f->a, f->store.db, in->row.id, &row), ERR_OK);
	return row;
}

/* ---- The jobs ---- */

static inline enum err
jobs_run_one(struct jobs_fixture *f, job_fn *job, size_t *done)
{
	*done = 0;
	return job(f->a, &f->jobs, now_utc_s(), done);
}

/* Warnings, notices and checkpoints, twice: what the first run sent is not sent by the second. */
static inline void
jobs_run(struct jobs_fixture *f)
{
	job_fn *const all[] = {job_warn, job_notices, job_notices, job_checkpoint};
	size_t done;

	for (size_t i = 0; i < 8; i++)
		assert_int_equal(jobs_run_one(f, all[i % 4], &done), ERR_OK);
}

static inline int
jobs_order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The line of MESSAGE that begins with NAME, without NAME. */
static inline struct str
jobs_header(struct str message, struct str name)
{
	struct str line;

	while (str_cut(&message, '\n', &line))
		if (str_starts(line, name))
			return str_trim(str_sub(line, name.n, SIZE_MAX));
	return STR("");
}

static inline struct str
jobs_mail(struct jobs_fixture *f, const char *name)
{
	char path[400];
	static char text[1 << 18];
	FILE *in;
	size_t n;

	snprintf(path, sizeof path, "%s/%s", f->outbox, name);
	in = fopen(path, "rb");
	assert_non_null(in);
	n = fread(text, 1, sizeof text, in);
	fclose(in);
	unlink(path);
	return str_dup(f->a, str_bytes(text, n));
}

/* Empties the outbox: "<ada@team.example> [EXW-2026-0001] New report" … in order, one a line. No
 * message holds words of the report. The last one read is *LAST (may be NULL). */
static inline struct str
jobs_outbox(struct jobs_fixture *f, struct str *last)
{
	DIR *dir = opendir(f->outbox);
	char *lines[64];
	struct dirent *entry;
	struct str out = STR("");
	size_t n = 0;

	while ((entry = readdir(dir)) != NULL) {
		struct str mail;

		if (entry->d_name[0] == '.')
			continue;
		assert_true(str_ends(str_of(entry->d_name), STR(".eml")));
		mail = jobs_mail(f, entry->d_name);
		assert_false(str_contains(mail, STR(FIXTURE_WORDS)));
		if (last != NULL)
			*last = mail;
		lines[n++] = str_z(
		        f->a, str_fmt(f->a, "%.*s %.*s", STR_ARG(jobs_header(mail, STR("To:"))),
		                      STR_ARG(jobs_header(mail, STR("Subject:")))));
	}
	closedir(dir);
	qsort(lines, n, sizeof lines[0], jobs_order);
	for (size_t i = 0; i < n; i++)
		out = str_fmt(f->a, "%.*s%s\n", STR_ARG(out), lines[i]);
	return out;
}

#define assert_outbox(f, text) assert_string_equal(str_z((f)->a, jobs_outbox((f), NULL)), (text))

#endif
