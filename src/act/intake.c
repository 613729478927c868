/* How a report becomes a case. */
#include "act/intake.h"

#include "act/warn.h"

#include "base/id.h"
#include "base/time.h"

void
intake_begin(struct intake *in)
{
	random_bytes(in->row.uid, sizeof in->row.uid);
	team_keys_new(&in->keys);
}

/* The same request, told again by its key and content; bound to the key of the server so that
 * nobody can look for requests of others. */
static void
idempotency_hash(const struct intake *in, unsigned char out[16])
{
	struct buf b;
	struct key k;

	buf_init(&b, in->idempotency_key.n + 64);
	buf_block(&b, in->idempotency_key);
	buf_add(&b, in->content_sha256, sizeof in->content_sha256);
	key_derive(in->intake_key, "idempotency", buf_view(&b), &k);
	memcpy(out, k.b, 16);
	buf_clear(&b);
}

static void
seal_receipt(struct intake *in)
{
	unsigned char *wrap = arena_alloc(in->a, REPORTER_WRAP_BYTES);
	struct key code_key;

	if (in->idempotency_key.p != NULL) {
		receipt_code_repeatable(
		        in->intake_key, in->idempotency_key, in->content_sha256, &in->code);
		idempotency_hash(in, in->idempotency_hash);
	} else {
		receipt_code_random(&in->code);
	}
	receipt_code_key(&in->code, &code_key);
	receipt_code_hash(&in->code, in->row.receipt_hash);
	reporter_wrap(&code_key, &in->keys.shared.reporter, in->row.uid, wrap);
	in->row.reporter_wrap = str_bytes(wrap, REPORTER_WRAP_BYTES);
	key_wipe(&code_key);
}

static void
seal_contact(struct intake *in)
{
	struct capsule_bond bond = {CAPSULE_CONTACT, in->row.uid, 0};

	if (in->contact.email.n == 0)
		return;
	/* A key too long for a capsule stands in the report all the same. */
	if (in->contact.pgp_key.n > CAPSULE_CONTENT_MAX - 4096)
		in->contact.pgp_key = STR("");
	contact_hash(in->intake_key, in->contact.email, in->row.contact_hash);
	in->capsule = capsule_seal(in->a, in->sealed_to, &bond, contact_pack(in->a, &in->contact));
}

/* What is sealed to the storage key. */
static void
seal_to_storage(struct intake *in)
{
	unsigned char *wrap = arena_alloc(in->a, TEAM_WRAP_BYTES);

	/* First: a change in between is then seen, where the case is written. */
	wrapper_public(in->programme->wrapper, in->sealed_to);
	team_wrap(in->programme->wrapper, &in->keys.team, in->row.uid, wrap);
	in->row.team_wrap = str_bytes(wrap, TEAM_WRAP_BYTES);
	seal_contact(in);
}

/* The storage key was changed since. */
static enum err
seal_anew(struct intake *in, struct db *db)
{
	unsigned char storage[STORAGE_PUBLIC_BYTES];
	enum err e = act_storage(in->a, db, in->programme, storage);

	if (e == ERR_OK && memcmp(storage, in->sealed_to, sizeof storage) != 0)
		seal_to_storage(in);
	return e;
}

void
intake_seal(struct intake *in)
{
	struct place title_at = {"cases", "title", in->row.uid, 0};
	struct place body_at = {"event", "body", in->row.uid, 1};

	seal_to_storage(in);
	memcpy(in->row.pair_public, in->keys.pair_public, sizeof in->row.pair_public);
	in->row.title = field_seal(in->a, &in->keys.shared.title, &title_at, in->title);
	in->body_sealed = field_seal(in->a, &in->keys.shared.reporter, &body_at, in->body);
	memcpy(in->row.content_sha256, in->content_sha256, sizeof in->row.content_sha256);
	memcpy(in->row.policy_sha256, in->policy->sha256, sizeof in->row.policy_sha256);
	seal_receipt(in);

	in->row.programme_id = in->programme->id;
	in->row.question = in->question;
	in->row.channel = in->channel;
	in->row.reported_severity = in->severity;
	in->row.privacy_incident = in->incident;
	in->row.component = in->component.p != NULL ? in->component : STR("");
	in->row.cvss = STR("");
	in->row.duplicate_of = STR("");
	in->row.credit = in->credit;
}

enum err
intake_find_repeated(struct intake *in, struct db *db)
{
	struct case_row row;
	int64_t id;
	enum err e;

	if (in->idempotency_key.p == NULL)
		return ERR_NOT_FOUND;
	idempotency_hash(in, in->idempotency_hash);
	e = idempotency_find(db, in->idempotency_hash, &id);
	if (e == ERR_OK)
		e = case_by_id(in->a, db, id, &row);
	if (e != ERR_OK)
		return e;
	receipt_code_repeatable(in->intake_key, in->idempotency_key, in->content_sha256, &in->code);
	in->row = row;
	in->case_number = case_number_str(in->a, in->programme->case_prefix, row.year, row.number);
	in->repeated = true;
	return ERR_OK;
}

