/* Who did what: keyd's log of openings, sign-ins and changes, for every role; the newest first,
 * with filters. Cases are links for who may read them. */
#include "web/desk/desk.h"

#include "base/time.h"
#include "views.h"
#include "web/view_put.h"
#include "web/views_log.h"

static const struct {
	const char *value, *label;
	enum keyd_log_kind kind;
} kinds[] = {
        {"", "everything", KEYD_LOG_ALL},
        {"openings", "cases opened", KEYD_LOG_OPENINGS},
        {"sign-ins", "sign-ins", KEYD_LOG_SIGN_INS},
        {"changes", "people, tokens, keys", KEYD_LOG_CHANGES},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

static const struct {
	const char *action, *words;
} actions[] = {
        {"open_case", "opened a case"},
        {"export_case", "exported a case"},
        {"open_titles", "saw titles"},
        {"open_contact", "was given an address for a notice"},
        {"open_mail", "was given the text of a mail to a reporter"},
        {"case_link", "was given a link for a reporter"},
        {"sign_in", "signed in"},
        {"cli_session", "worked at the terminal"},
        {"enrol", "joined"},
        {"renew", "began anew: new password, new code generator"},
        {"invite", "made a link"},
        {"invite_revoke", "took a link back"},
        {"member_change", "set roles"},
        {"sign_out_everywhere", "ended all sessions"},
        {"password_change", "changed the password"},
        {"recovery_use", "used a recovery code"},
        {"recovery_renew", "made new recovery codes"},
        {"passkey_add", "added a passkey"},
        {"passkey_remove", "removed a passkey"},
        {"token_create", "made an API token"},
        {"token_revoke", "ended an API token"},
        {"absence", "set an absence"},
        {"rekey_begin", "began to change the storage key"},
        {"rekey", "changed the storage key"},
        {"pgp_want", "asked for an OpenPGP key"},
        {"pgp_key", "made the OpenPGP key"},
        {"restored", "restored from a backup"},
};

static struct str
action_words(struct str action)
{
	for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
		if (str_eq(action, str_of(actions[i].action)))
			return str_of(actions[i].words);
	return action;
}

/* "ana" of "person 1 ana", "API token ci" of "token 7 ci"; others as they are. */
static struct str
actor_words(struct arena *a, struct str actor)
{
	struct str rest = actor, kind, id;

	if (str_eq(actor, STR("operator")))
		return STR("the operator");
	if (str_eq(actor, STR("pgp")))
		return STR("the OpenPGP process");
	if (str_eq(actor, STR("courier")))
		return STR("the courier (notices)");
	if (!str_cut(&rest, ' ', &kind) || !str_cut(&rest, ' ', &id))
		return actor;
	return str_eq(kind, STR("token")) ? str_fmt(a, "API token %.*s", STR_ARG(rest)) : rest;
}

/* "person 3 roles 6 disabled" with the name and the roles' names; other details as they are. */
static struct str
detail_words(struct arena *a, const struct keyd_people *people, struct str detail)
{
	struct str rest = detail, word, out = STR("");
	uint64_t n;

	while (str_cut(&rest, ' ', &word)) {
		struct str next = rest, value;
		bool person = str_eq(word, STR("person")) || str_eq(word, STR("deputy"));
		bool roles = str_eq(word, STR("roles"));

		if ((person || roles) && str_cut(&next, ' ', &value) &&
		        str_u64(value, INT64_MAX, &n) == ERR_OK) {
			struct str name = roles ? desk_roles_words(a, (unsigned)n & STAFF_ROLES_ALL)
			                        : desk_person_name(people, (int64_t)n);

			rest = next;
			if (n == 0)
				name = str_eq(word, STR("person")) ? STR("somebody new")
				                                   : STR("nobody");
			else if (name.n == 0)
				name = value;
			word = str_eq(word, STR("deputy"))
			               ? str_fmt(a, "deputy %.*s", STR_ARG(name))
			               : name;
		}
		out = str_fmt(a, "%.*s%s%.*s", STR_ARG(out), out.n > 0 ? " " : "", STR_ARG(word));
	}
	return out;
}

static struct view_texts
case_numbers(struct arena *a, struct str cases)
{
	struct str *items = ARENA_ARRAY(a, KEYD_TITLES_MAX + 1, struct str);
	size_t n = 0;

	while (n < KEYD_TITLES_MAX && cases.n > 0 && str_cut(&cases, ' ', &items[n]))
		n++;
	return (struct view_texts){items, n};
}

/* ---- Filters ---- */

struct wish {
	struct str who, kind, number; /* as asked */
	struct keyd_audit q;
};

static struct view_options
who_options(struct arena *a, const struct keyd_people *people)
{
	struct view_option *o = ARENA_ARRAY(a, people->n + 3, struct view_option);
	size_t n = 0;

	o[n++] = (struct view_option){STR(""), STR("anybody"), STR("")};
	for (size_t i = 0; i < people->n; i++)
		o[n++] = (struct view_option){
		        str_fmt(a, "person %lld", (long long)people->items[i].person_id),
		        people->items[i].name, STR("")};
	o[n++] = (struct view_option){STR("operator"), STR("the operator"), STR("")};
	o[n++] = (struct view_option){STR("courier"), STR("the courier"), STR("")};
	return (struct view_options){o, n};
}

static struct view_options
kind_options(struct arena *a)
{
	struct view_option *o = ARENA_ARRAY(a, KINDS, struct view_option);

	for (size_t i = 0; i < KINDS; i++)
		o[i] = (struct view_option){
		        str_of(kinds[i].value), str_of(kinds[i].label), STR("")};
	return (struct view_options){o, KINDS};
}

/* Case numbers are written so. */
static struct str
capitals(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n + 1);

	for (size_t i = 0; i < s.n; i++)
		p[i] = s.p[i] >= 'a' && s.p[i] <= 'z' ? (char)(s.p[i] - 'a' + 'A') : s.p[i];
	return str_bytes(p, s.n);
}

