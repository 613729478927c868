/* From a message to a case. */
#include "mail/inbound.h"

#include "act/actions.h"
#include "act/intake.h"
#include "act/view.h"
#include "base/time.h"
#include "mail/compose_case.h"
#include "mail/keep.h"
#include "mail/mime/mime.h"
#include "mail/signed.h"
#include "mail/thread.h"
#include "mail/unlock.h"
#include "store/mail_store.h"

#include <semaphore.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PARSE_MS = 30 * 1000 };

/* ---- Before ---- */

bool
inbound_is_ours(struct arena *a, const struct inbound *in, struct str address)
{
	const struct config *c = in->in->config;
	struct str tag, plain = mail_untagged(a, address, &tag);

	if (c->mail.recipients_n == 0)
		return str_eq_nocase(plain, instance_policy(in->in)->contact.email);
	for (size_t i = 0; i < c->mail.recipients_n; i++)
		if (str_eq_nocase(plain, c->mail.recipients[i]))
			return true;
	return false;
}

enum err
inbound_read(struct arena *a, struct worker *worker, struct arrival *m)
{
	m->parts_fd = memfd_create("parts", MFD_CLOEXEC);
	if (m->parts_fd < 0)
		return ERR_IO;
	return mime_parse(a, worker, m->raw_fd, m->parts_fd, 0, &m->message, PARSE_MS);
}

/* ---- One message for one recipient ---- */

struct taking {
	struct writer_job job;
	sem_t done;
	enum err result;

	struct arena *a;
	const struct inbound *in;
	const struct arrival *m;
	unsigned char hash[MAIL_HASH_BYTES];
	bool fresh; /* a new case */
	struct intake intake;
	bool receipt;    /* it may have an automatic receipt */
	struct str note; /* for the team alone, beside it; "" for none */
	bool thread;     /* the Message-ID that it came by is kept, sealed */

	struct case_row row; /* of the case there is */
	struct actor actor;
	struct act_request q;
	struct diag why;
	int64_t case_id;
};

static void
taken_hash(const struct inbound *in, const struct arrival *m, struct str recipient,
        unsigned char out[MAIL_HASH_BYTES])
{
	struct key k;
	struct buf b;

	buf_init(&b, recipient.n + 64);
	buf_block(&b, recipient);
	buf_add(&b, m->sha256, sizeof m->sha256);
	key_derive(in->in->intake_key, "mail taken", buf_view(&b), &k);
	memcpy(out, k.b, sizeof k.b);
	buf_clear(&b);
}

static struct taking *
taking_of(struct writer_job *job)
{
	return (struct taking *)((char *)job - offsetof(struct taking, job));
}

/* ---- On the writer's thread ---- */

static enum err
act_on(struct taking *t, struct db *db, int64_t case_id, const struct actor *actor,
        const struct act_request *q)
{
	struct act act = {
	        .a = t->a,
	        .db = db,
	        .programme = &t->in->in->programme,
	        .actor = *actor,
	        .now_utc_s = now_utc_s(),
	        .why = &t->why,
	};
	enum err e = act_open(&act, case_id);

	return e == ERR_OK ? act_run(&act, q) : e;
}

/* Queues the receipt unless that address had one today. */
static enum err
receipt_queue(struct taking *t, struct db *db)
{
	const struct case_row *row = &t->intake.row;
	int64_t now = now_utc_s();
	bool may;
	enum err e = mail_answer_claim(db, row->contact_hash, now - DAY_S, now, &may);

	if (e != ERR_OK || !may)
		return e;
	return notice_queue(db, &(struct notice_row){.case_id = row->id,
	                                .template = str_of(notice_name(NOTICE_RECEIVED)),
	                                .about = 1,
	                                .recipient = NOTICE_RECIPIENT_REPORTER,
	                                .queued_at = now,
	                                .try_at = now});
}

/* To the key that the case was sealed to just now: it may have been changed since it was prepared.
 */
static enum err
thread_keep(struct taking *t, struct db *db)
{
	const struct capsule_bond bond = {CAPSULE_MAIL, t->intake.row.uid, 0};

	return capsule_insert(db, &(struct capsule_row){.case_id = t->case_id,
	                                  .purpose = CAPSULE_MAIL,
	                                  .content = capsule_seal(t->a, t->intake.sealed_to, &bond,
	                                          t->m->message.message_id)});
}

static enum err
begin_case(struct taking *t, struct db *db)
{
	enum err e = intake_insert(&t->intake, db);

	t->case_id = t->intake.row.id;
	if (e == ERR_OK && t->thread)
		e = thread_keep(t, db);
	if (e == ERR_OK && t->receipt)
		e = receipt_queue(t, db);
	return e;
}

