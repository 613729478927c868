/* Who belongs to the desk: the list, links that nobody has used yet, invitations. keyd decides. */
#include "web/desk/members.h"

#include "base/time.h"
#include "views.h"

#include <sodium.h>

/* ---- What the pages about people share ---- */

struct view_role_list
member_role_boxes(struct arena *a, unsigned roles)
{
	static const struct {
		enum staff_role role;
		const char *label, *hint;
	} boxes[] = {
	        {STAFF_COORDINATOR, "Coordinator", "works on cases, closes and reopens them"},
	        {STAFF_ANALYST, "Analyst", "works on cases"},
	        {STAFF_AUDITOR, "Auditor", "sees numbers, states, dates and the log"},
	        {STAFF_ADMINISTRATOR, "Administrator", "people, tokens, settings, keys"},
	};
	const size_t n = sizeof boxes / sizeof boxes[0];
	struct view_role *items = ARENA_ARRAY(a, n, struct view_role);

	for (size_t i = 0; i < n; i++)
		items[i] = (struct view_role){
		        .value = str_of(staff_role_name(boxes[i].role)),
		        .label = str_of(boxes[i].label),
		        .hint = str_of(boxes[i].hint),
		        .on = (roles & boxes[i].role) != 0,
		};
	return (struct view_role_list){.items = items, .n = n};
}

unsigned
member_roles_ticked(const struct request *req)
{
	unsigned roles = 0, one;

	for (size_t i = 0; i < req->n_form; i++)
		if (str_eq(req->form[i].name, STR("role")) &&
		        staff_roles_parse(req->form[i].value, &one) == ERR_OK)
			roles |= one;
	return roles;
}

struct view_sessions
member_sessions(struct arena *a, const struct keyd_sessions *all, int64_t person_id)
{
	struct view_session *items = ARENA_ARRAY(a, all->n + 1, struct view_session);
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++) {
		const struct keyd_session *s = &all->items[i];

		if (s->person_id == person_id)
			items[n++] = (struct view_session){
			        s->created_at, s->seen_at, s->expires_at, s->this_one != 0};
	}
	return (struct view_sessions){items, n, now_utc_s()};
}

struct str
member_link(const struct request *req, struct str enrolment)
{
	return str_fmt(req->a, "%.*s/enrol/%.*s", STR_ARG(req->origin->text), STR_ARG(enrolment));
}

struct str
member_state(struct arena *a, const struct keyd_people *people, const struct keyd_person *p)
{
	struct str away = desk_away_words(a, people, p, now_utc_s());

	if (p->disabled)
		return STR("disabled");
	return away.n > 0 ? away : STR("active");
}

/* ---- The list ---- */

static void
list_people(struct request *req, struct view_people *v, const struct keyd_people *people,
        const struct keyd_sessions *sessions)
{
	struct view_person *rows = ARENA_ARRAY(req->a, people->n + 1, struct view_person);

	for (size_t i = 0; i < people->n; i++) {
		const struct keyd_person *p = &people->items[i];

		rows[i] = (struct view_person){
		        .href = str_fmt(req->a, "/settings/people/%lld", (long long)p->person_id),
		        .name = p->name,
		        .email = p->email,
		        .roles = desk_roles_words(req->a, p->roles),
		        .state = member_state(req->a, people, p),
		        .since = p->created_at,
		        .sessions = member_sessions(req->a, sessions, p->person_id).n,
		};
	}
	v->people = rows;
	v->n = people->n;
}

static void
list_invitations(struct request *req, struct view_people *v, const struct keyd_invitations *all)
{
	struct view_invitation *rows = ARENA_ARRAY(req->a, all->n + 1, struct view_invitation);

	for (size_t i = 0; i < all->n; i++) {
		const struct keyd_invitation *l = &all->items[i];
		char hex[2 * sizeof l->ref + 1];

		sodium_bin2hex(hex, sizeof hex, l->ref, sizeof l->ref);
		rows[i] = (struct view_invitation){
		        .ref = str_dup(req->a, str_of(hex)),
		        .who = l->person_id != 0
		                       ? str_fmt(req->a, "%.*s (a new start)", STR_ARG(l->name))
		               : l->name.n > 0 ? l->name
		                               : STR("somebody new"),
		        .roles = desk_roles_words(req->a, l->roles),
		        .created_at = l->created_at,
		        .expires_at = l->expires_at,
		};
	}
	v->invitations = rows;
	v->n_invitations = all->n;
}

