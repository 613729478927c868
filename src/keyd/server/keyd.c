/* The server: from a packed request to its handler, and from there to the packed answer. */
#include "keyd/server/call.h"

#include "base/id.h"
#include "base/log.h"
#include "base/time.h"
#include "policy/net.h"

#include <sodium.h>
#include <stdlib.h>

/* A request of 64 KiB unpacks to at most a few times as much, and so does an answer. */
enum { CALL_ARENA_MAX = 1 << 20 };

const struct keyd_limits keyd_default_limits = {
        .budgets =
                {
                        [BUDGET_CASES] = {.alert = 100, .refuse = 300},
                        [BUDGET_TITLES] = {.alert = 5000, .refuse = 20000},
                        [BUDGET_CONTACTS] = {.alert = 500, .refuse = 2000},
                },
};

/* ---- One call ---- */

static void
call_free(struct call *c)
{
	arena_free(c->a); /* C itself is in it */
}

/* The credential is the first member of every request whose row has a permission. */
static enum err
judge_person(struct call *c)
{
	char roles[16];
	enum err e = call_authenticate(c, *(const struct str *)c->in);

	/* An old cookie is nothing to tell of; asking for more than who it is with one may be. */
	if (e == ERR_AUTH && c->kind->handle != handle_authenticate)
		log_warn("denied_without_session", "request", c->kind->name);
	if (e != ERR_OK)
		return e;
	if (permission_allows(c->who.roles, c->kind->permission))
		return ERR_OK;
	snprintf(roles, sizeof roles, "%u", c->who.roles);
	log_warn("denied_by_role", "request", c->kind->name, "roles", roles);
	return ERR_DENIED;
}

static enum err
judge_and_handle(struct call *c)
{
	enum err e = c->kind->permission != PERMISSION_NONE ? judge_person(c) : ERR_OK;

	if (e == ERR_OK && c->kind->writes)
		e = call_may_write(c);
	return e == ERR_OK ? c->kind->handle(c) : e;
}

/* The answer to C, after E, into OUT. */
static enum err
answer_pack(struct call *c, enum err e, struct buf *out)
{
	c->verdict.err = e;
	if (wire_pack(&keyd_verdict_wire, &c->verdict, out) != ERR_OK)
		abort();
	if (e == ERR_STORE || e == ERR_IO)
		log_error("request_failed", "request", c->kind->name, "error", err_name(e), "why",
		        db_why(c->k->store.db));
	return e == ERR_OK ? wire_pack(c->message->answer, c->out, out) : ERR_OK;
}

static enum err
dispatch(void *state, struct request *r, struct cursor *in, struct buf *out)
{
	uint32_t type = request_number(r);
	const struct keyd_message *m = keyd_message_of(type);
	struct arena *a = arena_new(CALL_ARENA_MAX);
	struct call *c = ARENA_NEW(a, struct call);
	enum err e;

	if (m == NULL)
		abort(); /* keyd_new compared the tables */
	*c = (struct call){
	        .a = a,
	        .k = state,
	        .kind = &keyd_requests[type],
	        .message = m,
	        .now = now_utc_s(),
	        .http = log_request_now(),
	        .in = arena_alloc(a, m->request->size),
	        .out = arena_alloc(a, m->answer->size),
	        .request = r,
	};
	e = wire_unpack(a, m->request, in, c->in);
	if (e != ERR_OK || !cursor_done(in)) {
		call_free(c);
		return ERR_SYNTAX;
	}
	e = judge_and_handle(c);
	if (c->ticket != NULL)
		return ERR_OK;
	e = answer_pack(c, e, out);
	call_free(c);
	return e;
}

void
call_later(struct call *c)
{
	c->ticket = request_later(c->request);
	c->request = NULL; /* ends with the handler */
}

void
call_answer(struct call *c, enum err e)
{
	struct buf out;

	buf_init(&out, CHANNEL_FIELDS_MAX);
	e = answer_pack(c, e, &out);
	ticket_answer(c->ticket, e, &out);
	buf_clear(&out);
	call_free(c);
}

enum err
call_refuse_field(struct call *c, enum err e, enum keyd_field field)
{
	c->verdict.field = field;
	return e;
}

enum err
call_refuse_rate(struct call *c, int64_t retry_after_s)
{
	c->verdict.retry_after_s = retry_after_s;
	return ERR_RATE;
}

static void
password_wake(void *arg)
{
	channel_server_wake(((struct keyd *)arg)->server);
}

static void
password_done(struct password_job *job)
{
	struct call *c = job->arg;

	log_request(c->http);
	c->then(job); /* may end C */
	log_request(0);
}

