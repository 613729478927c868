/* What handlers of public pages share. */
#include "web/public/page.h"

#include "views.h"
#include "web/csrf.h"
#include "web/respond.h"
#include "web/status.h"

#include <string.h>

struct view_page
public_page(const struct public_app *app, struct str title, enum view_nav nav)
{
	return (struct view_page){
	        .policy = instance_policy((struct instance *)&app->in),
	        .title = title,
	        .nav = nav,
	        .demo = app->in.config->demo,
	        .pgp_key = app->pgp_key,
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

/* What an error is called on a page, and what to do next. */
static const struct {
	unsigned status;
	const char *title, *mend;
} told[] = {
        {400, "This could not be read", "Go back, load the page anew and try once more."},
        {403, "This form was not taken", "Go back, load the page anew and send it once more."},
        {404, "Nothing is here", "The address may be mistyped. You can go on from here:"},
        {405, "Nothing is here", "The address may be mistyped. You can go on from here:"},
        {409, "Not possible any more", "Look at your report’s page to see how it stands."},
        {410, "Erased", ""},
        {413, "Too much at once",
                "Go back: what you typed is still there. Send fewer or smaller files."},
        {429, "Please wait a little",
                "Go back: what you typed is still there. Send it again in a minute."},
        {500, "Something went wrong on our side",
                "Nothing was taken. Please try again; if it stays like this, write to us by mail."},
        {503, "We are busy for a moment",
                "Nothing was taken. Go back: what you typed is still there. Try again."},
        {507, "We have no room to store it",
                "Nothing was taken. Please try again later, or write to us by mail."},
};

void
public_error_page(struct request *req, unsigned status, const char *title, const char *detail,
        struct buf *out)
{
	struct view_error v = {
	        .page = public_page(public_app(req), str_of(title), VIEW_NAV_NONE),
	        .status = status,
	        .what = str_of(detail),
	        .mend = STR(""),
	        .request = status >= 500 ? request_id_text(req) : STR(""),
	};

	for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
		if (told[i].status != status)
			continue;
		v.page.title = str_of(told[i].title);
		/* What says more than its status says what to do, too. */
		if (strcmp(detail, status_hint(status)) == 0)
			v.mend = str_of(told[i].mend);
	}
	view_public_error(out, &v);
}
