/* One's own account: sessions and password. */
#include "web/desk/members.h"

#include "views.h"
#include "web/view_helpers.h"

static void
show(struct request *req, unsigned status, struct view_account *v)
{
	const struct who *w = who_of(req);
	struct keyd_credential q = {w->credential};
	struct keyd_sessions sessions = {0};
	struct keyd_factors factors = {0};
	struct buf b;
	enum err e = ERR_OK;

	v->person = w->id.kind == KEYD_BY_SESSION;
	if (v->person)
		e = keyd_sessions(req->a, &desk_of(req)->in.keyd, &q, &sessions, NULL);
	if (v->person && e == ERR_OK)
		e = keyd_factors(req->a, &desk_of(req)->in.keyd, &q, &factors, NULL);
	if (e != ERR_OK) {
		desk_respond_keyd(req, e, NULL);
		return;
	}
	v->codes_left = factors.recovery_left;
	v->page = desk_page(req, "Your account", VIEW_DESK_NONE);
	v->roles = desk_roles_words(req->a, w->id.roles);
	v->sessions = member_sessions(req->a, &sessions, w->id.person_id);
	v->password_min = KEYD_PASSWORD_MIN;
	buf_init(&b, DESK_PAGE_MAX);
	view_desk_account(&b, v);
	respond_html(req, status, &b);
}

void
desk_account_get(struct request *req)
{
	struct view_account v = {0};

	show(req, 200, &v);
}

static void
password_refused(struct request *req, enum err e, const struct keyd_verdict *why)
{
	struct view_account v = {0};
	struct view_mistake m;
	long long wait = why->retry_after_s > 0 ? (long long)why->retry_after_s : 1;

	if (e == ERR_INVALID || e == ERR_TOO_LARGE) {
		v.new_password.error = STR("Take a longer one that is not your name.");
		m = (struct view_mistake){STR("new_password"), v.new_password.error};
	} else if (e == ERR_CONFLICT) {
		v.new_password.error = STR("The two new passwords are not the same.");
		m = (struct view_mistake){STR("new_password"), v.new_password.error};
	} else if (e == ERR_AUTH) {
		m = (struct view_mistake){STR("password"),
		        STR("Password and code do not fit together. A code serves once: wait for "
		            "the next one.")};
	} else {
		m = (struct view_mistake){STR("password"),
		        str_fmt(req->a, "Too many tries. Come back in %s.",
		                str_z(req->a, text_str(req->a, span_words(wait))))};
	}
	v.mistakes = (struct view_mistakes){&m, 1};
	show(req, e == ERR_RATE ? 429 : e == ERR_AUTH ? 403 : 422, &v);
	if (e == ERR_RATE)
		respond_header(req, "Retry-After", str_fmt(req->a, "%lld", wait));
}

void
desk_password_post(struct request *req)
{
	struct keyd_password_change q = {
	        .credential = who_of(req)->credential,
	        .password = request_form(req, "password"),
	        .code = str_trim(request_form(req, "code")),
	        .new_password = request_form(req, "new_password"),
	};
	struct keyd_nothing out;
	struct keyd_verdict why = {0};
	enum err e = ERR_CONFLICT;

	if (!desk_form_ok(req))
		return;
	if (str_eq(q.new_password, request_form(req, "new_password_again")))
		e = keyd_password_change(req->a, &desk_of(req)->in.keyd, &q, &out, &why);
	if (e == ERR_OK)
		respond_redirect(
		        req, str_fmt(req->a, "/account?done=%s", desk_done_name(DONE_PASSWORD)));
	else if (e == ERR_INVALID || e == ERR_TOO_LARGE || e == ERR_CONFLICT || e == ERR_AUTH ||
	         e == ERR_RATE)
		password_refused(req, e, &why);
	else
		desk_respond_keyd(req, e, &why);
}

/* ---- Recovery codes ---- */

static void
codes_refused(struct request *req, enum err e, const struct keyd_verdict *why)
{
	struct view_account v = {0};
	long long wait = why->retry_after_s > 0 ? (long long)why->retry_after_s : 1;
	struct view_mistake m = {.field = STR("renew_code")};

	v.renew_code.error =
	        e == ERR_RATE ? str_fmt(req->a, "Too many tries. Come back in %s.",
	                                str_z(req->a, text_str(req->a, span_words(wait))))
	                      : STR("The code does not fit. A code serves once: wait for the next "
	                            "one.");
	m.text = v.renew_code.error;
	v.mistakes = (struct view_mistakes){&m, 1};
	show(req, e == ERR_RATE ? 429 : 403, &v);
	if (e == ERR_RATE)
		respond_header(req, "Retry-After", str_fmt(req->a, "%lld", wait));
}

void
desk_codes_post(struct request *req)
{
	struct keyd_recovery_renew q = {
	        .credential = who_of(req)->credential,
	        .code = str_trim(request_form(req, "renew_code")),
	};
	struct keyd_recovery_codes got;
	struct keyd_verdict why = {0};
	struct view_account v = {0};
	enum err e;

	if (!desk_form_ok(req))
		return;
	e = keyd_recovery_renew(req->a, &desk_of(req)->in.keyd, &q, &got, &why);
	if (e == ERR_OK) {
		v.codes = got.codes;
		show(req, 200, &v);
	} else if (e == ERR_AUTH || e == ERR_RATE || e == ERR_TOO_LARGE) {
		codes_refused(req, e, &why);
	} else {
		desk_respond_keyd(req, e, &why);
	}
}
