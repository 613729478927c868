/* What handlers of public pages share: the frame around a page, form tokens, single messages. */
#ifndef VDPD_WEB_PUBLIC_PAGE_H
#define VDPD_WEB_PUBLIC_PAGE_H

#include "act/view.h"
#include "web/public/app.h"
#include "web/views_public.h"

enum { PUBLIC_PAGE_MAX = 64 * 1024 * 1024 };

/* The frame for TITLE. */
struct view_page public_page(const struct public_app *app, struct str title, enum view_nav nav);

/* A form of people without a session: its token, and a cookie that goes with it. Before the page is
 * drawn token_begin, after respond_html token_end. */
struct form_session {
	struct view_hidden token;
	struct str session;
	bool set;
};
void token_begin(struct request *req, struct form_session *s);
void token_end(struct request *req, const struct form_session *s);

/* Is the form's token right? Otherwise answers, and false. */
bool token_ok(struct request *req);

/* The same without an answer, for a form that is then shown again with what was typed into it. */
bool token_fits(const struct request *req);

/* Draws a page that says one thing. */
void public_message(struct request *req, unsigned status, struct str title, struct str text,
        struct str href, struct str label);

/* For server_config.error_page. */
void public_error_page(struct request *req, unsigned status, const char *title, const char *detail,
        struct buf *out);

#endif
