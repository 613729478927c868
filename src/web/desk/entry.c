/* Enrolment by a one-time link, signing in, signing out. Names, passwords and codes go to keyd
 * unjudged; nothing of them is kept or logged here. */
#include "web/desk/desk.h"

#include "base/id.h"
#include "base/log.h"
#include "base/time.h"
#include "views.h"
#include "web/status.h"
#include "web/view_helpers.h"
#include "web/view_put.h"
#include "web/views_members.h"

#include <qrencode.h>

enum { MISTAKES_MAX = 8 };

/* Fields that forms before the sign-in carry, and the cookie that goes with them. */
struct guard {
	struct view_hidden hidden;
	struct str session;
	bool set;
};

static struct view_hiddens
guard_begin(struct request *req, struct guard *g)
{
	struct str token = anonymous_form_token(req, desk_of(req)->form_key, &g->session, &g->set);

	g->hidden = (struct view_hidden){STR("form_token"), token};
	return (struct view_hiddens){&g->hidden, 1};
}

static bool
guard_ok(struct request *req)
{
	struct diag d = {0};

	if (anonymous_form_check(req, desk_of(req)->form_key) == ERR_OK)
		return true;
	respond_error(req,
	        diag_set(&d, ERR_DENIED, "load the page anew and send it again",
	                "The form was not made for this browser, or cookies are off"),
	        &d);
	return false;
}

static void
show(struct request *req, const struct guard *g, unsigned status, struct buf *b)
{
	respond_html(req, status, b);
	if (g->set)
		anonymous_form_cookie(req, g->session);
}

/* The session begins: its cookie lives as long as it does at the most. After respond_*. */
static void
session_cookies(struct request *req, const struct keyd_signed_in *in)
{
	int64_t left = in->who.expires_at - now_utc_s();

	cookie_set(req, "session", in->credential, left > 60 ? (unsigned)left : 60);
	cookie_drop(req, "form");
}

static void
enter(struct request *req, const struct keyd_signed_in *in, struct str next)
{
	respond_redirect(req, next);
	session_cookies(req, in);
}

/* ---- Enrolment ---- */

static struct str
otpauth(struct arena *a, struct str issuer, struct str who, struct str secret)
{
	struct buf b;
	struct str s;

	buf_init(&b, 4096);
	buf_z(&b, "otpauth://totp/");
	put_part_str(&b, issuer);
	buf_z(&b, ":");
	put_part_str(&b, who.n > 0 ? who : STR("desk"));
	buf_z(&b, "?secret=");
	buf_str(&b, secret);
	buf_z(&b, "&issuer=");
	put_part_str(&b, issuer);
	s = str_dup(a, buf_view(&b));
	buf_clear(&b);
	return s;
}

static void
qr_draw(struct arena *a, struct view_enrol *v)
{
	QRcode *qr = QRcode_encodeString(str_z(a, v->uri), 0, QR_ECLEVEL_M, QR_MODE_8, 1);

	/* Without a picture the secret can still be typed. */
	if (qr == NULL)
		return;
	v->qr_width = (unsigned)qr->width;
	v->qr = qr_path(a, qr->data, v->qr_width);
	QRcode_free(qr);
}

static void
enrol_show(struct request *req, unsigned status, const struct keyd_enrol_begun *begun,
        struct view_enrol *v)
{
	struct guard g = {0};
	struct buf b;

	v->page = desk_bare_page(req, "Join the desk", guard_begin(req, &g));
	v->action = str_fmt(req->a, "/enrol/%.*s", STR_ARG(request_param(req, "token")));
	v->roles = desk_roles_words(req->a, begun->roles);
	v->password_min = KEYD_PASSWORD_MIN;
	v->secret = base32_str(req->a, begun->totp_secret, KEYD_TOTP_BYTES);
	v->uri = otpauth(req->a, v->page.programme, begun->name, v->secret);
	qr_draw(req->a, v);
	buf_init(&b, DESK_PAGE_MAX);
	view_desk_enrol(&b, v);
	show(req, &g, status, &b);
}

static void
say_link_is_dead(struct request *req)
{
	const struct str why[] = {
	        STR("It was used already, is older than a week, or was not copied whole."),
	        STR("Ask an administrator for a new one.")};
	struct view_desk_message m = {
	        .page = desk_bare_page(req, "This link does not work", (struct view_hiddens){0}),
	        .text = {why, 2},
	        .href = STR("/sign-in"),
	        .label = STR("Sign in"),
	};
	struct buf b;

	buf_init(&b, DESK_PAGE_MAX);
	view_desk_message(&b, &m);
	respond_html(req, 404, &b);
}

