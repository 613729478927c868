/* The reporter of a case. */
#include "web/public/reporter.h"

#include "base/time.h"
#include "web/api/uploads.h"
#include "web/public/receipt_cookie.h"

enum err
receipt_open(const struct request *req, struct str number, struct str receipt, struct case_row *row,
        struct reporter_keys *keys)
{
	struct receipt_code code;
	struct str named;
	enum err e;

	if (receipt.p == NULL)
		return ERR_AUTH;
	if (receipt_parse(receipt, &named, &code) != ERR_OK)
		return ERR_NOT_FOUND;
	if (number.n == 0)
		number = named;
	else if (named.n > 0 && !str_eq_nocase(named, number))
		number = STR("");
	e = view_find(req->a, public_db(req), &public_app(req)->in.programme, number, row);
	if (e == ERR_OK)
		e = view_receipt(row, &code, keys);
	/* The row alone proves nothing. */
	if (e == ERR_GONE)
		e = view_gone(req->a, public_db(req), row, NULL);
	receipt_code_wipe(&code);
	return e;
}

void
reporter_gone(struct request *req, const struct case_row *row)
{
	struct diag d = {0};
	char at[RFC3339_MAX];
	struct str by;
	enum err e = view_gone(req->a, public_db(req), row, &by);

	time_format(row->erased_at, at);
	if (e == ERR_GONE)
		diag_set(&d, e, NULL,
		        "this report was erased on %.10s by the %s: its keys are destroyed, and "
		        "nobody can read it any more",
		        at, str_eq(by, STR("system")) ? "policy" : "team");
	respond_error(req, e, &d);
}

enum err
reporter_open(const struct request *req, struct case_row *row, struct reporter_keys *keys)
{
	if (req->api)
		return receipt_open(req, request_param(req, "case"),
		        request_authorization(req, "Receipt"), row, keys);
	return receipt_open(req, STR(""), receipt_cookie_get(req), row, keys);
}

enum err
reporter_job(struct request *req, struct act_job **out)
{
	struct act_job *j = req->who;
	struct case_row row;
	enum err e;

	if (j == NULL) {
		j = ARENA_NEW(req->a, struct act_job);
		e = reporter_open(req, &row, &j->shared);
		if (e != ERR_OK)
			return e;
		j->case_id = row.id;
		req->who = j;
	}
	*out = j;
	return ERR_OK;
}

void
reporter_job_start(struct request *req, struct act_job *j, const struct act_request *q,
        void (*answer)(struct act_job *j, enum err e))
{
	j->req = req;
	j->q = *q;
	j->answer = answer;
	j->act.a = req->a;
	j->act.programme = &public_app(req)->in.programme;
	j->act.actor.kind = ACTOR_REPORTER;
	j->act.keys.reporter = &j->shared.reporter;
	act_job_start(j, public_app(req)->writer);
}

static enum err
file_open(struct request *req, struct upload_file *file)
{
	struct act_job *j;
	enum err e = reporter_job(req, &j);

	return e == ERR_OK
	               ? upload_open(req, file, &public_app(req)->in, &j->shared.reporter, false)
	               : e;
}

const struct upload reporter_upload = {
        .files_max = 64, /* the policy's own bounds hold in upload_open and upload_write */
        .file_max = UINT32_MAX,
        .open = file_open,
        .write = upload_write,
        .close = upload_close,
        .abandon = upload_abandon,
};
