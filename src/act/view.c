/* A case as it is read. */
#include "act/view.h"

#include "store/tx.h"

#include <sodium.h>

enum err
view_find(struct arena *a, struct db *db, const struct programme *pr, struct str number,
        struct case_row *row)
{
	struct case_number n;

	if (case_number_parse(pr->case_prefix, number, &n) != ERR_OK)
		return ERR_NOT_FOUND;
	return case_by_number(a, db, pr->id, n.year, n.seq, row);
}

enum err
view_receipt(
        const struct case_row *row, const struct receipt_code *code, struct reporter_keys *keys)
{
	unsigned char hash[RECEIPT_HASH_BYTES];
	struct key code_key, reporter;
	enum err e;

	receipt_code_hash(code, hash);
	if (row->reporter_wrap.p == NULL || !secret_eq(hash, row->receipt_hash, sizeof hash))
		return ERR_NOT_FOUND;
	if (row->erased_at != 0)
		return ERR_GONE;
	receipt_code_key(code, &code_key);
	e = reporter_unwrap(&code_key, row->reporter_wrap, row->uid, &reporter);
	if (e == ERR_OK)
		reporter_keys_from(&reporter, keys);
	key_wipe(&code_key);
	key_wipe(&reporter);
	return e;
}

enum err
view_gone(struct arena *a, struct db *db, const struct case_row *row, struct str *actor)
{
	struct event_row *rows;
	size_t n;
	enum err e = event_list(a, db, row->id, false, &rows, &n);

	if (e != ERR_OK)
		return e;
	if (n == 0 || rows[n - 1].at_utc_s != row->erased_at ||
	        !str_eq(rows[n - 1].kind, str_of(event_name(EVENT_ERASED))))
		return ERR_FORGED;
	if (actor != NULL)
		*actor = rows[n - 1].actor;
	return ERR_GONE;
}

enum err
view_title(
        struct arena *a, const struct case_row *row, const struct key *title_key, struct str *title)
{
	struct place at = {"cases", "title", row->uid, 0};

	return field_open(a, title_key, &at, row->title, title);
}

/* What is being read: the arguments of view_read, for the transaction. */
struct reading {
	struct arena *a;
	const struct programme *pr;
	const struct view_keys *keys;
	const struct reporter_keys *shared;
	int64_t case_id, now;
	struct case_view *v;
};

/* The text of an event, as far as the keys go. */
static enum err
body_open(struct reading *r, const struct event_row *row, struct str *text)
{
	struct place at = {"event", "body", r->v->row.uid, row->seq};
	const struct team_keys *team = r->keys->team;

	*text = STR("");
	if (r->v->row.erased_at != 0)
		return ERR_OK;
	switch ((enum sealed_with)row->sealed_with) {
	case SEALED_REPORTER:
		return field_open(r->a, &r->shared->reporter, &at, row->body, text);
	case SEALED_TEAM:
		return team == NULL ? ERR_OK : field_open(r->a, &team->team, &at, row->body, text);
	case SEALED_PAIR:
		if (team != NULL)
			return pair_open(
			        r->a, team->pair_public, &team->pair_secret, &at, row->body, text);
		*text = STR("(You wrote this by mail. Only the team can open it here.)");
		return ERR_OK;
	case SEALED_NONE:
	case SEALED_COUNT:
		break;
	}
	return ERR_OK;
}

/* A file of a note: whoever may not see it, may not see that it came either. */
static bool
is_teams_file(const struct case_view *v, int64_t number)
{
	const struct case_file *f = case_file_find(v, number);

	return f == NULL || f->team_only;
}

static enum err
item_read(struct reading *r, const struct event_row *row, struct case_item *it)
{
	*it = (struct case_item){
	        .seq = row->seq,
	        .at_utc_s = row->at_utc_s,
	        .recorded_utc_s = row->recorded_utc_s,
	        .actor = row->actor,
	        .from_reporter = str_eq(row->actor, STR("reporter")),
	};
	it->team_only = row->sealed_with == SEALED_TEAM ||
	                (row->sealed_with == SEALED_PAIR && !it->from_reporter);
	if (event_parse(row->kind, &it->kind) != ERR_OK ||
	        clear_parse(row->clear, &it->clear) != ERR_OK)
		return ERR_STORE;
	if (it->kind == EVENT_NOTE || it->kind == EVENT_ASSIGNED ||
	        (it->kind == EVENT_FILE_ADDED && is_teams_file(r->v, it->clear.file)))
		it->team_only = true;
	return body_open(r, row, &it->text);
}

static enum err
items_read(struct reading *r, struct db *db)
{
	struct case_view *v = r->v;
	struct case_row chained = v->row;
	struct event_row *rows;
	struct event *events;
	size_t n;
	enum err e = event_list(r->a, db, r->case_id, true, &rows, &n);

	if (e == ERR_OK)
		e = act_events_read(r->a, rows, n, &events);
	if (e != ERR_OK)
		return e;
	v->events = events;
	v->events_n = n;
	v->items = ARENA_ARRAY(r->a, n + 1, struct case_item);
	v->credit = STR("");
	memset(chained.chain_head, 0, sizeof chained.chain_head);
	for (size_t i = 0; i < n; i++) {
		struct case_item *it = &v->items[v->items_n];

		e = item_read(r, &rows[i], it);
		if (e != ERR_OK)
			return e;
		act_link(&chained, &rows[i]);
		memcpy(it->chain, chained.chain_head, sizeof it->chain);
		if (it->kind == EVENT_RECEIVED)
			v->report = it->text;
		if (it->kind == EVENT_CREDIT_CHANGED)
			v->credit = it->text;
		if (!it->team_only || r->keys->team != NULL)
			v->items_n++;
	}
	if (memcmp(chained.chain_head, v->row.chain_head, sizeof chained.chain_head) != 0)
		return ERR_FORGED;
	if (case_fold(events, n, &v->status, NULL) != ERR_OK)
		return ERR_STORE;
	/* Nobody hides a case by saying that it was erased. */
	return v->row.erased_at == v->status.erased_utc_s ? ERR_OK : ERR_FORGED;
}