enum err
intake_sign(struct arena *a, const struct keyd_client *keyd, struct intake *const *in, size_t n)
{
	struct keyd_receipt_wanted *wanted = ARENA_ARRAY(a, n, struct keyd_receipt_wanted);
	struct keyd_sign_receipts q = {wanted, n};
	struct keyd_receipts got;
	enum err e;

	for (size_t i = 0; i < n; i++) {
		wanted[i].programme = in[i]->programme->name;
		wanted[i].prefix = in[i]->programme->case_prefix;
		wanted[i].received_at = in[i]->received_utc_s;
		memcpy(wanted[i].content_sha256, in[i]->row.content_sha256, SHA256_BYTES);
		memcpy(wanted[i].policy_sha256, in[i]->row.policy_sha256, SHA256_BYTES);
		memcpy(wanted[i].case_key, in[i]->row.pair_public, PAIR_PUBLIC_BYTES);
	}
	e = keyd_sign_receipts(a, keyd, &q, &got, NULL);
	if (e != ERR_OK)
		return e;
	if (got.n != n)
		return ERR_PEER;
	for (size_t i = 0; i < n; i++) {
		struct case_number number;

		if (case_number_parse(in[i]->programme->case_prefix, got.items[i].case_number,
		            &number) != ERR_OK)
			return ERR_PEER;
		in[i]->case_number = str_dup(in[i]->a, got.items[i].case_number);
		in[i]->row.year = number.year;
		in[i]->row.number = number.seq;
		in[i]->row.received_at = got.items[i].received_at;
		in[i]->row.signed_at = got.items[i].signed_at;
		memcpy(in[i]->row.signature, got.items[i].signature, sizeof in[i]->row.signature);
	}
	return ERR_OK;
}

/* The first event, and what of the row follows from it. */
static enum err
first_event(struct intake *in, struct db *db, struct event_row *row)
{
	struct clear c = {
	        .severity = in->severity,
	        .question = in->question,
	        .incident = in->incident,
	        .channel = in->channel,
	        .component = in->row.component,
	};
	struct event ev = clear_event(EVENT_RECEIVED, in->row.received_at, &c);
	struct case_status status = {0};
	struct clock_entry *entries;
	size_t n;
	enum err e;

	*row = (struct event_row){
	        .seq = 1,
	        .at_utc_s = in->row.received_at,
	        .recorded_utc_s = in->row.recorded_at,
	        .kind = str_of(event_name(EVENT_RECEIVED)),
	        .actor = act_actor_text(in->a, &in->actor),
	        .clear = clear_pack(in->a, &c),
	        .sealed_with = SEALED_REPORTER,
	        .body = in->body_sealed,
	};
	memset(in->row.chain_head, 0, sizeof in->row.chain_head);
	act_link(&in->row, row);
	e = case_step(&status, &ev);
	if (e == ERR_OK)
		e = act_clocks(in->a, db, in->programme, &in->row, &ev, 1, in->row.recorded_at,
		        &entries, &n);
	if (e == ERR_OK)
		act_index(&in->row, &status, entries, n,
		        act_next_warn(entries, n, 0, in->row.recorded_at));
	return e;
}

static enum err
insert_parts(struct intake *in, struct db *db, struct event_row *event)
{
	struct act_keys keys = {&in->keys.team, &in->keys.shared.reporter};
	enum err e;

	event->case_id = in->row.id;
	e = event_insert(db, event);
	for (size_t i = 0; i < in->files_n && e == ERR_OK; i++)
		e = act_file_row(in->a, db, &in->row, &in->files[i], 1, &keys);
	if (e == ERR_OK && in->capsule.p != NULL)
		e = capsule_insert(db, &(struct capsule_row){.case_id = in->row.id,
		                               .purpose = CAPSULE_CONTACT,
		                               .content = in->capsule});
	if (e == ERR_OK && in->idempotency_key.p != NULL)
		e = idempotency_insert(db, in->idempotency_hash, in->row.id);
	if (e == ERR_OK)
		e = notice_queue(db, &(struct notice_row){.case_id = in->row.id,
		                             .template = str_of(notice_name(NOTICE_NEW_REPORT)),
		                             .about = 1,
		                             .recipient = NOTICE_RECIPIENT_TEAM,
		                             .queued_at = in->row.recorded_at,
		                             .try_at = in->row.recorded_at});
	return e;
}

enum err
intake_insert(struct intake *in, struct db *db)
{
	struct event_row event;
	enum err e = intake_find_repeated(in, db);

	if (e != ERR_NOT_FOUND)
		return e;
	in->row.recorded_at = now_utc_s();
	if (in->row.recorded_at < in->row.received_at)
		in->row.recorded_at = in->row.received_at;
	e = seal_anew(in, db);
	if (e == ERR_OK)
		e = first_event(in, db, &event);
	if (e != ERR_OK)
		return e;
	/* The files' rows follow; the case's row counts them from the start. */
	in->row.files = (int64_t)in->files_n;
	e = case_insert(db, &in->row, &in->row.id);
	in->row.files = 0;
	return e == ERR_OK ? insert_parts(in, db, &event) : e;
}

void
intake_wipe(struct intake *in)
{
	team_keys_wipe(&in->keys);
	receipt_code_wipe(&in->code);
}
