/* The reporter's page of a case. The receipt comes from a sealed cookie of the browser; each form
 * does one thing and leads back to the page. */
#include "web/public/case_page.h"

#include "base/time.h"
#include "views.h"
#include "web/api/uploads.h"
#include "web/public/case_api.h"
#include "web/public/case_view.h"
#include "web/public/page.h"
#include "web/public/receipt_cookie.h"
#include "web/respond.h"

/* STR is no constant expression. */
#define LITERAL(z)                                                                                 \
	{                                                                                          \
		"" z, sizeof(z) - 1                                                                \
	}

/* What was typed, "" if nothing. */
static struct str
typed(const struct request *req, const char *name)
{
	struct str s = request_form(req, name);

	return s.p != NULL ? s : STR("");
}

/* Asks for a receipt. A message that was typed already waits in the form for the report to open. */
static void
track_draw(struct request *req, unsigned status, struct str mistake)
{
	struct view_track v = {
	        .page = public_page(public_app(req), STR("Track a report"), VIEW_NAV_TRACK)};
	struct form_session session;
	struct view_hidden hidden[2];
	struct buf body;

	token_begin(req, &session);
	hidden[0] = session.token;
	hidden[1] = (struct view_hidden){STR("text"), typed(req, "text")};
	v.hidden = (struct view_hiddens){hidden, hidden[1].value.n > 0 ? 2 : 1};
	v.receipt = (struct view_input){typed(req, "receipt"), mistake};
	buf_init(&body, PUBLIC_PAGE_MAX);
	view_public_track(&body, &v);
	respond_html(req, status, &body);
	token_end(req, &session);
	buf_clear(&body);
}

static void
keep_typed(const struct request *req, struct view_reporter *page)
{
	page->text.value = typed(req, "text");
	page->date.value = typed(req, "date");
	if (request_form(req, "credit_name").p == NULL)
		return;
	page->credit_wanted = str_eq(typed(req, "credit_wanted"), STR("yes"));
	page->credit_name.value = typed(req, "credit_name");
	page->credit_url.value = typed(req, "credit_url");
}

/* Draws the page of the case that KEYS open. MISTAKE and what was typed are of a form that was not
 * taken. */
static enum err
case_draw(struct request *req, struct db *db, int64_t case_id, const struct reporter_keys *keys,
        unsigned status, const struct view_mistake *mistake)
{
	struct view_keys eyes = {.reporter = keys};
	struct view_reporter *page = ARENA_NEW(req->a, struct view_reporter);
	struct form_session session;
	struct case_view v;
	struct buf body;
	enum err e = view_read(
	        req->a, db, &public_app(req)->in.programme, case_id, &eyes, now_utc_s(), &v);

	if (e != ERR_OK)
		return e;
	token_begin(req, &session);
	page->page = public_page(public_app(req), v.number, VIEW_NAV_TRACK);
	page->hidden = (struct view_hiddens){&session.token, 1};
	page->done = reporter_done_text(request_query(req, "done"));
	reporter_view_fill(req->a, page, &v, now_utc_s());
	if (mistake != NULL) {
		page->mistakes = (struct view_mistakes){mistake, 1};
		keep_typed(req, page);
	}
	buf_init(&body, PUBLIC_PAGE_MAX);
	view_public_case(&body, page);
	respond_html(req, status, &body);
	token_end(req, &session);
	buf_clear(&body);
	return ERR_OK;
}

void
case_page_get(struct request *req)
{
	struct str receipt = receipt_cookie_get(req);
	struct reporter_keys keys;
	struct case_row row;
	enum err e;

	if (receipt.p == NULL) {
		track_draw(req, 200, STR(""));
		return;
	}
	e = receipt_open(req, STR(""), receipt, &row, &keys);
	if (e == ERR_OK)
		e = case_draw(req, public_db(req), row.id, &keys, 200, NULL);
	reporter_keys_wipe(&keys);
	if (e == ERR_NOT_FOUND) {
		track_draw(req, 200, STR(""));
		receipt_cookie_drop(req);
	} else if (e == ERR_GONE) {
		reporter_gone(req, &row);
	} else if (e != ERR_OK) {
		respond_error(req, e, NULL);
	}
}

/* POST /case: a receipt was entered. */
void
case_page_open(struct request *req)
{
	static const struct view_mistake waits = {
	        LITERAL("text"), LITERAL("Your message has not been sent yet.")};
	struct str receipt = request_form(req, "receipt"), number;
	struct receipt_code code;
	struct reporter_keys keys;
	struct case_row row;
	enum err e;

	if (!token_ok(req))
		return;
	if (receipt.p == NULL)
		receipt = STR("");
	e = receipt_parse(receipt, &number, &code);
	if (e == ERR_OK && number.n == 0) {
		track_draw(
		        req, 422, STR("The case number is missing: both stand on your receipt."));
		receipt_code_wipe(&code);
		return;
	}
	receipt_code_wipe(&code);
	e = receipt_open(req, STR(""), receipt, &row, &keys);
	if (e == ERR_OK && typed(req, "text").n > 0)
		e = case_draw(req, public_db(req), row.id, &keys, 200, &waits);
	else if (e == ERR_OK)
		respond_redirect(req, STR("/case"));
	reporter_keys_wipe(&keys);
	if (e == ERR_GONE) {
		reporter_gone(req, &row);
		return;
	}
	if (e == ERR_NOT_FOUND) {
		track_draw(req, 422, STR("No report has this number and code. Please check both."));
		return;
	}
	if (e != ERR_OK) {
		respond_error(req, e, NULL);
		return;
	}
	receipt_cookie_set(req, receipt);
}

