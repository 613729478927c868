/* What stands around every page of the desk, and the names that pages show. */
#include "web/desk/desk.h"

#include "base/log.h"
#include "base/time.h"
#include "store/queue_store.h"
#include "views.h"
#include "web/status.h"

#include <string.h>

static const struct {
	const char *name, *text;
} done_texts[DONE_COUNT] = {
        [DONE_ACKNOWLEDGED] = {"acknowledged",
                "Acknowledged. The reporter sees that a person has read it."},
        [DONE_ASKED] = {"asked", "Asked. The clocks pause until the answer."},
        [DONE_SENT] = {"sent", "Sent to the reporter."},
        [DONE_NOTED] = {"noted", "Kept as a team note."},
        [DONE_TRIAGED] = {"triaged", "The severity is set."},
        [DONE_ASSIGNED] = {"assigned", "Assigned."},
        [DONE_FIXED] = {"fixed", "Marked as fixed."},
        [DONE_CLOSED] = {"closed", "The case is closed."},
        [DONE_REOPENED] = {"reopened", "The case is open again; its clocks run."},
        [DONE_HELD] = {"held", "On legal hold: nothing of it is erased."},
        [DONE_HOLD_LIFTED] = {"hold_lifted", "The legal hold is lifted."},
        [DONE_ERASE] = {"erase", "Done as far as you can: what is still needed stands below."},
        [DONE_DISABLED] = {"disabled", "Shut out: sessions and tokens are ended."},
        [DONE_ENABLED] = {"enabled", "Let in again."},
        [DONE_ROLES] = {"roles", "The roles are set."},
        [DONE_MEMBER_SIGNED_OUT] = {"member_signed_out", "All sessions of this person are ended."},
        [DONE_LINK_ENDED] = {"link_ended", "The link works no more."},
        [DONE_TOKEN_REVOKED] = {"token_revoked", "The token works no more."},
        [DONE_PASSWORD] = {"password",
                "The new password holds from now on. Other sessions are ended."},
        [DONE_PASSKEY] = {"passkey", "From now on this passkey signs you in."},
        [DONE_PASSKEY_REMOVED] = {"passkey_removed", "The passkey opens nothing any more."},
        [DONE_SIGNED_OUT_ELSEWHERE] = {"signed_out", "All sessions are ended."},
        [DONE_ABSENCE] = {"absence", "The absence is kept; it begins and ends by itself."},
};

const char *
desk_done_name(enum desk_done d)
{
	return done_texts[d].name;
}

static struct str
done_text(struct request *req)
{
	struct str asked = request_query(req, "done");

	for (int i = DONE_NONE + 1; i < DONE_COUNT; i++)
		if (asked.n > 0 && str_eq(asked, str_of(done_texts[i].name)))
			return str_of(done_texts[i].text);
	return STR("");
}

struct str
text_str(struct arena *a, struct text t)
{
	return str_dup(a, str_of(t.z));
}

struct view_desk
desk_bare_page(struct request *req, const char *title, struct view_hiddens hidden)
{
	return (struct view_desk){
	        .programme = desk_of(req)->in.programme.name,
	        .demo = desk_of(req)->in.config->demo,
	        .title = str_of(title),
	        .hidden = hidden,
	        .person = STR(""),
	        .roles = STR(""),
	        .query = STR(""),
	        .done = STR(""),
	};
}

struct str
desk_roles_words(struct arena *a, unsigned roles)
{
	struct str rest = staff_roles_str(a, roles), word, out = STR("");

	while (str_cut(&rest, ',', &word))
		out = str_fmt(a, "%.*s%s%.*s", STR_ARG(out), out.n > 0 ? ", " : "", STR_ARG(word));
	return out;
}

