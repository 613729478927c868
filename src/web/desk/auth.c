/* Who asks: every request brings its proof, and keyd judges it anew each time. */
#include "web/desk/desk.h"

#include "base/log.h"
#include "views.h"

#include <stdlib.h>

bool
desk_route_allows(const struct route *row, unsigned roles)
{
	if (row->permission == ROUTE_PUBLIC)
		return true;
	if (row->permission == DESK_SIGNED_IN)
		return roles != 0;
	return permission_allows(roles, (enum permission)row->permission);
}

/* What was being sent is not read any more, but the browser still has it. */
static void
say_signed_out(struct request *req)
{
	const struct str text[] = {
	        STR("Your session has ended, so nothing was sent yet."),
	        STR("Sign in in another tab, then load this page again: your browser offers to "
	            "send what you typed once more, and you can look at it before it goes out."),
	};
	struct view_desk_message m = {
	        .page = desk_bare_page(req, "Please sign in", (struct view_hiddens){0}),
	        .text = {text, 2},
	        .href = STR("/sign-in"),
	        .label = STR("Sign in in another tab"),
	        .apart = true,
	};
	struct buf b;

	buf_init(&b, DESK_PAGE_MAX);
	view_desk_message(&b, &m);
	respond_html(req, 403, &b);
}

/* A test plays a desk that was taken over: it asks keyd whatever it is told, for anybody. */
static bool
owned(void)
{
#ifdef VDPD_TEST
	return getenv("VDPD_OWNED_DESK") != NULL;
#else
	return false;
#endif
}

static enum err
to_sign_in(struct request *req)
{
	bool back = req->path.n > 1 && req->path.n < 200;

	if (req->api)
		return ERR_AUTH;
	if (req->method != METHOD_GET) {
		say_signed_out(req);
		return ERR_AUTH;
	}
	/* The path is percent-encoded as it came, but for what would end a query value. */
	for (size_t i = 0; i < req->path.n; i++)
		if (strchr("&#+;=?", req->path.p[i]) != NULL)
			back = false;
	respond_redirect(req,
	        back ? str_fmt(req->a, "/sign-in?next=%.*s", STR_ARG(req->path)) : STR("/sign-in"));
	return ERR_AUTH;
}

enum err
desk_authenticate(struct request *req)
{
	struct who *w = ARENA_NEW(req->a, struct who);
	struct keyd_authenticate q;
	enum err e;

	/* A cookie opens no API: what a browser sends by itself must not act there. */
	q.credential = request_authorization(req, "Bearer");
	if (!req->api && q.credential.n == 0)
		q.credential = cookie_get(req, "session");
	if (q.credential.n == 0 || q.credential.n > KEYD_CREDENTIAL_MAX)
		return to_sign_in(req);
	e = keyd_authenticate(req->a, &desk_of(req)->in.keyd, &q, &w->id, NULL);
	if (e == ERR_AUTH && owned())
		e = ERR_OK;
	if (e == ERR_AUTH)
		return to_sign_in(req);
	if (e != ERR_OK)
		return e;
	w->credential = q.credential;
	w->db = ((struct desk_thread *)req->thread)->db;
	req->who = w;
	if (!desk_route_allows(req->route, w->id.roles) && !owned()) {
		log_warn("denied", "route", req->route->path);
		return ERR_DENIED;
	}
	return ERR_OK;
}

struct actor
desk_actor(const struct request *req)
{
	const struct keyd_identity *id = &who_of(req)->id;

	switch ((enum keyd_identity_kind)id->kind) {
	case KEYD_BY_SESSION:
		return (struct actor){ACTOR_PERSON, id->person_id, id->roles};
	case KEYD_BY_TOKEN:
		return (struct actor){ACTOR_TOKEN, id->token_id, id->roles};
	case KEYD_BY_OPERATOR:
		break;
	}
	return (struct actor){ACTOR_OPERATOR, 0, id->roles};
}

bool
desk_form_ok(struct request *req)
{
	struct diag d = {0};

	if (form_token_check(req, desk_of(req)->form_key, who_of(req)->credential) == ERR_OK)
		return true;
	respond_error(req,
	        diag_set(&d, ERR_DENIED, "go back, load the page anew and send it again",
	                "the form was not made for this session"),
	        &d);
	return false;
}

void
desk_respond_keyd(struct request *req, enum err e, const struct keyd_verdict *why)
{
	struct diag d = {0};

	/* The session was ended by somebody else since it was judged. */
	if (e == ERR_AUTH && req->who != NULL && !req->api &&
	        request_authorization(req, "Bearer").n == 0 && to_sign_in(req) == ERR_AUTH)
		return;
	if (e == ERR_RATE && why != NULL) {
		diag_set(&d, e, NULL, "More cases were opened than this hour allows");
		respond_error(req, e, &d);
		respond_header(req, "Retry-After",
		        str_fmt(req->a, "%lld",
		                (long long)(why->retry_after_s > 0 ? why->retry_after_s : 1)));
		return;
	}
	if (e == ERR_FORGED) {
		log_error("case_forged", "route", req->route->path);
		diag_set(&d, e, "Run `vdpd audit verify`; do not trust what the database says.",
		        "This case was changed from outside and is not opened");
		respond_error(req, e, &d);
		return;
	}
	if (e != ERR_NOT_FOUND && e != ERR_DENIED && e != ERR_GONE)
		log_error("request_failed", "route", req->route->path, "why", err_name(e));
	respond_error(req, e, NULL);
}