void
case_page_leave(struct request *req)
{
	if (!token_ok(req))
		return;
	public_message(req, 200, STR("You have left the page of your report"),
	        STR("This browser has forgotten the receipt. With number and code you can come "
	            "back "
	            "at any time."),
	        STR("/case"), STR("Track a report"));
	receipt_cookie_drop(req);
}

/* ---- Changes ---- */

/* Does the form fit this browser? If not, its page is shown again with what was typed. */
static bool
form_fits(struct request *req)
{
	static const struct view_mistake old = {
	        LITERAL(""), LITERAL("The page was open for so long that this browser has "
	                             "forgotten it, and nothing "
	                             "was sent. Please press the button once more; files must be "
	                             "chosen again.")};
	struct reporter_keys keys;
	struct case_row row;
	enum err e;

	if (token_fits(req))
		return true;
	e = reporter_open(req, &row, &keys);
	if (e == ERR_OK)
		e = case_draw(req, public_db(req), row.id, &keys, 403, &old);
	else if (e == ERR_AUTH || e == ERR_NOT_FOUND)
		track_draw(req, 403, STR("Please enter your receipt once more: nothing was sent."));
	if (e != ERR_OK && e != ERR_AUTH && e != ERR_NOT_FOUND)
		respond_error(req, e, NULL);
	reporter_keys_wipe(&keys);
	return false;
}

static void
answer(struct act_job *j, enum err e)
{
	struct view_mistake mistake = {STR("text"), STR("")};

	if (e == ERR_OK) {
		respond_redirect(
		        j->req, str_fmt(j->req->a, "/case?done=%s", action_name(j->q.action)));
		return;
	}
	if (e == ERR_INVALID || e == ERR_STATE) {
		mistake.field = str_of(j->why.pointer[0] == '/' ? j->why.pointer + 1 : "text");
		mistake.text = str_of(j->why.what);
		e = case_draw(j->req, j->act.db, j->case_id, &j->shared, e == ERR_STATE ? 409 : 422,
		        &mistake);
	}
	if (e != ERR_OK)
		respond_error(j->req, e, &j->why);
}

static void
change(struct request *req, const struct act_request *q)
{
	struct view_mistake mistake;
	struct act_job *j;
	enum err e = reporter_job(req, &j);

	if (e == ERR_GONE) {
		respond_error(req, e, NULL);
		return;
	}
	if (e != ERR_OK) {
		track_draw(req, 401,
		        STR("This browser has forgotten your receipt, so nothing was sent. Enter "
		            "it "
		            "once more: what you typed is kept."));
		return;
	}
	if (act_check(q, &j->why) == ERR_OK) {
		reporter_job_start(req, j, q, answer);
		return;
	}
	mistake = (struct view_mistake){str_of(j->why.pointer + (j->why.pointer[0] == '/')),
	        STR("Please write something first.")};
	e = case_draw(req, public_db(req), j->case_id, &j->shared, 422, &mistake);
	reporter_keys_wipe(&j->shared);
	if (e != ERR_OK)
		respond_error(req, e, NULL);
}

void
case_page_message(struct request *req)
{
	struct act_request q = {.action = ACTION_REPLY, .text = request_form(req, "text")};

	if (!form_fits(req))
		return;
	upload_take(req, &q.files, &q.files_n);
	if (str_trim(q.text).n == 0) {
		q.text = STR("");
		q.action = q.files_n > 0 ? ACTION_ADD_FILES : ACTION_REPLY;
	}
	change(req, &q);
}

void
case_page_credit(struct request *req)
{
	struct str name = request_form(req, "credit_name"), url = request_form(req, "credit_url");

	if (form_fits(req))
		case_credit(req, str_eq(request_form(req, "credit_wanted"), STR("yes")), name, url,
		        change);
}

void
case_page_letter(struct request *req)
{
	if (form_fits(req))
		change(req, &(struct act_request){.action = ACTION_LETTER});
}

void
case_page_disclosure(struct request *req)
{
	struct act_request q = {.action = ACTION_DISCLOSURE, .date = request_form(req, "date")};

	if (form_fits(req))
		change(req, &q);
}

void
case_page_withdraw(struct request *req)
{
	static const struct str text[] = {
	        {"The report is closed at your wish. The team still sees it, and may go on if the "
	         "weakness is real.",
	                sizeof "The report is closed at your wish. The team still sees it, and may "
	                       "go on if "
	                       "the weakness is real." -
	                        1},
	};
	struct view_hidden hidden[2];
	struct form_session session;
	struct view_confirm v;
	struct buf body;

	if (!form_fits(req))
		return;
	if (str_eq(request_form(req, "confirmed"), STR("yes"))) {
		change(req, &(struct act_request){.action = ACTION_WITHDRAW});
		return;
	}
	token_begin(req, &session);
	hidden[0] = session.token;
	hidden[1] = (struct view_hidden){STR("confirmed"), STR("yes")};
	v = (struct view_confirm){
	        .page = public_page(public_app(req), STR("Withdraw this report?"), VIEW_NAV_TRACK),
	        .hidden = {hidden, 2},
	        .text = {text, 1},
	        .action = STR("/case/withdraw"),
	        .button = STR("Withdraw the report"),
	        .danger = true,
	        .back = STR("/case"),
	};
	buf_init(&body, PUBLIC_PAGE_MAX);
	view_public_confirm(&body, &v);
	respond_html(req, 200, &body);
	token_end(req, &session);
	buf_clear(&body);
}