enum err
call_password(struct call *c, struct str password, const char *stored,
        void (*then)(struct password_job *job))
{
	struct password_job *job = ARENA_NEW(c->a, struct password_job);

	*job = (struct password_job){.password = password, .then = password_done, .arg = c};
	c->then = then;
	job->verify = stored != NULL;
	if (stored != NULL)
		snprintf(job->stored, sizeof job->stored, "%s", stored);
	/* However fast the thread is, its results are collected by this one, after the handler. */
	if (passwords_submit(c->k->passwords, job) != ERR_OK)
		return call_refuse_rate(c, 2);
	if (c->ticket == NULL)
		call_later(c);
	return ERR_OK;
}

/* ---- The server ---- */

/* Budgets as they were before a restart: every opening of this hour is in the log. */
static enum err
budgets_recall(struct keyd *k)
{
	int64_t hour_start = now_utc_s() / HOUR_S * HOUR_S, before = 0;
	bool more = true;
	enum err e = ERR_OK;

	while (e == ERR_OK && more) {
		struct arena *a = arena_new(CALL_ARENA_MAX);
		struct keyd_log log;

		e = log_list(a, k->store.db, before, &log);
		for (size_t i = 0; e == ERR_OK && i < log.n && log.items[i].at >= hour_start; i++)
			opening_recall(a, k->budget, &log.items[i]);
		more = e == ERR_OK && log.n == KEYD_AUDIT_MAX &&
		       log.items[log.n - 1].at >= hour_start;
		if (more)
			before = log.items[log.n - 1].id;
		arena_free(a);
	}
	return e;
}

static void
nobody_init(struct keyd *k)
{
	unsigned char secret[KEYD_TOTP_BYTES];
	struct call c = {.a = arena_new(4096), .k = k};

	password_dummy(k->nobody_hash);
	random_bytes(secret, sizeof secret);
	k->nobody.password_hash = str_of(k->nobody_hash);
	totp_seal(&c, 0, secret, k->nobody.totp_sealed);
	arena_free(c.a);
}

enum err
keyd_new(const struct keyd_store *store, struct secrets *secrets, const struct keyd_limits *limits,
        struct keyd **out)
{
	struct keyd *k = calloc(1, sizeof *k);
	enum err e;

	if (k == NULL)
		abort();
	k->store = *store;
	k->secrets = secrets;
	k->limits = *limits;
	for (uint32_t i = 0; i < KEYD_REQUESTS; i++) {
		const struct keyd_request *r = &keyd_requests[i];

		if ((r->handle != NULL) != (keyd_message_of(i) != NULL))
			abort();
		if (r->handle != NULL)
			k->types[i] = (struct request_type){r->name, dispatch, r->peers, 0};
	}
	k->server = channel_server_new(k->types, KEYD_REQUESTS, k);
	k->throttle = throttle_new();
	k->budget = budget_new(k->limits.budgets);
	k->titles = title_cache_new();
	nobody_init(k);
	e = budgets_recall(k);
	if (e != ERR_OK) {
		log_error("budgets_recall", "error", err_name(e), "why", db_why(k->store.db));
		keyd_free(k);
		return e;
	}
	if (!own_key_fits(k)) {
		keyd_free(k);
		return ERR_FORGED;
	}
	*out = k;
	return ERR_OK;
}

void
keyd_passkeys_for(struct keyd *k, const struct origin *origin)
{
	struct ip ip;
	bool address = str_starts(origin->host, STR("[")) || ip_parse(origin->host, &ip) == ERR_OK;

	/* A browser takes a name alone: W3C Web Authentication, section 5.1.2. */
	k->party = (struct webauthn_party){
	        .rp_id = address ? STR("") : origin->host, .origin = origin->text};
	webauthn_start();
}

void
keyd_start(struct keyd *k)
{
	k->passwords = passwords_new(password_wake, k);
}

void
keyd_free(struct keyd *k)
{
	if (k == NULL)
		return;
	if (k->passwords != NULL)
		passwords_free(k->passwords);
	channel_server_free(k->server);
	throttle_free(k->throttle);
	budget_free(k->budget);
	title_cache_free(k->titles);
	keyd_store_close(&k->store);
	secrets_free(k->secrets);
	sodium_memzero(k, sizeof *k);
	free(k);
}

struct channel_server *
keyd_server(struct keyd *k)
{
	return k->server;
}

enum err
keyd_step(struct keyd *k, int timeout_ms)
{
	enum err e = channel_server_step(k->server, timeout_ms);

	openings_finish(k);
	passwords_collect(k->passwords);
	return e;
}

void
keyd_tidy(struct keyd *k)
{
	struct keyd_store *s = &k->store;

	if (log_reserve_waiting(s->reserve) && log_reserve_flush(s->reserve, s->db) == ERR_OK)
		log_info("log_reserve_emptied");
	if (db_checkpoint(s->db) != ERR_OK)
		log_warn("checkpoint", "why", db_why(s->db));
}