static enum err
taking_apply(struct db *db, struct writer_job *job)
{
	static const struct actor system = {.kind = ACTOR_SYSTEM};
	struct taking *t = taking_of(job);
	struct act_request note = {.action = ACTION_NOTE, .text = t->note};
	unsigned char id[MAIL_HASH_BYTES];
	enum err e = mail_taken_find(db, t->hash, &t->case_id);

	if (e != ERR_NOT_FOUND)
		return e;
	t->case_id = t->row.id;
	e = t->fresh ? begin_case(t, db) : act_on(t, db, t->row.id, &t->actor, &t->q);
	if (e == ERR_OK && t->note.n > 0)
		e = act_on(t, db, t->case_id, &system, &note);
	if (e == ERR_OK && t->m->message.message_id.n > 0) {
		mail_id_hash(t->in->in->intake_key, t->m->message.message_id, id);
		e = mail_id_insert(db, id, t->case_id);
	}
	return e == ERR_OK ? mail_taken_insert(db, t->hash, t->case_id, now_utc_s()) : e;
}

static void
taking_done(struct writer_job *job, enum err e)
{
	struct taking *t = taking_of(job);

	t->result = e;
	sem_post(&t->done);
}

void
inbound_sign(void *ctx, struct writer_job *const *jobs, size_t n)
{
	struct instance *instance = ctx;
	struct intake *in[WRITER_BATCH_MAX];
	struct arena *a = arena_new(1 << 20);
	size_t found = 0;
	enum err e = ERR_OK;

	for (size_t i = 0; i < n; i++)
		if (jobs[i]->apply == taking_apply && taking_of(jobs[i])->fresh &&
		        taking_of(jobs[i])->intake.case_number.n == 0)
			in[found++] = &taking_of(jobs[i])->intake;
	if (found > 0)
		e = intake_sign(a, &instance->keyd, in, found);
	arena_free(a);
	for (size_t i = 0; i < n && e != ERR_OK; i++)
		if (jobs[i]->apply == taking_apply && taking_of(jobs[i])->fresh)
			jobs[i]->err = e;
}

static enum err
commit(struct taking *t)
{
	enum err e;

	t->job = (struct writer_job){.apply = taking_apply, .done = taking_done};
	sem_init(&t->done, 0, 0);
	e = writer_submit(t->in->writer, &t->job);
	if (e == ERR_OK) {
		while (sem_wait(&t->done) != 0)
			;
		e = t->result;
	}
	sem_destroy(&t->done);
	return e;
}

/* ---- Its files ---- */

/* Part I is ciphertext, or says that some follows (RFC 3156 section 4): it stands in the raw
 * message, and what is in it is opened. */
static bool
is_wrapping(const struct mail_message *m, size_t i)
{
	for (size_t k = 0; k < m->pgp_n; k++) {
		if (m->pgp[k].kind == MAIL_PGP_ENCRYPTED &&
		        (m->pgp[k].part == i ||
		                str_eq(m->parts[i].type, STR("application/pgp-encrypted"))))
			return true;
	}
	return false;
}

/* The raw message and the parts that are files. KEY: of the case, for the reporter's own eyes too;
 * NULL: there is none, each file has one of its own. */
static enum err
keep_files(struct taking *t, const struct key *key, const struct act_file **out, size_t *n)
{
	const struct mail_message *msg = &t->m->message;
	struct channel_pool *s = t->in->in->supervisor;
	struct act_file *files = ARENA_ARRAY(t->a, msg->parts_n + 1, struct act_file);
	struct key *own = ARENA_ARRAY(t->a, msg->parts_n + 1, struct key);
	size_t k = 1;
	enum err e;

	key_random(&own[0]);
	files[0] = (struct act_file){.name = STR("message.eml"), .team = true, .own = &own[0]};
	e = keep_bytes(
	        s, t->m->raw_fd, (struct mail_extent){0, t->m->size_bytes}, &own[0], &files[0]);
	for (size_t i = 0; i < msg->parts_n && e == ERR_OK; i++) {
		const struct mail_part *p = &msg->parts[i];

		if ((p->flags & MAIL_PART_BODY) != 0 || p->bytes.n == 0 || is_wrapping(msg, i))
			continue;
		files[k].name = case_file_name(t->a, p, i);
		if (key == NULL) {
			key_random(&own[k]);
			files[k].own = &own[k];
		}
		e = keep_bytes(s, t->m->parts_fd, p->bytes, key != NULL ? key : &own[k], &files[k]);
		k++;
	}
	*out = files;
	*n = k;
	return e;
}

/* ---- Where it goes ---- */

/* Whether it may speak for the reporter of ROW: written by a person at the address of the case. */
static bool
is_reporters(const struct taking *t)
{
	static const unsigned char nobody[32];
	unsigned char hash[32];

	if (t->m->message.automatic != MAIL_PERSON || t->m->message.from.address.n == 0 ||
	        memcmp(t->row.contact_hash, nobody, sizeof nobody) == 0)
		return false;
	contact_hash(t->in->in->intake_key, t->m->message.from.address, hash);
	return secret_eq(hash, t->row.contact_hash, sizeof hash);
}

/* Tells the team of signatures and keys. */
static enum err
note_signatures(struct taking *t)
{
	struct str note = {0};
	enum err e = signed_note(t->a, t->m->pgp, &t->m->message, t->m->parts_fd, &note);

	if (e == ERR_OK)
		t->note = str_fmt(t->a, "%.*s%.*s", STR_ARG(t->note), STR_ARG(note));
	return e;
}

