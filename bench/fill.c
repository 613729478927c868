/* Fills a stopped instance with cases for the benchmarks: sealed, signed and numbered as those that
 * come in over HTTP, then acted on, in mixed states, by the same code that the desk runs.
 *   fill INSTANCE COUNT
 * Threads seal, the main thread writes. It reads the folder keys/, as its owner or root. What is
 * not durable until the end is the whole run, so it commits 256 cases at a time. */
#include "act/act.h"
#include "act/intake.h"
#include "act/warn.h"
#include "base/time.h"
#include "case/permission.h"
#include "keyd/client/public_keys.h"
#include "keyd/store/counter_store.h"
#include "keyd/store/keyd_set.h"
#include "store/policy_store.h"
#include "store/statements.h"
#include "store/tx.h"

#include <fcntl.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	BATCH = 256,
	BATCHES = 8, /* in work at a time */
	SEALERS = 2,
	ARENA_MAX = 64 << 20,
	PATH_LEN = 512,
	BODY_LEN = 1024,
	YEARS = 4,
	NOTICES = 512,
};

/* What becomes of a case: each step some time after the one before. */
struct step {
	enum action action;
	int64_t after_s;
	enum severity severity;
	enum close_reason reason;
	bool assign;
};

/* Ages in seconds at the end of the filling; of 100 cases, `share` go this way. */
static const struct life {
	unsigned share;
	int64_t age_min_s, age_max_s;
	struct step steps[4];
	unsigned n;
} lives[] = {
        {28, 0, 30 * HOUR_S, {{0}}, 0},
        {2, 10 * DAY_S, 60 * DAY_S, {{0}}, 0}, /* forgotten: past every date */
        {15, 12 * HOUR_S, 4 * DAY_S, {{ACTION_ACKNOWLEDGE, 2 * HOUR_S}}, 1},
        {6, 4 * DAY_S, 8 * DAY_S,
                {{ACTION_ACKNOWLEDGE, HOUR_S}, {ACTION_TRIAGE, 2 * DAY_S, SEVERITY_HIGH},
                        {ACTION_ASSIGN, 60, .assign = true}},
                3},
        {4, 4 * DAY_S, 8 * DAY_S,
                {{ACTION_ACKNOWLEDGE, HOUR_S}, {ACTION_TRIAGE, 2 * DAY_S, SEVERITY_CRITICAL}}, 2},
        {5, DAY_S, 6 * DAY_S, {{ACTION_REQUEST_INFO, 5 * HOUR_S}}, 1},
        {5, 20 * DAY_S, 40 * DAY_S,
                {{ACTION_ACKNOWLEDGE, HOUR_S}, {ACTION_TRIAGE, DAY_S, SEVERITY_MEDIUM},
                        {ACTION_FIX, 9 * DAY_S}},
                3},
        {15, 40 * DAY_S, 600 * DAY_S,
                {{ACTION_ACKNOWLEDGE, HOUR_S}, {ACTION_TRIAGE, DAY_S, SEVERITY_LOW},
                        {ACTION_FIX, 12 * DAY_S},
                        {ACTION_CLOSE, 2 * DAY_S, .reason = CLOSE_RESOLVED}},
                4},
        {20, 2 * DAY_S, 600 * DAY_S, {{ACTION_CLOSE, DAY_S, .reason = CLOSE_INFORMATIVE}}, 1},
};

struct made {
	struct intake in;
	const struct life *life;
	char body[BODY_LEN];
};

struct batch {
	struct arena *a;
	struct made *made;
	size_t first, n;
	enum { FREE, SEALING, SEALED } state;
};

struct fill {
	struct db *db;
	struct programme programme;
	const struct policy *policy;
	unsigned char signing_secret[crypto_sign_SECRETKEYBYTES];
	struct key *intake_key;
	int64_t now;
	size_t count;
	int year;
	int64_t next_number[YEARS]; /* of the years up to `year` */
	pthread_mutex_t lock;       /* for what follows */
	pthread_cond_t wake;
	size_t next; /* the next case to be sealed */
	struct batch batches[BATCHES];
	struct diag why;
};

static void
must(enum err e, const char *what, const struct diag *d)
{
	if (e == ERR_OK)
		return;
	fprintf(stderr, "fill: %s: %s %s\n", what, err_name(e), d != NULL ? d->what : "");
	exit(1);
}

