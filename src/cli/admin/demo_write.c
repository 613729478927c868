/* The cases of the demo, one after the other. */
#include "cli/admin/demo_write.h"

#include "act/intake.h"
#include "act/warn.h"
#include "base/id.h"
#include "base/sha256.h"
#include "base/time.h"
#include "case/permission.h"
#include "cli/admin/demo_act.h"
#include "store/policy_store.h"
#include "store/tx.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CASE_ARENA = 64 << 20, NOTICES = 512, BODY_MAX = 256 * 1024 };

/* ---- The report ---- */

static void
put(struct buf *b, const char *key, struct str value)
{
	if (value.n == 0)
		return;
	buf_fmt(b, "%s\"%s\":", b->p[b->n - 1] == '{' ? "" : ",", key);
	buf_json(b, value);
}

static void
put_affected(
        struct buf *b, struct arena *a, const struct demo_report *r, const struct demo_words *w)
{
	for (size_t i = 0; i < r->affected_n; i++) {
		buf_z(b, i == 0 ? ",\"affected\":[" : ",");
		buf_json(b, demo_fill(a, r->affected[i], w));
	}
	buf_z(b, r->affected_n > 0 ? "]" : "");
}

static struct str
body_of(struct arena *a, const struct demo_case *c, const struct policy_component *component,
        const struct demo_words *w)
{
	const struct demo_report *r = c->text;
	struct buf b;
	struct str out;

	buf_init(&b, BODY_MAX);
	buf_char(&b, '{');
	put(&b, "title", demo_fill(a, r->title, w));
	put(&b, "description", demo_fill(a, r->description, w));
	put(&b, "impact", demo_fill(a, r->impact, w));
	put(&b, "steps", demo_fill(a, r->steps, w));
	put_affected(&b, a, r, w);
	put(&b, "component", component != NULL ? component->id : STR(""));
	put(&b, "proof_of_concept", demo_fill(a, r->proof, w));
	put(&b, "severity", r->severity);
	put(&b, "remediation", demo_fill(a, r->remediation, w));
	if (r->incident)
		buf_z(&b, ",\"reached_others_data\":true");
	if (c->kind == DEMO_QUESTION)
		put(&b, "kind", STR("question"));
	if (c->reporter != NULL) {
		buf_z(&b, ",\"reporter\":{");
		put(&b, "name", c->reporter->name);
		put(&b, "email", c->reporter->email);
		buf_char(&b, '}');
	}
	if (c->credit) {
		buf_z(&b, ",\"credit\":{\"wanted\":true");
		put(&b, "name", c->reporter->name);
		put(&b, "url", c->reporter->url);
		buf_char(&b, '}');
	}
	buf_char(&b, '}');
	out = str_dup(a, buf_view(&b));
	buf_clear(&b);
	return out;
}

/* ---- A file ---- */

/* As the supervisor makes it (proc/blob_server.c). */
static int
blob_make(const unsigned char id[FILE_ID_BYTES])
{
	char hex[2 * FILE_ID_BYTES + 1], path[80];

	sodium_bin2hex(hex, sizeof hex, id, FILE_ID_BYTES);
	snprintf(path, sizeof path, "data/blobs/%.2s", hex);
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return -1;
	snprintf(path, sizeof path, "data/blobs/%.2s/%s", hex, hex);
	return open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
}

static enum err
file_make(struct intake *in, const struct demo_case *c, const struct demo_words *w,
        struct act_file *out)
{
	bool picture = str_ends(c->text->file, STR(".png"));
	struct str content = picture ? demo_picture()
	                             : str_fmt(in->a, "%.*s\n\n%.*s\n",
	                                       STR_ARG(demo_fill(in->a, c->text->steps, w)),
	                                       STR_ARG(demo_fill(in->a, c->text->proof, w)));
	struct blob_writer *writer;
	enum err e;
	int fd;

	*out = (struct act_file){.name = c->text->file, .picture = picture};
	random_bytes(out->blob, sizeof out->blob);
	fd = blob_make(out->blob);
	if (fd < 0)
		return errno == ENOSPC ? ERR_FULL : ERR_IO;
	writer = blob_writer_new(fd, &in->keys.shared.reporter, out->blob);
	e = blob_write(writer, content.p, content.n);
	if (e == ERR_OK)
		e = blob_finish(writer, &out->info);
	blob_writer_free(writer);
	return e;
}

/* ---- A case ---- */

static void
sign(struct demo *m, struct intake *in)
{
	struct receipt_facts facts;
	int year;

	time_date(in->received_utc_s, &year, NULL, NULL);
	in->row.year = year;
	in->row.number = m->keyd.next_number[DEMO_YEARS - 1 - (m->keyd.year - year)]++;
	in->row.received_at = in->received_utc_s;
	in->row.signed_at = in->received_utc_s;
	in->case_number =
	        case_number_str(in->a, m->cases->programme.case_prefix, year, in->row.number);
	facts = act_facts(in->a, &m->cases->programme, &in->row);
	receipt_sign(m->keyd.signing_secret, &facts, in->row.signature);
}