static void
show(struct request *req, unsigned status, struct view_people *v)
{
	const struct keyd_client *keyd = &desk_of(req)->in.keyd;
	struct keyd_credential q = {who_of(req)->credential};
	struct keyd_people people;
	struct keyd_invitations invitations;
	struct keyd_sessions sessions;
	struct buf b;
	enum err e = desk_people(req, &people);

	if (e == ERR_OK)
		e = keyd_invitations(req->a, keyd, &q, &invitations, NULL);
	if (e == ERR_OK)
		e = keyd_sessions(req->a, keyd, &q, &sessions, NULL);
	if (e != ERR_OK) {
		desk_respond_keyd(req, e, NULL);
		return;
	}
	list_people(req, v, &people, &sessions);
	list_invitations(req, v, &invitations);
	v->page = desk_page(req, "People", VIEW_DESK_NONE);
	v->now = now_utc_s();
	buf_init(&b, DESK_PAGE_MAX);
	view_desk_people(&b, v);
	respond_html(req, status, &b);
}

void
desk_people_get(struct request *req)
{
	struct view_people v = {.roles = member_role_boxes(req->a, 0)};

	show(req, 200, &v);
}

void
desk_people_post(struct request *req)
{
	struct keyd_invite q = {
	        .credential = who_of(req)->credential,
	        .roles = member_roles_ticked(req),
	        .name = str_trim(request_form(req, "name")),
	        .email = STR(""),
	};
	struct view_people v = {.name.value = q.name, .roles = member_role_boxes(req->a, q.roles)};
	struct view_mistake m = {STR("role"), STR("Tick at least one role.")};
	struct keyd_invited got;
	struct keyd_verdict why = {0};
	enum err e;

	if (!desk_form_ok(req))
		return;
	e = q.roles == 0 ? ERR_INVALID
	                 : keyd_invite(req->a, &desk_of(req)->in.keyd, &q, &got, &why);
	if (e == ERR_OK) {
		v.link = member_link(req, got.enrolment);
		v.name.value = STR("");
		v.roles = member_role_boxes(req->a, 0);
		show(req, 200, &v);
	} else if (e == ERR_INVALID || e == ERR_TOO_LARGE) {
		v.roles.wrong = q.roles == 0;
		if (q.roles != 0) {
			v.name.error = STR("Give a shorter name.");
			m = (struct view_mistake){STR("name"), v.name.error};
		}
		v.mistakes = (struct view_mistakes){&m, 1};
		show(req, 422, &v);
	} else {
		desk_respond_keyd(req, e, &why);
	}
}

void
desk_invitation_end_post(struct request *req)
{
	struct keyd_invite_revoke q = {.credential = who_of(req)->credential};
	struct str ref = request_form(req, "ref");
	struct keyd_nothing out;
	size_t n = 0;
	enum err e = ERR_NOT_FOUND;

	if (!desk_form_ok(req))
		return;
	if (sodium_hex2bin(q.ref, sizeof q.ref, ref.p, ref.n, NULL, &n, NULL) == 0 &&
	        n == sizeof q.ref)
		e = keyd_invite_revoke(req->a, &desk_of(req)->in.keyd, &q, &out, NULL);
	/* Used or taken back meanwhile: the list shows how it is. */
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		desk_respond_keyd(req, e, NULL);
	else
		respond_redirect(req, e == ERR_OK ? str_fmt(req->a, "/settings/people?done=%s",
		                                            desk_done_name(DONE_LINK_ENDED))
		                                  : STR("/settings/people"));
}

void
desk_keys_get(struct request *req)
{
	struct view_desk v = desk_page(req, "Keyboard", VIEW_DESK_NONE);
	struct buf b;

	buf_init(&b, DESK_PAGE_MAX);
	view_desk_keys(&b, &v);
	respond_html(req, 200, &b);
}