/* The same for every run: a number drawn for case I. */
static uint64_t
drawn(size_t i, uint64_t salt)
{
	uint64_t x = (uint64_t)i * 0x9e3779b97f4a7c15u + salt * 0xbf58476d1ce4e5b9u;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

static const struct life *
life_of(size_t i)
{
	unsigned at = (unsigned)(drawn(i, 1) % 100);
	const struct life *l = lives;

	while (at >= l->share)
		at -= l++->share;
	return l;
}

static int64_t
received_of(const struct fill *f, size_t i)
{
	const struct life *l = life_of(i);
	uint64_t span = (uint64_t)(l->age_max_s - l->age_min_s);

	return f->now - l->age_min_s - (int64_t)(drawn(i, 2) % span);
}

/* ---- Sealing ---- */

static void
seal_one(struct fill *f, struct arena *a, struct made *m, size_t i)
{
	int n = snprintf(m->body, sizeof m->body,
	        "{\"title\":\"Report %zu of the filling\",\"description\":\"The session of "
	        "another person is kept after signing out; drawn %llx %llx %llx.\","
	        "\"impact\":\"Whoever has the machine next reads on.\",\"severity\":\"high\"}",
	        i, (unsigned long long)drawn(i, 3), (unsigned long long)drawn(i, 4),
	        (unsigned long long)drawn(i, 5));

	m->life = life_of(i);
	m->in = (struct intake){
	        .a = a,
	        .programme = &f->programme,
	        .policy = f->policy,
	        .intake_key = f->intake_key,
	        .actor = {.kind = ACTOR_REPORTER},
	        .channel = STR("api"),
	        .received_utc_s = received_of(f, i),
	        .severity = (enum severity)(1 + drawn(i, 6) % 4),
	        .incident = drawn(i, 7) % 50 == 0,
	        .component = STR(""),
	        .title = str_fmt(a, "Report %zu of the filling", i),
	        .body = {m->body, (size_t)n},
	};
	crypto_hash_sha256(m->in.content_sha256, (const unsigned char *)m->in.body.p, m->in.body.n);
	intake_begin(&m->in);
	intake_seal(&m->in);
}

/* What keyd does for a batch, with its key and its counter. */
static void
sign_one(struct fill *f, struct intake *in, int64_t number)
{
	struct receipt_facts facts;
	int year;

	time_date(in->received_utc_s, &year, NULL, NULL);
	in->row.year = year;
	in->row.number = number;
	in->row.received_at = in->received_utc_s;
	in->row.signed_at = in->received_utc_s;
	in->case_number = case_number_str(in->a, f->programme.case_prefix, year, number);
	facts = act_facts(in->a, &f->programme, &in->row);
	receipt_sign(f->signing_secret, &facts, in->row.signature);
}

static struct batch *
batch_in(struct fill *f, int state)
{
	for (size_t i = 0; i < BATCHES; i++)
		if ((int)f->batches[i].state == state)
			return &f->batches[i];
	return NULL;
}

static void *
sealer(void *arg)
{
	struct fill *f = arg;

	pthread_mutex_lock(&f->lock);
	while (f->next < f->count) {
		struct batch *b = batch_in(f, FREE);
		int64_t number[BATCH];

		if (b == NULL) {
			pthread_cond_wait(&f->wake, &f->lock);
			continue;
		}
		b->state = SEALING;
		b->first = f->next;
		b->n = f->count - f->next < BATCH ? f->count - f->next : BATCH;
		f->next += b->n;
		for (size_t i = 0; i < b->n; i++) {
			int year;

			time_date(received_of(f, b->first + i), &year, NULL, NULL);
			number[i] = f->next_number[f->year - year]++;
		}
		pthread_mutex_unlock(&f->lock);
		b->a = arena_new(ARENA_MAX);
		b->made = ARENA_ARRAY(b->a, b->n, struct made);
		for (size_t i = 0; i < b->n; i++) {
			seal_one(f, b->a, &b->made[i], b->first + i);
			sign_one(f, &b->made[i].in, number[i]);
		}
		pthread_mutex_lock(&f->lock);
		b->state = SEALED;
		pthread_cond_broadcast(&f->wake);
	}
	pthread_mutex_unlock(&f->lock);
	return NULL;
}

/* ---- Writing ---- */

static enum err
live(struct fill *f, struct made *m, size_t i)
{
	int64_t at = m->in.row.received_at;
	enum err e = ERR_OK;

	for (unsigned s = 0; s < m->life->n && e == ERR_OK; s++) {
		const struct step *step = &m->life->steps[s];
		bool text = step->action == ACTION_REQUEST_INFO;
		struct act_request q = {
		        .action = step->action,
		        .severity = step->severity,
		        .reason = step->reason,
		        .assignee = step->assign ? 1 + (int64_t)(drawn(i, 8) % 4) : 0,
		        .text = text ? STR("Which version was it, please?") : STR(""),
		};
		struct act act = {
		        .a = m->in.a,
		        .db = f->db,
		        .programme = &f->programme,
		        .actor = {ACTOR_PERSON, 1, STAFF_COORDINATOR},
		        .keys = {&m->in.keys.team, &m->in.keys.shared.reporter},
		        .now_utc_s = at + step->after_s,
		        .why = &f->why,
		};

		at = act.now_utc_s;
		e = act_open(&act, m->in.row.id);
		if (e == ERR_OK)
			e = act_run(&act, &q);
		m->in.row = e == ERR_OK ? act.row : m->in.row;
	}
	return e;
}

/* Everybody was told in time, as would be the case in an instance that ran all along. */
static enum err
tell_all(struct fill *f, struct batch *b)
{
	enum err e = ERR_OK;
	size_t n = 1, queued;

	for (size_t i = 0; i < b->n && e == ERR_OK; i++)
		if (b->made[i].in.row.next_warn <= f->now)
			e = act_warn(
			        b->a, f->db, &f->programme, b->made[i].in.row.id, f->now, &queued);
	while (e == ERR_OK && n > 0) {
		struct notice_row *rows;

		e = notice_due(b->a, f->db, now_utc_s(), NOTICES, &rows, &n);
		for (size_t i = 0; e == ERR_OK && i < n; i++)
			e = notice_sent(f->db, rows[i].id, f->now);
	}
	return e;
}

struct writing {
	struct fill *f;
	struct batch *b;
};

static enum err
write_batch(struct db *db, void *ctx)
{
	struct writing *w = ctx;
	enum err e = ERR_OK;

	for (size_t i = 0; i < w->b->n && e == ERR_OK; i++) {
		e = intake_insert(&w->b->made[i].in, db);
		if (e == ERR_OK)
			e = live(w->f, &w->b->made[i], w->b->first + i);
	}
	return e == ERR_OK ? tell_all(w->f, w->b) : e;
}

static void
write_all(struct fill *f)
{
	int64_t from_ms = now_mono_ms();

	for (size_t done = 0; done < f->count;) {
		struct batch *b;

		pthread_mutex_lock(&f->lock);
		while ((b = batch_in(f, SEALED)) == NULL)
			pthread_cond_wait(&f->wake, &f->lock);
		pthread_mutex_unlock(&f->lock);
		must(tx_run(f->db, write_batch, &(struct writing){f, b}), "writing", &f->why);
		for (size_t i = 0; i < b->n; i++)
			intake_wipe(&b->made[i].in);
		arena_free(b->a);
		done += b->n;
		if (done / 50000 != (done - b->n) / 50000)
			fprintf(stderr, "fill: %zu cases, %.0f/s\n", done,
			        (double)done * 1e3 / (double)(now_mono_ms() - from_ms + 1));
		pthread_mutex_lock(&f->lock);
		b->state = FREE;
		pthread_cond_broadcast(&f->wake);
		pthread_mutex_unlock(&f->lock);
	}
}

/* ---- Beginning ---- */

static struct str
file_read(struct arena *a, const char *path)
{
	char *p = arena_alloc(a, POLICY_TEXT_MAX);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, p, POLICY_TEXT_MAX) : -1;

	must(n >= 0 ? ERR_OK : ERR_IO, path, NULL);
	close(fd);
	return str_bytes(p, (size_t)n);
}

