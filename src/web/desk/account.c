/* One's own account: sessions and password. */
#include "web/desk/members.h"

#include "base/id.h"
#include "views.h"
#include "web/view_helpers.h"

static void
show_passkeys(struct request *req, struct view_account *v, const struct keyd_factors *f)
{
	struct keyd_credential q = {who_of(req)->credential};
	struct view_passkey *rows = ARENA_ARRAY(req->a, f->n + 1, struct view_passkey);
	struct keyd_passkey_challenge asked;
	struct str user = str_fmt(req->a, "%lld", (long long)who_of(req)->id.person_id);

	v->exclude = STR("");
	for (size_t i = 0; i < f->n; i++) {
		const struct keyd_passkey *k = &f->passkeys[i];
		struct str id = base64url_str(req->a, k->credential_id.p, k->credential_id.n);

		rows[i] = (struct view_passkey){str_fmt(req->a, "%lld", (long long)k->passkey_id),
		        k->name, k->created_at, k->used_at};
		v->exclude = str_fmt(
		        req->a, "%.*s%s%.*s", STR_ARG(v->exclude), i > 0 ? " " : "", STR_ARG(id));
	}
	v->passkeys = rows;
	v->n_passkeys = f->n;
	if (keyd_passkey_begin(req->a, &desk_of(req)->in.keyd, &q, &asked, NULL) != ERR_OK ||
	        asked.rp_id.n == 0)
		return;
	v->challenge = base64url_str(req->a, asked.challenge, sizeof asked.challenge);
	v->rp_id = asked.rp_id;
	v->user = base64url_str(req->a, user.p, user.n);
}

void
account_show(struct request *req, unsigned status, struct view_account *v)
{
	const struct who *w = who_of(req);
	struct keyd_credential q = {w->credential};
	struct keyd_sessions sessions = {0};
	struct keyd_factors factors = {0};
	struct keyd_people people = {0};
	struct buf b;
	enum err e = ERR_OK;

	v->person = w->id.kind == KEYD_BY_SESSION;
	if (v->person)
		e = keyd_sessions(req->a, &desk_of(req)->in.keyd, &q, &sessions, NULL);
	if (v->person && e == ERR_OK)
		e = keyd_factors(req->a, &desk_of(req)->in.keyd, &q, &factors, NULL);
	if (v->person && e == ERR_OK)
		e = desk_people(req, &people);
	if (e != ERR_OK) {
		desk_respond_keyd(req, e, NULL);
		return;
	}
	if (v->absence.deputies.n == 0)
		v->absence = absence_view(req, &people, w->id.person_id);
	v->codes_left = factors.recovery_left;
	if (v->person)
		show_passkeys(req, v, &factors);
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

	account_show(req, 200, &v);
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
	account_show(req, e == ERR_RATE ? 429 : e == ERR_AUTH ? 403 : 422, &v);
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
	account_show(req, e == ERR_RATE ? 429 : 403, &v);
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
		account_show(req, 200, &v);
	} else if (e == ERR_AUTH || e == ERR_RATE || e == ERR_TOO_LARGE) {
		codes_refused(req, e, &why);
	} else {
		desk_respond_keyd(req, e, &why);
	}
}

/* ---- Passkeys ---- */

static void
passkey_refused(struct request *req, enum err e, const struct keyd_verdict *why)
{
	struct view_account v = {.passkey_name.value = request_form(req, "passkey_name")};
	long long wait = why->retry_after_s > 0 ? (long long)why->retry_after_s : 1;
	struct view_mistake m = {.field = STR("passkey_name")};

	if (e == ERR_INVALID && why->field == KEYD_FIELD_CODE) {
		m.field = STR("passkey_code");
		m.text = STR("The code does not fit. A code serves once: wait for the next one.");
		v.passkey_code.error = m.text;
	} else if (e == ERR_INVALID || e == ERR_TOO_LARGE) {
		m.text = STR("Give a name of one line, with two characters at least.");
		v.passkey_name.error = m.text;
	} else if (e == ERR_CONFLICT) {
		m.text = STR("This passkey is known already.");
	} else if (e == ERR_STATE) {
		m.text = STR("There are as many as one can have. Remove one first.");
	} else if (e == ERR_RATE) {
		m.text = str_fmt(req->a, "Too many tries. Come back in %s.",
		        str_z(req->a, text_str(req->a, span_words(wait))));
	} else {
		m.text = STR("The passkey was not taken: the page was too old, or it does not make "
		             "sure who holds it. Try once more.");
	}
	v.mistakes = (struct view_mistakes){&m, 1};
	account_show(req, e == ERR_RATE ? 429 : e == ERR_AUTH ? 403 : 422, &v);
	if (e == ERR_RATE)
		respond_header(req, "Retry-After", str_fmt(req->a, "%lld", wait));
}

void
desk_passkey_post(struct request *req)
{
	struct keyd_passkey_add q = {
	        .credential = who_of(req)->credential,
	        .code = str_trim(request_form(req, "passkey_code")),
	        .name = str_trim(request_form(req, "passkey_name")),
	};
	struct keyd_nothing out;
	struct keyd_verdict why = {0};
	enum err e = ERR_AUTH;

	if (!desk_form_ok(req))
		return;
	if (base64_parse(req->a, request_form(req, "client_data"), &q.client_data) == ERR_OK &&
	        base64_parse(req->a, request_form(req, "auth_data"), &q.auth_data) == ERR_OK)
		e = keyd_passkey_add(req->a, &desk_of(req)->in.keyd, &q, &out, &why);
	if (e == ERR_OK)
		respond_redirect(
		        req, str_fmt(req->a, "/account?done=%s", desk_done_name(DONE_PASSKEY)));
	else if (e == ERR_INVALID || e == ERR_TOO_LARGE || e == ERR_CONFLICT || e == ERR_STATE ||
	         e == ERR_AUTH || e == ERR_RATE)
		passkey_refused(req, e, &why);
	else
		desk_respond_keyd(req, e, &why);
}

void
desk_passkey_remove_post(struct request *req)
{
	struct keyd_passkey_remove q = {.credential = who_of(req)->credential};
	struct keyd_nothing out;
	uint64_t id;
	enum err e = ERR_NOT_FOUND;

	if (!desk_form_ok(req))
		return;
	if (str_u64(request_form(req, "id"), INT64_MAX, &id) == ERR_OK) {
		q.passkey_id = (int64_t)id;
		e = keyd_passkey_remove(req->a, &desk_of(req)->in.keyd, &q, &out, NULL);
	}
	if (e != ERR_OK)
		desk_respond_keyd(req, e, NULL);
	else
		respond_redirect(req,
		        str_fmt(req->a, "/account?done=%s", desk_done_name(DONE_PASSKEY_REMOVED)));
}
