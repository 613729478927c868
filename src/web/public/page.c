/* What handlers of public pages share. */
#include "web/public/page.h"

#include "views.h"
#include "web/csrf.h"
#include "web/respond.h"
#include "web/status.h"

struct view_page
public_page(const struct public_app *app, struct str title, enum view_nav nav)
{
	return (struct view_page){
	        .policy = instance_policy((struct instance *)&app->in),
	        .title = title,
	        .nav = nav,
	};
}

void
token_begin(struct request *req, struct form_session *s)
{
	s->set = false;
	s->token.name = STR("form_token");
	s->token.value = anonymous_form_token(req, public_app(req)->form_key, &s->session, &s->set);
}

void
token_end(struct request *req, const struct form_session *s)
{
	if (s->set)
		anonymous_form_cookie(req, s->session);
}

bool
token_fits(const struct request *req)
{
	return anonymous_form_check(req, public_app(req)->form_key) == ERR_OK;
}

bool
token_ok(struct request *req)
{
	struct diag d = {0};

	if (token_fits(req))
		return true;
	respond_error(req,
	        diag_set(&d, ERR_DENIED, "go back, reload the page and send it again",
	                "this form did not come from a page of ours, or cookies are switched off"),
	        &d);
	return false;
}

void
public_message(struct request *req, unsigned status, struct str title, struct str text,
        struct str href, struct str label)
{
	struct view_message v = {
	        .page = public_page(public_app(req), title, VIEW_NAV_NONE),
	        .text = {&text, 1},
	        .href = href,
	        .label = label,
	};
	struct buf body;

	buf_init(&body, PUBLIC_PAGE_MAX);
	view_public_message(&body, &v);
	respond_html(req, status, &body);
	buf_clear(&body);
}

void
public_error_page(struct request *req, unsigned status, const char *title, const char *detail,
        struct buf *out)
{
	struct view_error v = {
	        .page = public_page(public_app(req), str_of(title), VIEW_NAV_NONE),
	        .status = status,
	        .what = str_of(detail),
	        .mend = str_of(status_hint(status)),
	};

	view_public_error(out, &v);
}
