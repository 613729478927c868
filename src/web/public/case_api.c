/* The reporter's API. Every request opens the case by its receipt, for this one answer. */
#include "web/public/case_api.h"

#include "base/time.h"
#include "web/api/case_json.h"

enum { CASE_JSON_MAX = 64 * 1024 * 1024, TEXT_CHARS_MAX = 50000 };

enum err
case_api_respond(struct request *req, struct db *db, int64_t case_id,
        const struct reporter_keys *keys, unsigned status)
{
	struct view_keys eyes = {.reporter = keys};
	struct case_view v;
	struct json_writer w;
	struct buf body;
	enum err e = view_read(
	        req->a, db, &public_app(req)->in.programme, case_id, &eyes, now_utc_s(), &v);

	if (e != ERR_OK)
		return e;
	buf_init(&body, CASE_JSON_MAX);
	w = json_writer(&body);
	reporter_case_json(&w, req->a, &v);
	respond_json(req, status, &body);
	buf_clear(&body);
	return ERR_OK;
}

void
case_api_get(struct request *req)
{
	struct reporter_keys keys;
	struct case_row row;
	enum err e = reporter_open(req, &row, &keys);

	if (e == ERR_OK)
		e = case_api_respond(req, public_db(req), row.id, &keys, 200);
	reporter_keys_wipe(&keys);
	if (e == ERR_GONE)
		reporter_gone(req, &row);
	else if (e != ERR_OK)
		respond_error(req, e, NULL);
}

/* ---- Changes ---- */

static void
answer(struct act_job *j, enum err e)
{
	/* Still the writer's thread: its connection has committed and is free until the next batch.
	 */
	if (e == ERR_OK)
		e = case_api_respond(j->req, j->act.db, j->case_id, &j->shared, 200);
	if (e != ERR_OK)
		respond_error(j->req, e, &j->why);
}

/* Does Q, whose texts are in the request's arena, on the case of the request. */
static void
change(struct request *req, const struct act_request *q)
{
	struct diag d = {0};
	struct act_job *j;
	enum err e = reporter_job(req, &j);

	if (e == ERR_OK) {
		e = act_check(q, &d);
		if (e == ERR_OK) {
			reporter_job_start(req, j, q, answer);
			return;
		}
		reporter_keys_wipe(&j->shared);
	}
	respond_error(req, e, &d);
}

/* Reads the body by FIELDS into *OUT; answers and returns false where it does not fit. */
static bool
body_read(struct request *req, const struct json_field *fields, size_t n, void *out)
{
	struct json_table table = {fields, n};
	struct diag d = {0};
	enum err e = json_object_read(req->a, req->body, &table, out, &d);

	if (e != ERR_OK)
		respond_error(req, e, &d);
	return e == ERR_OK;
}

void
case_api_message(struct request *req)
{
	static const struct json_field fields[] = {{.key = "text",
	        .type = JSON_TYPE_STRING,
	        .offset = offsetof(struct act_request, text),
	        .max = TEXT_CHARS_MAX,
	        .required = true}};
	struct act_request q = {.action = ACTION_REPLY};

	if (body_read(req, fields, 1, &q))
		change(req, &q);
}

void
case_api_withdraw(struct request *req)
{
	static const struct json_field fields[] = {{.key = "text",
	        .type = JSON_TYPE_STRING,
	        .offset = offsetof(struct act_request, text),
	        .max = TEXT_CHARS_MAX}};
	struct act_request q = {.action = ACTION_WITHDRAW};

	if (req->body.n == 0 || body_read(req, fields, 1, &q))
		change(req, &q);
}

void
case_api_letter(struct request *req)
{
	change(req, &(struct act_request){.action = ACTION_LETTER});
}

struct credit {
	bool wanted;
	struct str name, url;
};

void
case_api_credit(struct request *req)
{
	static const struct json_field fields[] = {
	        {.key = "wanted",
	                .type = JSON_TYPE_BOOL,
	                .offset = offsetof(struct credit, wanted),
	                .required = true},
	        {.key = "name",
	                .type = JSON_TYPE_STRING,
	                .offset = offsetof(struct credit, name),
	                .max = 200},
	        {.key = "url",
	                .type = JSON_TYPE_STRING,
	                .offset = offsetof(struct credit, url),
	                .max = 2000},
	};
	struct credit c = {0};

	if (body_read(req, fields, 3, &c))
		case_credit(req, c.wanted, c.name, c.url, change);
}

void
case_credit(struct request *req, bool wanted, struct str name, struct str url,
        void (*then)(struct request *req, const struct act_request *q))
{
	struct act_request q = {.action = ACTION_CREDIT, .credit_choice = wanted};
	struct json_writer w;
	struct buf b;

	buf_init(&b, 16 * 1024);
	w = json_writer(&b);
	jw_object(&w, NULL);
	jw_bool(&w, "wanted", wanted);
	jw_str(&w, "name", name.n > 0 ? name : (struct str){0});
	jw_str(&w, "url", url.n > 0 ? url : (struct str){0});
	jw_end(&w);
	q.credit = str_dup(req->a, buf_view(&b));
	buf_clear(&b);
	then(req, &q);
}

void
case_api_disclosure(struct request *req)
{
	static const struct json_field fields[] = {
	        {.key = "date",
	                .type = JSON_TYPE_STRING,
	                .offset = offsetof(struct act_request, date),
	                .max = 10,
	                .required = true},
	        {.key = "text",
	                .type = JSON_TYPE_STRING,
	                .offset = offsetof(struct act_request, text),
	                .max = TEXT_CHARS_MAX},
	};
	struct act_request q = {.action = ACTION_DISCLOSURE};

	if (body_read(req, fields, 2, &q))
		change(req, &q);
}
