/* One person of the desk: roles, sessions, shutting out, and a new start after a loss. keyd decides
 * and logs; the last administrator stays. */
#include "web/desk/members.h"

#include "views.h"

/* The person of the path, and everybody. */
struct found {
	struct keyd_person p;
	struct keyd_people all;
};

static enum err
find(struct request *req, struct found *out)
{
	uint64_t id;
	enum err e = ERR_NOT_FOUND;

	if (str_u64(request_param(req, "person"), INT64_MAX, &id) == ERR_OK)
		e = desk_people(req, &out->all);
	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < out->all.n; i++)
		if (out->all.items[i].person_id == (int64_t)id) {
			out->p = out->all.items[i];
			return ERR_OK;
		}
	return ERR_NOT_FOUND;
}

static struct str
href_of(struct request *req, const struct found *who)
{
	return str_fmt(req->a, "/settings/people/%lld", (long long)who->p.person_id);
}

static void
show(struct request *req, unsigned status, const struct found *who, struct view_member *v)
{
	struct keyd_credential q = {who_of(req)->credential};
	struct keyd_sessions sessions;
	struct buf b;
	enum err e = keyd_sessions(req->a, &desk_of(req)->in.keyd, &q, &sessions, NULL);

	if (e != ERR_OK) {
		desk_respond_keyd(req, e, NULL);
		return;
	}
	v->page = desk_page(req, str_z(req->a, who->p.name), VIEW_DESK_NONE);
	v->action = href_of(req, who);
	v->name = who->p.name;
	v->email = who->p.email;
	v->state = member_state(req->a, &who->all, &who->p);
	if (v->absence.deputies.n == 0)
		v->absence = absence_view(req, &who->all, who->p.person_id);
	v->since = who->p.created_at;
	v->disabled = who->p.disabled;
	v->self = who->p.person_id == who_of(req)->id.person_id;
	v->sessions = member_sessions(req->a, &sessions, who->p.person_id);
	buf_init(&b, DESK_PAGE_MAX);
	view_desk_member(&b, v);
	respond_html(req, status, &b);
}

void
desk_member_get(struct request *req)
{
	struct found who;
	struct view_member v = {0};
	enum err e = find(req, &who);

	if (e != ERR_OK) {
		desk_respond_keyd(req, e, NULL);
		return;
	}
	v.roles = member_role_boxes(req->a, who.p.roles);
	show(req, 200, &who, &v);
}

/* After a change: the page again, with what was done; ERR_STATE in words. */
static void
finish(struct request *req, const struct found *who, enum err e, enum desk_done done)
{
	struct diag d = {0};

	if (e == ERR_STATE) {
		diag_set(&d, e, "Make somebody else an administrator first.",
		        "No administrator would be left");
		respond_error(req, e, &d);
	} else if (e != ERR_OK) {
		desk_respond_keyd(req, e, NULL);
	} else {
		respond_redirect(req, str_fmt(req->a, "%.*s?done=%s", STR_ARG(href_of(req, who)),
		                              desk_done_name(done)));
	}
}

static void
change(struct request *req, const struct found *who, unsigned roles, unsigned disabled,
        enum desk_done done)
{
	struct keyd_member_change q = {
	        .credential = who_of(req)->credential,
	        .person_id = who->p.person_id,
	        .roles = roles,
	        .disabled = disabled,
	};
	struct keyd_nothing out;

	finish(req, who, keyd_member_change(req->a, &desk_of(req)->in.keyd, &q, &out, NULL), done);
}

static void
set_roles(struct request *req, const struct found *who)
{
	unsigned roles = member_roles_ticked(req);
	struct view_mistake m = {STR("role"), STR("Tick at least one role.")};
	struct view_member v = {.mistakes = {&m, 1}, .roles = member_role_boxes(req->a, roles)};

	v.roles.wrong = roles == 0;
	if (roles == 0)
		show(req, 422, who, &v);
	else
		change(req, who, roles, KEYD_KEEP, DONE_ROLES);
}

static void
disable(struct request *req, const struct found *who)
{
	change(req, who, KEYD_KEEP, 1, DONE_DISABLED);
}

static void
enable(struct request *req, const struct found *who)
{
	change(req, who, KEYD_KEEP, 0, DONE_ENABLED);
}

static void
sign_out(struct request *req, const struct found *who)
{
	struct keyd_member_sign_out q = {who_of(req)->credential, who->p.person_id};
	struct keyd_nothing out;

	finish(req, who, keyd_member_sign_out(req->a, &desk_of(req)->in.keyd, &q, &out, NULL),
	        DONE_MEMBER_SIGNED_OUT);
}

static void
renew(struct request *req, const struct found *who)
{
	struct keyd_invite q = {
	        .credential = who_of(req)->credential,
	        .person_id = who->p.person_id,
	        .name = STR(""),
	        .email = STR(""),
	};
	struct view_member v = {.roles = member_role_boxes(req->a, who->p.roles)};
	struct keyd_invited got;
	struct diag d = {0};
	enum err e = keyd_invite(req->a, &desk_of(req)->in.keyd, &q, &got, NULL);

	if (e == ERR_OK) {
		v.link = member_link(req, got.enrolment);
		show(req, 200, who, &v);
	} else if (e == ERR_STATE) {
		diag_set(&d, e, "Enable this person first.", "A disabled person gets no link");
		respond_error(req, e, &d);
	} else {
		desk_respond_keyd(req, e, NULL);
	}
}

static void
absence(struct request *req, const struct found *who)
{
	struct view_member v = {.roles = member_role_boxes(req->a, who->p.roles)};
	struct view_mistake m;
	enum err e = absence_post(req, &who->all, who->p.person_id, &v.absence, &m);

	v.mistakes = (struct view_mistakes){&m, 1};
	if (e == ERR_INVALID)
		show(req, 422, who, &v);
	else
		finish(req, who, e, DONE_ABSENCE);
}

void
desk_member_post(struct request *req)
{
	static const struct {
		const char *name;
		void (*does)(struct request *req, const struct found *who);
	} actions[] = {
	        {"roles", set_roles},
	        {"disable", disable},
	        {"enable", enable},
	        {"sign_out", sign_out},
	        {"renew", renew},
	        {"absence", absence},
	};
	struct found who;
	struct diag d = {0};
	enum err e;

	if (!desk_form_ok(req))
		return;
	e = find(req, &who);
	if (e != ERR_OK) {
		desk_respond_keyd(req, e, NULL);
		return;
	}
	for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
		if (str_eq(request_form(req, "action"), str_of(actions[i].name))) {
			actions[i].does(req, &who);
			return;
		}
	respond_error(
	        req, diag_set(&d, ERR_INVALID, NULL, "There is no such action on a person"), &d);
}