/* What the link gives; answers itself where it gives nothing. */
static enum err
begin(struct request *req, struct keyd_enrol_begun *out)
{
	struct keyd_enrol_begin q = {request_param(req, "token")};
	enum err e = q.enrolment.n <= KEYD_CREDENTIAL_MAX
	                     ? keyd_enrol_begin(req->a, &desk_of(req)->in.keyd, &q, out, NULL)
	                     : ERR_AUTH;

	if (e == ERR_AUTH)
		say_link_is_dead(req);
	else if (e != ERR_OK)
		desk_respond_keyd(req, e, NULL);
	return e;
}

void
desk_enrol_get(struct request *req)
{
	struct keyd_enrol_begun begun;
	struct view_enrol v = {0};

	if (begin(req, &begun) != ERR_OK)
		return;
	v.name.value = begun.name;
	v.email.value = begun.email;
	enrol_show(req, 200, &begun, &v);
}

/* The mistake that keyd found, for the field that it is about. */
static void
enrol_mistake(
        struct view_enrol *v, struct view_mistake *m, enum err e, const struct keyd_verdict *why)
{
	switch ((enum keyd_field)why->field) {
	case KEYD_FIELD_NAME:
		v->name.error = e == ERR_CONFLICT ? STR("Somebody has this name already.")
		                                  : STR("Give a name of one line.");
		*m = (struct view_mistake){STR("name"), v->name.error};
		break;
	case KEYD_FIELD_EMAIL:
		v->email.error = e == ERR_CONFLICT ? STR("Somebody has this address already.")
		                                   : STR("This is no e-mail address.");
		*m = (struct view_mistake){STR("email"), v->email.error};
		break;
	case KEYD_FIELD_PASSWORD:
		v->password.error = STR("Take a longer one that is not your name or address.");
		*m = (struct view_mistake){STR("password"), v->password.error};
		break;
	default:
		v->code.error = STR("The code does not fit. Is the clock of the phone right? Take "
		                    "the one that it shows now.");
		*m = (struct view_mistake){STR("code"), v->code.error};
		break;
	}
	v->mistakes = (struct view_mistakes){m, 1};
}

/* Signed in, and the recovery codes: this page alone has them. */
static void
welcome(struct request *req, const struct keyd_signed_in *in)
{
	struct view_codes v = {
	        .page = desk_bare_page(req, "You have joined", (struct view_hiddens){0}),
	        .codes = in->recovery,
	        .next = STR("/"),
	};
	struct buf b;

	buf_init(&b, DESK_PAGE_MAX);
	view_desk_codes(&b, &v);
	respond_html(req, 200, &b);
	session_cookies(req, in);
}

void
desk_enrol_post(struct request *req)
{
	struct keyd_enrol_finish q = {
	        .enrolment = request_param(req, "token"),
	        .name = request_form(req, "name"),
	        .email = request_form(req, "email"),
	        .password = request_form(req, "password"),
	        .code = str_trim(request_form(req, "code")),
	};
	struct keyd_enrol_begun begun;
	struct keyd_signed_in in;
	struct keyd_verdict why = {0};
	struct view_enrol v = {.name.value = q.name, .email.value = q.email};
	struct view_mistake m;
	enum err e;

	if (!guard_ok(req) || begin(req, &begun) != ERR_OK)
		return;
	if (!str_eq(q.password, request_form(req, "password_again"))) {
		v.password.error = STR("The two passwords are not the same.");
		m = (struct view_mistake){STR("password"), v.password.error};
		v.mistakes = (struct view_mistakes){&m, 1};
		enrol_show(req, 422, &begun, &v);
		return;
	}
	e = keyd_enrol_finish(req->a, &desk_of(req)->in.keyd, &q, &in, &why);
	if (e == ERR_OK) {
		welcome(req, &in);
	} else if (e == ERR_INVALID || e == ERR_CONFLICT || e == ERR_TOO_LARGE) {
		enrol_mistake(&v, &m, e, &why);
		enrol_show(req, 422, &begun, &v);
	} else if (e == ERR_AUTH) {
		say_link_is_dead(req); /* another was quicker */
	} else {
		desk_respond_keyd(req, e, &why);
	}
}

/* ---- Signing in and out ---- */

/* Where to go afterwards: a plain path of this origin, else the queue. */
static struct str
next_path(struct str s)
{
	if (s.n == 0 || s.n > 200 || s.p[0] != '/' ||
	        (s.n > 1 && (s.p[1] == '/' || s.p[1] == '\\')))
		return STR("/");
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= 0x20 || s.p[i] >= 0x7f || strchr("\\?#&;", s.p[i]) != NULL)
			return STR("/");
	return s;
}