static int
key_file(const char *instance, const char *name)
{
	char path[PATH_LEN];
	int fd;

	snprintf(path, sizeof path, "%s/keys/%s", instance, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	must(fd >= 0 ? ERR_OK : ERR_IO, path, NULL);
	return fd;
}

static enum err
ensure_programme(struct db *db, void *ctx)
{
	struct fill *f = ctx;
	struct policy_row row = {.in_force_at = f->now, .text = f->policy->text};
	enum err e =
	        programme_ensure(db, f->programme.name, f->programme.case_prefix, &f->programme.id);

	row.programme_id = f->programme.id;
	memcpy(row.sha256, f->policy->sha256, sizeof row.sha256);
	return e == ERR_OK ? policy_keep(db, &row) : e;
}

/* The numbers of all cases, at once, from keyd's counter: the running instance goes on behind them.
 */
static enum err
take_numbers(struct db *db, void *ctx)
{
	struct fill *f = ctx;
	size_t n[YEARS] = {0};

	for (size_t i = 0; i < f->count; i++) {
		int year;

		time_date(received_of(f, i), &year, NULL, NULL);
		n[f->year - year]++;
	}
	for (int back = 0; back < YEARS; back++) {
		int64_t last;
		enum err e = n[back] == 0 ? ERR_OK
		                          : counter_take(db, f->programme.case_prefix,
		                                    f->year - back, n[back], &last);

		if (e != ERR_OK)
			return e;
		f->next_number[back] = n[back] == 0 ? 0 : last - (int64_t)n[back] + 1;
	}
	return ERR_OK;
}

static void
keys_read(struct fill *f, const char *instance)
{
	unsigned char signing_public[crypto_sign_PUBLICKEYBYTES];
	struct public_keys halves;
	struct key seed;
	int fd = key_file(instance, "public.keys");

	must(public_keys_read(fd, &halves), "public.keys", NULL);
	close(fd);
	fd = key_file(instance, "signing.key");
	must(key_read(fd, &seed), "signing.key", NULL);
	close(fd);
	f->intake_key = key_new();
	fd = key_file(instance, "server.key");
	must(key_read(fd, f->intake_key), "server.key", NULL);
	close(fd);
	crypto_sign_seed_keypair(signing_public, f->signing_secret, seed.b);
	must(memcmp(signing_public, halves.signing, sizeof signing_public) == 0 ? ERR_OK
	                                                                        : ERR_FORGED,
	        "signing.key", NULL);
	key_wipe(&seed);
	f->programme.wrapper = wrapper_new(halves.storage);
	memcpy(f->programme.signing_public, halves.signing, sizeof signing_public);
}

static void
fill_open(struct fill *f, struct arena *a, const char *instance)
{
	char path[PATH_LEN];
	struct db *keyd;

	keys_read(f, instance);
	snprintf(path, sizeof path, "%s/keys", instance);
	must(db_open(path, &keyd_set, DB_LAZY, &f->why, &keyd), "keyd.db", &f->why);
	snprintf(path, sizeof path, "%s/data", instance);
	must(db_open(path, &store_set, 0, &f->why, &f->db), "vdpd.db", &f->why);
	snprintf(path, sizeof path, "%s/programmes/exact.works/policy.yaml", instance);
	f->programme.policies = policies_new();
	must(policies_add(
	             f->programme.policies, "policy.yaml", file_read(a, path), &f->why, &f->policy),
	        "policy", &f->why);
	f->programme.name = f->policy->programme;
	f->programme.case_prefix = f->policy->case_prefix;
	time_date(f->now, &f->year, NULL, NULL);
	must(tx_run(f->db, ensure_programme, f), "programme", NULL);
	must(tx_run(keyd, take_numbers, f), "numbers", NULL);
	db_close(keyd);
}

int
main(int argc, char **argv)
{
	static struct fill f = {
	        .lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};
	struct arena *a = arena_new(ARENA_MAX);
	pthread_t threads[SEALERS];

	if (argc != 3 || sodium_init() < 0 || (f.count = strtoul(argv[2], NULL, 10)) == 0) {
		fprintf(stderr, "usage: fill INSTANCE COUNT\n");
		return 2;
	}
	f.now = now_utc_s();
	fill_open(&f, a, argv[1]);
	for (size_t i = 0; i < SEALERS; i++)
		if (pthread_create(&threads[i], NULL, sealer, &f) != 0)
			return 1;
	write_all(&f);
	for (size_t i = 0; i < SEALERS; i++)
		pthread_join(threads[i], NULL);
	must(db_checkpoint(f.db), "checkpoint", NULL);
	db_close(f.db);
	policies_free(f.programme.policies);
	sodium_memzero(f.signing_secret, sizeof f.signing_secret);
	key_free(f.intake_key);
	arena_free(a);
	return 0;
}