struct view_desk
desk_page(struct request *req, const char *title, enum view_desk_nav nav)
{
	struct desk *d = desk_of(req);
	struct who *w = who_of(req);
	struct view_hidden *token = ARENA_NEW(req->a, struct view_hidden);
	struct view_desk v;
	struct queue_counts counts = {0};

	if (w == NULL)
		return desk_bare_page(req, title, (struct view_hiddens){0});
	*token = (struct view_hidden){
	        STR("form_token"), form_token(req->a, d->form_key, w->credential)};
	v = desk_bare_page(req, title, (struct view_hiddens){token, 1});
	v.nav = nav;
	v.person = w->id.name.n > 0 ? w->id.name : STR("operator");
	v.roles = desk_roles_words(req->a, w->id.roles);
	v.administrator = who_may(req, PERMISSION_MANAGE);
	v.may_enter = who_may(req, PERMISSION_DECIDE_CASES);
	v.done = done_text(req);
	if (queue_count(w->db, d->in.programme.id, w->id.person_id, now_utc_s(), &counts) != ERR_OK)
		log_error("queue_count", "why", db_why(w->db));
	v.queue = (uint64_t)counts.open;
	v.mine = (uint64_t)counts.mine;
	v.waiting = (uint64_t)counts.waiting;
	v.overdue = (uint64_t)counts.overdue;
	return v;
}

/* What an error is called on a page, and what to do next. */
static const struct {
	unsigned status;
	const char *title, *mend;
} told[] = {
        {400, "This could not be read", "Go back, load the page anew and try once more."},
        {403, "Not allowed", "If your work needs it: an administrator can give you another role."},
        {404, "Nothing is here", "Look for the case by its number, or in the queue."},
        {405, "Nothing is here", "Look for the case by its number, or in the queue."},
        {413, "Too much at once", "Go back, and send fewer or smaller files."},
        {429, "Please wait a little",
                "Your limit for this hour is spent; it grows again by itself."},
        {500, "Something went wrong on our side",
                "Nothing was done. Try again; if it stays like this, run `vdpd doctor`."},
        {503, "Busy for a moment", "Nothing was done. Go back and try again."},
        {507, "The disk is full", "Nothing was done. Make room first: `vdpd doctor` says where."},
};

void
desk_error_page(struct request *req, unsigned status, const char *title, const char *detail,
        struct buf *out)
{
	/* Any thread may come here, so that nothing is read: a page without counts. */
	struct view_desk_error v = {
	        .page = desk_bare_page(req, title, (struct view_hiddens){0}),
	        .status = status,
	        .what = str_of(detail),
	        .mend = STR(""),
	        .request = status >= 500 ? request_id_text(req) : STR(""),
	};

	for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
		if (told[i].status != status)
			continue;
		v.page.title = str_of(told[i].title);
		/* What says more than its status says what to do, too. */
		if (strcmp(detail, status_hint(status)) == 0)
			v.mend = str_of(told[i].mend);
	}
	view_desk_error(out, &v);
}

enum err
desk_people(struct request *req, struct keyd_people *out)
{
	struct keyd_credential q = {who_of(req)->credential};

	return keyd_people(req->a, &desk_of(req)->in.keyd, &q, out, NULL);
}

struct str
desk_person_name(const struct keyd_people *people, int64_t id)
{
	for (size_t i = 0; i < people->n; i++)
		if (people->items[i].person_id == id)
			return people->items[i].name;
	return STR("");
}

struct str
desk_actor_name(struct arena *a, const struct keyd_people *people, struct str actor)
{
	struct str name;
	uint64_t id;

	if (str_eq(actor, STR("reporter")))
		return STR("");
	if (str_starts(actor, STR("person:")) &&
	        str_u64(str_sub(actor, 7, SIZE_MAX), INT64_MAX, &id) == ERR_OK) {
		name = desk_person_name(people, (int64_t)id);
		return name.n > 0 ? name : str_fmt(a, "person %llu", (unsigned long long)id);
	}
	if (str_starts(actor, STR("token:")))
		return str_fmt(a, "API token %.*s", STR_ARG(str_sub(actor, 6, SIZE_MAX)));
	return str_eq(actor, STR("operator")) ? STR("the operator") : actor;
}

int64_t
desk_person_find(const struct request *req, const struct keyd_people *people, struct str s)
{
	uint64_t id = 0;

	if (str_eq(s, STR("me")))
		return who_of(req)->id.person_id;
	(void)(str_u64(s, INT64_MAX, &id) == ERR_OK);
	for (size_t i = 0; i < people->n; i++)
		if ((id != 0 && people->items[i].person_id == (int64_t)id) ||
		        str_eq_nocase(people->items[i].name, s))
			return people->items[i].person_id;
	return 0;
}
