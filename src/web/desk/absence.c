/* Absence: who is away until when, and who stands in. One sets one's own on the account page, an
 * administrator anybody's. It begins and ends by itself. */
#include "web/desk/members.h"

#include "base/time.h"
#include "web/view_helpers.h"

struct str
desk_away_words(
        struct arena *a, const struct keyd_people *people, const struct keyd_person *p, int64_t now)
{
	struct str deputy = desk_person_name(people, p->deputy);
	struct str until;

	if (!keyd_person_away(p, now))
		return STR("");
	until = text_str(a, date_words(p->away_until - 1));
	if (deputy.n == 0)
		return str_fmt(a, "away until %.*s", STR_ARG(until));
	return str_fmt(a, "away until %.*s, %.*s stands in", STR_ARG(until), STR_ARG(deputy));
}

struct view_absence
absence_view(struct request *req, const struct keyd_people *people, int64_t person_id)
{
	struct view_absence v = {0};
	struct view_options all = desk_people_options(req->a, people, "nobody");
	struct view_option *o = ARENA_ARRAY(req->a, all.n + 1, struct view_option);
	struct str self = str_fmt(req->a, "%lld", (long long)person_id);

	v.deputies.items = o;
	for (size_t i = 0; i < all.n; i++)
		if (!str_eq(all.items[i].value, self))
			o[v.deputies.n++] = all.items[i];
	for (size_t i = 0; i < people->n; i++) {
		const struct keyd_person *p = &people->items[i];

		if (p->person_id != person_id || p->away_until <= now_utc_s())
			continue;
		v.set = true;
		v.from.value = text_str(req->a, date_machine(p->away_from));
		v.until.value = text_str(req->a, date_machine(p->away_until - 1));
		v.deputy = str_fmt(req->a, "%lld", (long long)p->deputy);
	}
	return v;
}

/* The first second of a day. */
static bool
day_read(struct arena *a, struct str s, int64_t *utc_s)
{
	return s.n == 10 && time_parse(str_fmt(a, "%.*sT00:00:00Z", STR_ARG(s)), utc_s) == ERR_OK;
}

static enum err
read_form(struct request *req, struct keyd_absence *q, uint32_t *field)
{
	uint64_t deputy = 0;
	struct str chosen = request_form(req, "deputy");

	if (str_eq(request_form(req, "absence"), STR("end")))
		return ERR_OK;
	*field = KEYD_FIELD_UNTIL;
	if (!day_read(req->a, request_form(req, "from"), &q->away_from) ||
	        !day_read(req->a, request_form(req, "until"), &q->away_until))
		return ERR_INVALID;
	q->away_until += DAY_S; /* the last day is one of absence too */
	*field = KEYD_FIELD_DEPUTY;
	if (chosen.n > 0 && str_u64(chosen, INT64_MAX, &deputy) != ERR_OK)
		return ERR_INVALID;
	q->deputy = (int64_t)deputy;
	return ERR_OK;
}

enum err
absence_post(struct request *req, const struct keyd_people *people, int64_t person_id,
        struct view_absence *v, struct view_mistake *m)
{
	struct keyd_absence q = {.credential = who_of(req)->credential, .person_id = person_id};
	struct keyd_verdict why = {0};
	struct keyd_nothing out;
	enum err e = read_form(req, &q, &why.field);

	if (e == ERR_OK)
		e = keyd_absence(req->a, &desk_of(req)->in.keyd, &q, &out, &why);
	if (e != ERR_INVALID)
		return e;
	*v = absence_view(req, people, person_id);
	v->from.value = request_form(req, "from");
	v->until.value = request_form(req, "until");
	v->deputy = request_form(req, "deputy");
	if (why.field == KEYD_FIELD_DEPUTY) {
		*m = (struct view_mistake){
		        STR("deputy"), STR("Choose somebody who may read cases as deputy.")};
		v->deputy_error = m->text;
	} else {
		*m = (struct view_mistake){STR("until"),
		        STR("Give the first and the last day, the last one not before today nor "
		            "over a year after the first.")};
		v->until.error = m->text;
	}
	return e;
}

void
desk_stand_ins(struct request *req, const struct keyd_people *people, struct view_queue *v)
{
	struct view_stand_in *items = ARENA_ARRAY(req->a, people->n + 1, struct view_stand_in);
	int64_t me = who_of(req)->id.person_id, now = now_utc_s();

	for (size_t i = 0; me != 0 && i < people->n; i++) {
		const struct keyd_person *p = &people->items[i];

		if (p->deputy == me && keyd_person_away(p, now))
			items[v->n_stand_ins++] = (struct view_stand_in){p->name,
			        str_fmt(req->a, "/?assignee=%lld", (long long)p->person_id),
			        p->away_until - 1};
	}
	v->stand_ins = items;
}

void
desk_absence_post(struct request *req)
{
	struct view_account v = {0};
	struct view_mistake m;
	struct keyd_people people;
	enum err e;

	if (!desk_form_ok(req))
		return;
	e = desk_people(req, &people);
	if (e == ERR_OK)
		e = absence_post(req, &people, who_of(req)->id.person_id, &v.absence, &m);
	if (e == ERR_OK) {
		respond_redirect(
		        req, str_fmt(req->a, "/account?done=%s", desk_done_name(DONE_ABSENCE)));
	} else if (e == ERR_INVALID) {
		v.mistakes = (struct view_mistakes){&m, 1};
		account_show(req, 422, &v);
	} else {
		desk_respond_keyd(req, e, NULL);
	}
}