/* The name of F, which these eyes may see, and its own key if it has one. */
static enum err
name_open(struct reading *r, struct case_file *f)
{
	struct place at = act_file_place(r->a, &r->v->row, &f->row);
	const struct team_keys *team = r->keys->team;
	struct str plain;
	enum err e;

	if (f->row.sealed_with != SEALED_PAIR)
		return field_open(r->a, f->team_only ? &team->team : &r->shared->reporter, &at,
		        f->row.name, &f->name);
	e = pair_open(r->a, team->pair_public, &team->pair_secret, &at, f->row.name, &plain);
	if (e == ERR_OK && !pair_file_unpack(plain, &f->own, &f->name))
		e = ERR_FORGED;
	if (e == ERR_OK && sodium_is_zero(f->own.b, sizeof f->own.b)) {
		f->mail = f->name;
		f->name = STR("decrypted mail");
	}
	return e;
}

static enum err
files_read(struct reading *r, struct db *db)
{
	struct case_view *v = r->v;
	struct file_row *rows;
	size_t n;
	enum err e = file_list(r->a, db, r->case_id, &rows, &n);

	if (e != ERR_OK)
		return e;
	v->files = ARENA_ARRAY(r->a, n + 1, struct case_file);
	for (size_t i = 0; i < n; i++) {
		bool team_only = rows[i].sealed_with != SEALED_REPORTER;
		struct case_file *f = &v->files[v->files_n];

		if (team_only && r->keys->team == NULL)
			continue;
		*f = (struct case_file){
		        .number = rows[i].number,
		        .event_seq = rows[i].event_seq,
		        .size_bytes = rows[i].size_bytes,
		        .picture = rows[i].picture,
		        .team_only = team_only,
		        .row = rows[i],
		};
		e = name_open(r, f);
		if (e != ERR_OK)
			return e;
		v->files_n++;
	}
	return ERR_OK;
}

static enum err
read_all(struct db *db, void *ctx)
{
	struct reading *r = ctx;
	struct case_view *v = r->v;
	enum err e;

	*v = (struct case_view){0};
	e = case_by_id(r->a, db, r->case_id, &v->row);
	if (e == ERR_OK)
		e = act_check_key(r->pr, r->a, &v->row);
	if (e == ERR_OK && v->row.erased_at == 0)
		e = view_title(r->a, &v->row, &r->shared->title, &v->title);
	if (e == ERR_OK)
		e = policies_get(r->pr->policies, db, v->row.policy_sha256, &v->policy);
	/* Files first: what came with a note is known by them. */
	if (e == ERR_OK)
		e = files_read(r, db);
	if (e == ERR_OK)
		e = items_read(r, db);
	return e;
}

enum err
view_read(struct arena *a, struct db *db, const struct programme *pr, int64_t case_id,
        const struct view_keys *keys, int64_t now, struct case_view *out)
{
	struct reading r = {
	        .a = a,
	        .pr = pr,
	        .keys = keys,
	        .shared = keys->team != NULL ? &keys->team->shared : keys->reporter,
	        .case_id = case_id,
	        .now = now,
	        .v = ARENA_NEW(a, struct case_view),
	};
	enum err e = tx_read(db, read_all, &r);

	if (e != ERR_OK)
		return e;
	r.v->number = case_number_str(a, pr->case_prefix, r.v->row.year, r.v->row.number);
	clocks_compute(a, &r.v->policy->promises, r.v->events, r.v->events_n, now, &r.v->clocks,
	        &r.v->clocks_n);
	*out = *r.v;
	return ERR_OK;
}

const struct key *
case_file_key(const struct case_file *f, const struct team_keys *keys)
{
	if (f->row.sealed_with == SEALED_PAIR)
		return &f->own;
	return f->team_only ? &keys->team : &keys->shared.reporter;
}

const struct case_file *
case_file_find(const struct case_view *v, int64_t number)
{
	for (size_t i = 0; i < v->files_n; i++)
		if (v->files[i].number == number)
			return &v->files[i];
	return NULL;
}

struct keyd_case
case_for_keyd(struct arena *a, const struct programme *pr, const struct case_row *row)
{
	struct keyd_case k = {
	        .programme = pr->name,
	        .case_number = case_number_str(a, pr->case_prefix, row->year, row->number),
	        .received_at = row->received_at,
	        .signed_at = row->signed_at,
	};

	memcpy(k.case_uid, row->uid, sizeof k.case_uid);
	/* One that is too long is no wrap; keyd shall be the one to say so. */
	k.team_wrap = row->team_wrap.n <= KEYD_WRAP_MAX ? row->team_wrap : STR("");
	memcpy(k.content_sha256, row->content_sha256, sizeof k.content_sha256);
	memcpy(k.policy_sha256, row->policy_sha256, sizeof k.policy_sha256);
	memcpy(k.case_key, row->pair_public, sizeof k.case_key);
	memcpy(k.signature, row->signature, sizeof k.signature);
	return k;
}