static void
sign_in_show(struct request *req, unsigned status, struct view_sign_in *v)
{
	struct guard g = {0};
	struct buf b;
	struct keyd_passkey_challenge asked;

	if (keyd_passkey_ask(req->a, &desk_of(req)->in.keyd, &(struct keyd_nothing){0}, &asked,
	            NULL) == ERR_OK &&
	        asked.rp_id.n > 0) {
		v->challenge = base64url_str(req->a, asked.challenge, sizeof asked.challenge);
		v->rp_id = asked.rp_id;
	}
	v->page = desk_bare_page(req, "Sign in", guard_begin(req, &g));
	buf_init(&b, DESK_PAGE_MAX);
	view_desk_sign_in(&b, v);
	show(req, &g, status, &b);
}

void
desk_sign_in_get(struct request *req)
{
	struct view_sign_in v = {.next = next_path(request_query(req, "next"))};

	sign_in_show(req, 200, &v);
}

static void
sign_in_refused(struct request *req, enum err e, const struct keyd_verdict *why)
{
	struct view_sign_in v = {
	        .next = next_path(request_form(req, "next")),
	        .name.value = request_form(req, "name"),
	};
	struct view_mistake m = {
	        STR("name"), STR("Name, password and code do not fit together. A code serves once: "
	                         "wait for the next one.")};
	long long wait = why->retry_after_s > 0 ? (long long)why->retry_after_s : 1;

	if (e == ERR_RATE)
		m.text = str_fmt(req->a, "Too many tries. Come back in %s.",
		        str_z(req->a, text_str(req->a, span_words(wait))));
	else if (why->field == KEYD_FIELD_CLOCK)
		m.text = STR("Name, password and code do not fit together; but the server's clock "
		             "seems to stand wrong, and then no code from a phone fits. Take a "
		             "recovery code or a passkey, and have the operator run vdpd doctor.");
	v.mistakes = (struct view_mistakes){&m, 1};
	sign_in_show(req, e == ERR_RATE ? 429 : 403, &v);
	if (e == ERR_RATE)
		respond_header(req, "Retry-After", str_fmt(req->a, "%lld", wait));
}

void
desk_sign_in_post(struct request *req)
{
	struct keyd_sign_in q = {
	        .login = str_trim(request_form(req, "name")),
	        .password = request_form(req, "password"),
	        .code = str_trim(request_form(req, "code")),
	};
	struct keyd_signed_in in;
	struct keyd_verdict why = {0};
	enum err e;

	if (!guard_ok(req))
		return;
	e = keyd_sign_in(req->a, &desk_of(req)->in.keyd, &q, &in, &why);
	if (e == ERR_OK)
		enter(req, &in, next_path(request_form(req, "next")));
	else if (e == ERR_AUTH || e == ERR_RATE || e == ERR_TOO_LARGE || e == ERR_INVALID)
		sign_in_refused(req, e, &why);
	else
		desk_respond_keyd(req, e, &why);
}

void
desk_passkey_sign_in_post(struct request *req)
{
	struct keyd_passkey_sign_in q = {0};
	struct view_sign_in v = {.next = next_path(request_form(req, "next"))};
	struct view_mistake m = {
	        STR("name"), STR("The passkey did not open: it is not known here, or the page was "
	                         "too old. Try once more, or sign in with password and code.")};
	struct keyd_signed_in in;
	struct keyd_verdict why = {0};
	enum err e = ERR_AUTH;

	if (!guard_ok(req))
		return;
	if (base64_parse(req->a, request_form(req, "credential_id"), &q.credential_id) == ERR_OK &&
	        base64_parse(req->a, request_form(req, "client_data"), &q.client_data) == ERR_OK &&
	        base64_parse(req->a, request_form(req, "auth_data"), &q.auth_data) == ERR_OK &&
	        base64_parse(req->a, request_form(req, "signature"), &q.signature) == ERR_OK)
		e = keyd_passkey_sign_in(req->a, &desk_of(req)->in.keyd, &q, &in, &why);
	if (e == ERR_OK) {
		enter(req, &in, v.next);
	} else if (e == ERR_AUTH || e == ERR_TOO_LARGE) {
		v.mistakes = (struct view_mistakes){&m, 1};
		sign_in_show(req, 403, &v);
	} else {
		desk_respond_keyd(req, e, &why);
	}
}

void
desk_sign_out_post(struct request *req)
{
	struct keyd_sign_out q = {
	        .credential = who_of(req)->credential,
	        .everywhere = str_eq(request_form(req, "everywhere"), STR("yes")),
	};
	struct keyd_nothing out;
	enum err e;

	if (!desk_form_ok(req))
		return;
	e = keyd_sign_out(req->a, &desk_of(req)->in.keyd, &q, &out, NULL);
	if (e != ERR_OK) {
		desk_respond_keyd(req, e, NULL);
		return;
	}
	respond_redirect(req, STR("/sign-in"));
	cookie_drop(req, "session");
}