static enum err
case_make(struct demo *m, const struct demo_case *c, const struct demo_words *w, struct intake *in)
{
	const struct policy_component *component = policy_component(m->policy, c->text->component);
	struct act_file file;
	enum err e = ERR_OK;

	/* A policy of the operator's own may have other parts. */
	if (component == NULL && c->text->component.n > 0 && m->policy->components_n > 0)
		component = &m->policy->components[c->text->title.n % m->policy->components_n];
	in->programme = &m->cases->programme;
	in->policy = m->policy;
	in->intake_key = &m->keyd.intake_key;
	in->actor = (struct actor){.kind = ACTOR_REPORTER};
	in->channel = str_of(c->channel);
	in->received_utc_s = c->received_utc_s;
	in->question = c->kind == DEMO_QUESTION;
	in->incident = c->text->incident;
	if (severity_parse(c->text->severity, &in->severity) != ERR_OK)
		in->severity = SEVERITY_NONE;
	in->component = component != NULL ? component->id : STR("");
	in->title = demo_fill(in->a, c->text->title, w);
	in->body = body_of(in->a, c, component, w);
	in->credit = c->credit;
	if (c->reporter != NULL)
		in->contact = (struct contact){c->reporter->email, c->reporter->name, STR("")};
	crypto_hash_sha256(in->content_sha256, (const unsigned char *)in->body.p, in->body.n);
	intake_begin(in);
	if (c->text->file.n > 0 && c->received_utc_s % 3 != 0) {
		e = file_make(in, c, w, &file);
		in->files = &file;
		in->files_n = 1;
		m->files++;
	}
	if (e != ERR_OK)
		return e;
	intake_seal(in);
	sign(m, in);
	e = intake_insert(in, m->cases->db);
	in->files = NULL;
	in->files_n = 0;
	return e;
}

static struct demo_words
words_for(struct demo *m, struct arena *a, const struct demo_case *c)
{
	static const char *const days[] = {"Monday", "Tuesday", "Wednesday", "Thursday"};
	struct demo_words w = demo_words_of(a, m->policy);

	w.thing = c->thing;
	w.day = str_of(days[c->member % 4]);
	return w;
}

/* Everybody was told in time, as in an instance that ran all along. */
static enum err
tell(struct demo *m, struct arena *a, int64_t case_id)
{
	size_t n = 1, queued;
	enum err e =
	        act_warn(a, m->cases->db, &m->cases->programme, case_id, m->now_utc_s, &queued);

	while (e == ERR_OK && n > 0) {
		struct notice_row *rows;

		e = notice_due(a, m->cases->db, m->now_utc_s, NOTICES, &rows, &n);
		for (size_t i = 0; e == ERR_OK && i < n; i++)
			e = notice_sent(m->cases->db, rows[i].id, m->now_utc_s);
	}
	return e;
}

static enum err
write_one(struct demo *m, struct arena *a, struct str *numbers, size_t i)
{
	const struct demo_case *c = &m->all[i];
	struct intake in = {.a = a};
	struct demo_words w = words_for(m, a, c);
	enum err e = case_make(m, c, &w, &in);

	if (e == ERR_OK) {
		numbers[i] = str_dup(m->a, in.case_number);
		e = demo_live(m, c, &w, &in, numbers);
	}
	if (e == ERR_OK)
		e = tell(m, a, in.row.id);
	intake_wipe(&in);
	return e;
}

static enum err
write_all(struct db *db, void *ctx)
{
	struct demo *m = ctx;
	struct policy_row row = {.in_force_at = m->now_utc_s - (DEMO_DAYS + 1) * (int64_t)DAY_S,
	        .text = m->policy->text};
	struct demo_keyd before = m->keyd;
	struct str *numbers = ARENA_ARRAY(m->a, m->n, struct str);
	enum err e = programme_ensure(db, m->cases->programme.name, m->cases->programme.case_prefix,
	        &m->cases->programme.id);

	row.programme_id = m->cases->programme.id;
	memcpy(row.sha256, m->policy->sha256, sizeof row.sha256);
	if (e == ERR_OK)
		e = policy_keep(db, &row);
	for (size_t i = 0; i < m->n && e == ERR_OK; i++) {
		struct arena *a = arena_new(CASE_ARENA);

		e = write_one(m, a, numbers, i);
		arena_free(a);
	}
	if (e != ERR_OK)
		m->keyd = before; /* should it be tried again */
	demo_keyd_wipe(&before);
	return e;
}

enum err
demo_write(struct demo *m)
{
	enum err e;

	m->cases->programme.wrapper = wrapper_new(m->keyd.storage_public);
	e = tx_run(m->cases->db, write_all, m);
	wrapper_free(m->cases->programme.wrapper);
	m->cases->programme.wrapper = NULL;
	if (e == ERR_OK)
		e = db_checkpoint(m->cases->db);
	if (e != ERR_OK && m->why->what[0] == '\0')
		diag_set(m->why, e, "`vdpd doctor` tells more", "the cases cannot be written: %s",
		        err_name(e));
	return e;
}
