/* /case/link: a reporter who came by mail, or lost the code, opens the case by a link that was
 * mailed to the address of the case. GET shows a button only, so that who looks at links in mails
 * before their reader does (scanners) uses none up. POST spends it, and gives a new code. */
#include "web/public/link_page.h"

#include "base/time.h"
#include "store/mail_store.h"
#include "store/writer.h"
#include "views.h"
#include "web/public/page.h"
#include "web/public/receipt_cookie.h"
#include "web/respond.h"

static const char invalid[] =
        "This link does not serve any more: it was used, it is older than three days, or a newer "
        "mail has another.";

struct link_job {
	struct writer_job job;
	struct request *req;
	int64_t case_id;
	struct str number;
	unsigned char uid[CASE_UID_BYTES];
	unsigned char hash[RECEIPT_HASH_BYTES]; /* of the link's code */
	struct key link_key;
	struct receipt_code code; /* the new one */
};

static struct link_job *
job_of(struct writer_job *job)
{
	return (struct link_job *)((char *)job - offsetof(struct link_job, job));
}

/* The link of the case is this one, and its time is not over. */
static bool
holds(const struct case_link_row *link, const unsigned char hash[RECEIPT_HASH_BYTES])
{
	return link->expires_at > now_utc_s() && secret_eq(link->hash, hash, RECEIPT_HASH_BYTES);
}

static enum err
link_apply(struct db *db, struct writer_job *job)
{
	struct link_job *j = job_of(job);
	unsigned char wrap[REPORTER_WRAP_BYTES], hash[RECEIPT_HASH_BYTES];
	struct case_link_row link;
	struct key reporter, code_key;
	enum err e = case_link_get(j->req->a, db, j->case_id, &link);

	if (e == ERR_OK && !holds(&link, j->hash))
		e = ERR_NOT_FOUND;
	if (e == ERR_OK)
		e = reporter_unwrap(
		        &j->link_key, str_bytes(link.wrap, sizeof link.wrap), j->uid, &reporter);
	if (e != ERR_OK)
		return e;
	receipt_code_key(&j->code, &code_key);
	receipt_code_hash(&j->code, hash);
	reporter_wrap(&code_key, &reporter, j->uid, wrap);
	key_wipe(&code_key);
	key_wipe(&reporter);
	e = case_receipt_put(db, j->case_id, hash, str_bytes(wrap, sizeof wrap));
	return e == ERR_OK ? case_link_spend(db, j->case_id) : e;
}

static void
answer(void *ctx)
{
	struct link_job *j = ctx;
	struct request *req = j->req;
	struct str receipt = receipt_text(req->a, j->number, &j->code);

	if (j->job.err == ERR_NOT_FOUND) {
		public_message(
		        req, 410, STR("This link is used up"), str_of(invalid), STR(""), STR(""));
	} else if (j->job.err != ERR_OK) {
		respond_error(req, j->job.err, NULL);
	} else {
		public_message(req, 200, STR("Your new code"),
		        str_fmt(req->a,
		                "Your case and its code: %.*s\n\nKeep it: with it you come back at "
		                "any time. It is shown this once; a code from before is void now.",
		                STR_ARG(receipt)),
		        STR("/case"), STR("Open your report"));
		receipt_cookie_set(req, receipt);
	}
	receipt_code_wipe(&j->code);
	key_wipe(&j->link_key);
}

static void
link_done(struct writer_job *job, enum err e)
{
	struct link_job *j = job_of(job);

	j->job.err = e;
	request_finish_by(j->req, answer, j);
}

/* The case that TEXT is a link of, as long as it holds. */
static enum err
link_find(struct request *req, struct str text, struct case_row *row, struct receipt_code *code)
{
	unsigned char hash[RECEIPT_HASH_BYTES];
	struct case_link_row link;
	struct str number;
	enum err e = text.p != NULL && receipt_parse(text, &number, code) == ERR_OK ? ERR_OK
	                                                                            : ERR_NOT_FOUND;

	if (e == ERR_OK)
		e = view_find(req->a, public_db(req), &public_app(req)->in.programme, number, row);
	if (e == ERR_OK)
		e = case_link_get(req->a, public_db(req), row->id, &link);
	if (e != ERR_OK)
		return e;
	receipt_code_hash(code, hash);
	return holds(&link, hash) && row->erased_at == 0 ? ERR_OK : ERR_NOT_FOUND;
}

static void
refuse(struct request *req, enum err e)
{
	if (e == ERR_NOT_FOUND)
		public_message(
		        req, 410, STR("This link is used up"), str_of(invalid), STR(""), STR(""));
	else
		respond_error(req, e, NULL);
}

void
link_page_get(struct request *req)
{
	struct view_confirm v = {
	        .page = public_page(public_app(req), STR("Open your report"), VIEW_NAV_TRACK),
	        .action = STR("/case/link"),
	        .button = STR("Open my report"),
	        .back = STR("/"),
	};
	struct str text = STR("This opens your report and gives you a new code for it. The link "
	                      "serves once.");
	struct form_session session;
	struct view_hidden hidden[2];
	struct receipt_code code;
	struct case_row row;
	struct buf body;
	enum err e = link_find(req, request_query(req, "code"), &row, &code);

	receipt_code_wipe(&code);
	if (e != ERR_OK) {
		refuse(req, e);
		return;
	}
	token_begin(req, &session);
	hidden[0] = session.token;
	hidden[1] = (struct view_hidden){STR("code"), request_query(req, "code")};
	v.hidden = (struct view_hiddens){hidden, 2};
	v.text = (struct view_texts){&text, 1};
	buf_init(&body, PUBLIC_PAGE_MAX);
	view_public_confirm(&body, &v);
	respond_html(req, 200, &body);
	token_end(req, &session);
	buf_clear(&body);
}

void
link_page_post(struct request *req)
{
	struct link_job *j;
	struct receipt_code code;
	struct case_row row;
	enum err e;

	if (!token_ok(req))
		return;
	e = link_find(req, request_form(req, "code"), &row, &code);
	if (e != ERR_OK) {
		refuse(req, e);
		return;
	}
	j = ARENA_NEW(req->a, struct link_job);
	j->req = req;
	j->case_id = row.id;
	j->number = case_number_str(
	        req->a, public_app(req)->in.programme.case_prefix, row.year, row.number);
	memcpy(j->uid, row.uid, sizeof j->uid);
	receipt_code_hash(&code, j->hash);
	receipt_code_key(&code, &j->link_key);
	receipt_code_wipe(&code);
	receipt_code_random(&j->code);
	j->job = (struct writer_job){.apply = link_apply, .done = link_done};
	request_suspend(req);
	e = writer_submit(public_app(req)->writer, &j->job);
	if (e != ERR_OK)
		link_done(&j->job, e);
}
