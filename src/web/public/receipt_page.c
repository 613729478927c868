/* POST /receipt: what the receipt page offers for download, by the receipt that the page sends
 * along. */
#include "base/time.h"
#include "web/api/case_json.h"
#include "web/public/case_api.h"
#include "web/public/page.h"
#include "web/public/report_page.h"
#include "web/respond.h"

enum { SIGNED_MAX = 16 * 1024 };

static void
signed_download(struct request *req, const struct case_row *row, struct str number)
{
	const struct programme *pr = &public_app(req)->in.programme;
	struct receipt_facts facts = act_facts(req->a, pr, row);
	struct json_writer w;
	struct buf body;

	buf_init(&body, SIGNED_MAX);
	w = json_writer(&body);
	signed_receipt_json(&w, NULL, req->a, &facts, row->signature);
	buf_char(&body, '\n');
	respond_file(req, str_fmt(req->a, "%.*s-receipt.json", STR_ARG(number)), &body);
	buf_clear(&body);
}

static enum err
text_download(struct request *req, const struct case_row *row, const struct reporter_keys *keys,
        struct str number)
{
	struct view_keys eyes = {.reporter = keys};
	struct case_view v;
	struct buf body;
	enum err e = view_read(req->a, public_db(req), &public_app(req)->in.programme, row->id,
	        &eyes, now_utc_s(), &v);

	if (e != ERR_OK)
		return e;
	/* Byte for byte what the receipt's hash covers. */
	buf_init(&body, PUBLIC_PAGE_MAX);
	buf_str(&body, v.report);
	respond_file(req, str_fmt(req->a, "%.*s-report.json", STR_ARG(number)), &body);
	buf_clear(&body);
	return ERR_OK;
}

void
receipt_page_post(struct request *req)
{
	struct reporter_keys keys;
	struct case_row row;
	struct str number;
	enum err e;

	if (!token_ok(req))
		return;
	e = receipt_open(req, STR(""), request_form(req, "receipt"), &row, &keys);
	if (e != ERR_OK) {
		respond_error(req, e, NULL);
		return;
	}
	number = case_number_str(
	        req->a, public_app(req)->in.programme.case_prefix, row.year, row.number);
	if (str_eq(request_form(req, "what"), STR("text")))
		e = text_download(req, &row, &keys, number);
	else
		signed_download(req, &row, number);
	reporter_keys_wipe(&keys);
	if (e != ERR_OK)
		respond_error(req, e, NULL);
}