/* What is not understood is no filter: keyd judges the rest. */
static enum err
wish_read(struct request *req, struct wish *w, struct diag *d)
{
	struct str before = request_query(req, "before");
	uint64_t id = 0;

	*w = (struct wish){
	        .who = request_query(req, "who"),
	        .kind = request_query(req, "what"),
	        .number = str_trim(request_query(req, "case")),
	};
	if (before.n > 0 && (str_u64(before, INT64_MAX, &id) != ERR_OK || id == 0))
		return diag_set(d, ERR_INVALID, NULL, "There is no such page of the log");
	w->q = (struct keyd_audit){
	        .credential = who_of(req)->credential,
	        .before_id = (int64_t)id,
	        .actor = w->who,
	        .case_number = capitals(req->a, w->number),
	};
	for (size_t i = 0; i < KINDS; i++)
		if (str_eq(w->kind, str_of(kinds[i].value)))
			w->q.kind = kinds[i].kind;
	return ERR_OK;
}

static struct str
href_of(struct arena *a, const struct wish *w, int64_t before)
{
	const struct {
		const char *key;
		struct str value;
	} parts[] = {{"who", w->who}, {"what", w->kind}, {"case", w->number}};
	struct buf b;
	struct str s;

	buf_init(&b, 4096);
	buf_fmt(&b, "/log?before=%lld", (long long)before);
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		if (parts[i].value.n == 0)
			continue;
		buf_fmt(&b, "&%s=", parts[i].key);
		put_part_str(&b, parts[i].value);
	}
	s = str_dup(a, buf_view(&b));
	buf_clear(&b);
	return s;
}

static void
show(struct request *req, const struct wish *w, const struct keyd_log *log,
        const struct keyd_people *people)
{
	struct view_log_row *rows = ARENA_ARRAY(req->a, log->n + 1, struct view_log_row);
	struct view_log v = {
	        .page = desk_page(req, "Log", VIEW_DESK_NONE),
	        .rows = rows,
	        .n = log->n,
	        .whos = who_options(req->a, people),
	        .kinds = kind_options(req->a),
	        .who = w->who,
	        .kind = w->kind,
	        .number = w->number,
	        .filtered = w->who.n > 0 || w->kind.n > 0 || w->number.n > 0,
	        .may_open = who_may(req, PERMISSION_READ_CASES),
	        .first_href = w->q.before_id > 0 ? STR("/log") : STR(""),
	        .next_href = log->next_before > 0 ? href_of(req->a, w, log->next_before) : STR(""),
	};
	struct buf b;

	for (size_t i = 0; i < log->n; i++) {
		const struct keyd_log_entry *e = &log->items[i];

		rows[i] = (struct view_log_row){
		        .id = (uint64_t)e->id,
		        .at = e->at,
		        .who = actor_words(req->a, e->actor),
		        .what = action_words(e->action),
		        .detail = detail_words(req->a, people, e->detail),
		        .cases = case_numbers(req->a, e->cases),
		};
	}
	buf_init(&b, DESK_PAGE_MAX);
	view_desk_log(&b, &v);
	respond_html(req, 200, &b);
}

void
desk_log_get(struct request *req)
{
	struct wish w;
	struct keyd_people people;
	struct keyd_log log;
	struct diag d = {0};
	enum err e = wish_read(req, &w, &d);

	if (e != ERR_OK) {
		respond_error(req, e, &d);
		return;
	}
	e = keyd_audit(req->a, &desk_of(req)->in.keyd, &w.q, &log, NULL);
	/* A filter that can fit nothing. */
	if (e == ERR_INVALID || e == ERR_TOO_LARGE) {
		log = (struct keyd_log){0};
		e = ERR_OK;
	}
	if (e == ERR_OK)
		e = desk_people(req, &people);
	if (e == ERR_OK)
		show(req, &w, &log, &people);
	else
		desk_respond_keyd(req, e, NULL);
}
