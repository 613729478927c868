/* Who belongs to the desk: the list, invitations, shutting out. keyd decides; the last
 * administrator stays. */
#include "web/desk/desk.h"

#include "base/time.h"
#include "views.h"

/* STR is no constant expression. */
#define LITERAL(z)                                                                                 \
	{                                                                                          \
		z, sizeof(z) - 1                                                                   \
	}
#define ROLE(name, label, hint)                                                                    \
	{                                                                                          \
		LITERAL(name), LITERAL(label), LITERAL(hint)                                       \
	}

static struct view_options
role_options(void)
{
	static const struct view_option options[] = {
	        ROLE("coordinator", "Coordinator", "works on cases, closes and reopens them"),
	        ROLE("analyst", "Analyst", "works on cases"),
	        ROLE("auditor", "Auditor", "sees numbers, states, dates and the log"),
	        ROLE("administrator", "Administrator", "people, tokens, settings, keys"),
	};

	return (struct view_options){options, sizeof options / sizeof options[0]};
}

static void
show(struct request *req, unsigned status, struct view_people *v)
{
	struct keyd_people people;
	struct view_person *rows;
	struct buf b;
	enum err e = desk_people(req, &people);

	if (e != ERR_OK) {
		desk_respond_keyd(req, e, NULL);
		return;
	}
	rows = ARENA_ARRAY(req->a, people.n + 1, struct view_person);
	for (size_t i = 0; i < people.n; i++) {
		const struct keyd_person *p = &people.items[i];

		rows[i] = (struct view_person){
		        .id = str_fmt(req->a, "%lld", (long long)p->person_id),
		        .name = p->name,
		        .email = p->email,
		        .roles = desk_roles_words(req->a, p->roles),
		        .state = p->disabled ? STR("disabled") : STR("active"),
		        .since = p->created_at,
		        .may_disable = !p->disabled && p->person_id != who_of(req)->id.person_id,
		};
	}
	v->page = desk_page(req, "People", VIEW_DESK_NONE);
	v->people = rows;
	v->n = people.n;
	v->roles = role_options();
	v->now = now_utc_s();
	buf_init(&b, DESK_PAGE_MAX);
	view_desk_people(&b, v);
	respond_html(req, status, &b);
}

void
desk_people_get(struct request *req)
{
	struct view_people v = {0};

	show(req, 200, &v);
}

/* The boxes that were ticked, as a set. */
static unsigned
roles_ticked(const struct request *req)
{
	unsigned roles = 0, one;

	for (size_t i = 0; i < req->n_form; i++)
		if (str_eq(req->form[i].name, STR("role")) &&
		        staff_roles_parse(req->form[i].value, &one) == ERR_OK)
			roles |= one;
	return roles;
}

void
desk_people_post(struct request *req)
{
	struct keyd_invite q = {
	        .credential = who_of(req)->credential,
	        .roles = roles_ticked(req),
	        .name = str_trim(request_form(req, "name")),
	        .email = STR(""),
	};
	struct view_people v = {.name.value = q.name};
	struct view_mistake m = {STR("role"), STR("Tick at least one role.")};
	struct keyd_invited got;
	struct keyd_verdict why = {0};
	enum err e;

	if (!desk_form_ok(req))
		return;
	e = q.roles == 0 ? ERR_INVALID
	                 : keyd_invite(req->a, &desk_of(req)->in.keyd, &q, &got, &why);
	if (e == ERR_OK) {
		v.link = str_fmt(req->a, "%.*s/enrol/%.*s", STR_ARG(req->origin->text),
		        STR_ARG(got.enrolment));
		v.name.value = STR("");
		show(req, 200, &v);
	} else if (e == ERR_INVALID) {
		v.mistakes = (struct view_mistakes){&m, 1};
		show(req, 422, &v);
	} else {
		desk_respond_keyd(req, e, &why);
	}
}

void
desk_disable_post(struct request *req)
{
	struct keyd_member_change q = {.credential = who_of(req)->credential, .disabled = 1};
	struct keyd_people people;
	struct keyd_nothing out;
	struct diag d = {0};
	uint64_t id;
	enum err e;

	if (!desk_form_ok(req))
		return;
	e = str_u64(request_form(req, "id"), INT64_MAX, &id) == ERR_OK ? desk_people(req, &people)
	                                                               : ERR_NOT_FOUND;
	if (e == ERR_OK) {
		q.person_id = (int64_t)id;
		e = ERR_NOT_FOUND;
		for (size_t i = 0; i < people.n; i++)
			if (people.items[i].person_id == q.person_id) {
				q.roles = people.items[i].roles;
				e = ERR_OK;
			}
	}
	if (e == ERR_OK)
		e = keyd_member_change(req->a, &desk_of(req)->in.keyd, &q, &out, NULL);
	if (e == ERR_STATE) {
		diag_set(&d, e, NULL, "No administrator would be left");
		respond_error(req, e, &d);
	} else if (e != ERR_OK) {
		desk_respond_keyd(req, e, NULL);
	} else {
		respond_redirect(req,
		        str_fmt(req->a, "/settings/people?done=%s", desk_done_name(DONE_DISABLED)));
	}
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