/* Adds what was encrypted in it, opened for the team, to FILES. ROW is one that keyd signed. */
static enum err
unlock(struct taking *t, const struct case_row *row, const struct act_file **files, size_t *n)
{
	struct act_file *all = ARENA_ARRAY(t->a, *n + UNLOCK_MAX, struct act_file);
	struct str note = {0};
	size_t opened = 0;
	enum err e = act_check_key(&t->in->in->programme, t->a, row);

	memcpy(all, *files, *n * sizeof *all);
	if (e == ERR_OK)
		e = unlock_mail(t->a, t->m->pgp, t->in->in->supervisor, &t->in->in->programme, row,
		        &t->m->message, t->m->parts_fd, all + *n, &opened, &note);
	if (e != ERR_OK)
		return e;
	t->note = str_fmt(t->a, "%.*s%.*s", STR_ARG(t->note), STR_ARG(note));
	*files = all;
	*n += opened;
	return ERR_OK;
}

static enum err
add_to_case(struct taking *t)
{
	enum err e;

	if (is_reporters(t)) {
		t->actor = (struct actor){.kind = ACTOR_REPORTER};
		t->q = (struct act_request){
		        .action = ACTION_REPLY, .text = case_reply_text(t->a, &t->m->message)};
	} else {
		t->actor = (struct actor){.kind = ACTOR_SYSTEM};
		t->q = (struct act_request){
		        .action = ACTION_NOTE, .text = case_held_text(t->a, &t->m->message)};
	}
	e = keep_files(t, NULL, &t->q.files, &t->q.files_n);
	if (e == ERR_OK)
		e = note_signatures(t);
	if (e == ERR_OK && unlock_wanted(&t->m->message))
		e = unlock(t, &t->row, &t->q.files, &t->q.files_n);
	return e;
}

/* What is decrypted is sealed to no pair but one that keyd signed for: this case gets its number
 * before the others of its batch. */
static enum err
unlock_new(struct taking *t)
{
	struct intake *in = &t->intake;
	enum err e = intake_sign(t->a, &t->in->in->keyd, &in, 1);

	return e == ERR_OK ? unlock(t, &in->row, &in->files, &in->files_n) : e;
}

static enum err
new_case(struct taking *t)
{
	struct instance *instance = t->in->in;
	struct intake *in = &t->intake;
	enum err e;

	t->fresh = true;
	*in = (struct intake){
	        .a = t->a,
	        .programme = &instance->programme,
	        .policy = instance_policy(instance),
	        .intake_key = instance->intake_key,
	        .actor = {.kind = ACTOR_REPORTER},
	        .channel = STR("mail"),
	};
	memcpy(in->content_sha256, t->m->sha256, sizeof in->content_sha256);
	case_report(t->a, &t->m->message, in);
	t->receipt = in->contact.email.n > 0 && t->m->message.automatic == MAIL_PERSON &&
	             t->m->sender.n > 0 && !inbound_is_ours(t->a, t->in, in->contact.email);
	t->note = case_notes_text(t->a, &t->m->message);
	intake_begin(in);
	e = keep_files(t, &in->keys.shared.reporter, &in->files, &in->files_n);
	if (e == ERR_OK)
		e = note_signatures(t);
	if (e != ERR_OK)
		return e;
	intake_seal(in);
	t->thread = t->m->message.message_id.n > 0 && in->contact.email.n > 0;
	return unlock_wanted(&t->m->message) ? unlock_new(t) : ERR_OK;
}

static struct str
number_of(struct taking *t, struct db *db)
{
	const struct programme *pr = &t->in->in->programme;
	struct case_row row;

	if (case_by_id(t->a, db, t->case_id, &row) != ERR_OK)
		return STR("");
	return case_number_str(t->a, pr->case_prefix, row.year, row.number);
}

enum err
inbound_take(struct arena *a, const struct inbound *in, struct db *db, const struct arrival *m,
        struct str recipient, struct str *number)
{
	struct taking *t = ARENA_NEW(a, struct taking);
	struct str tag, plain = mail_untagged(a, recipient, &tag);
	enum err e;

	t->a = a;
	t->in = in;
	t->m = m;
	taken_hash(in, m, str_fmt(a, "%.*s+%.*s", STR_ARG(plain), STR_ARG(tag)), t->hash);
	e = mail_taken_find(db, t->hash, &t->case_id);
	if (e == ERR_NOT_FOUND) {
		e = mail_thread(a, db, &in->in->programme, in->in->intake_key,
		        in->in->config->public_url.host, tag, &m->message, &t->row);
		/* An erased case takes nothing any more. */
		if (e == ERR_NOT_FOUND || (e == ERR_OK && t->row.erased_at != 0))
			e = new_case(t);
		else if (e == ERR_OK)
			e = add_to_case(t);
		if (e == ERR_OK)
			e = commit(t);
		if (t->fresh)
			intake_wipe(&t->intake);
	}
	if (e == ERR_OK)
		*number = number_of(t, db);
	return e;
}
