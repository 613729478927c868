/* What everybody of the team is told of colleagues, on the queue and for a week: who was given
 * other roles, was shut out or let in, or began anew with a new password and second factor. */
#include "web/desk/members.h"

#include "base/log.h"
#include "web/view_helpers.h"

/* "person 3 roles 6 disabled", as keyd writes it. */
struct change {
	int64_t person_id;
	unsigned roles;
	bool disabled;
};

static bool
change_read(struct str detail, struct change *out)
{
	struct str rest = detail, word;
	uint64_t id, roles;

	if (!str_cut(&rest, ' ', &word) || !str_eq(word, STR("person")) ||
	        !str_cut(&rest, ' ', &word) || str_u64(word, INT64_MAX, &id) != ERR_OK ||
	        !str_cut(&rest, ' ', &word) || !str_eq(word, STR("roles")) ||
	        !str_cut(&rest, ' ', &word) || str_u64(word, STAFF_ROLES_ALL, &roles) != ERR_OK)
		return false;
	*out = (struct change){(int64_t)id, (unsigned)roles, str_eq(rest, STR("disabled"))};
	return true;
}

/* "ana" of "person 1 ana", "ci" of "token 7 ci"; "the operator". */
static struct str
actor_name(struct str actor)
{
	struct str rest = actor, word;

	if (str_eq(actor, STR("operator")))
		return STR("the operator");
	if (!str_cut(&rest, ' ', &word) || !str_cut(&rest, ' ', &word) || rest.n == 0)
		return actor;
	return rest;
}

static bool
sentence(struct arena *a, const struct keyd_people *people, const struct keyd_log_entry *e,
        struct str *out)
{
	struct str when = text_str(a, time_words(e->at)), who;
	struct change c;

	if (!change_read(e->detail, &c))
		return false;
	who = desk_person_name(people, c.person_id);
	if (str_eq(e->action, STR("renew")))
		*out = str_fmt(a, "%.*s: %.*s has a new password and a new second factor.",
		        STR_ARG(when), STR_ARG(who));
	else if (c.disabled)
		*out = str_fmt(a, "%.*s: %.*s was shut out by %.*s.", STR_ARG(when), STR_ARG(who),
		        STR_ARG(actor_name(e->actor)));
	else
		*out = str_fmt(a, "%.*s: %.*s was made %.*s by %.*s.", STR_ARG(when), STR_ARG(who),
		        STR_ARG(desk_roles_words(a, c.roles)), STR_ARG(actor_name(e->actor)));
	return true;
}

struct view_texts
desk_news(struct request *req, const struct keyd_people *people)
{
	struct keyd_credential q = {who_of(req)->credential};
	struct str *lines = ARENA_ARRAY(req->a, KEYD_NEWS_MAX, struct str);
	struct keyd_log got;
	size_t n = 0;
	enum err e = keyd_news(req->a, &desk_of(req)->in.keyd, &q, &got, NULL);

	/* The queue is shown without, rather than not. */
	if (e != ERR_OK) {
		log_warn("news", "why", err_name(e));
		return (struct view_texts){0};
	}
	for (size_t i = 0; i < got.n && n < KEYD_NEWS_MAX; i++)
		if (sentence(req->a, people, &got.items[i], &lines[n]))
			n++;
	return (struct view_texts){lines, n};
}
