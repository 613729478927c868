/* Tokens of the staff API: the list, making one, ending one. */
#include "web/desk/members.h"

#include "base/time.h"
#include "views.h"

enum { DAYS_MAX = 366 };

static struct view_options
days(void)
{
	static const struct view_option options[] = {
	        {{"30", 2}, {"30 days", 7}, {NULL, 0}},
	        {{"90", 2}, {"90 days", 7}, {NULL, 0}},
	        {{"365", 3}, {"a year", 6}, {NULL, 0}},
	};

	return (struct view_options){options, sizeof options / sizeof options[0]};
}

static void
show(struct request *req, unsigned status, struct view_tokens *v)
{
	struct keyd_credential q = {who_of(req)->credential};
	struct keyd_tokens got;
	struct view_token *rows;
	int64_t now = now_utc_s();
	struct buf b;
	enum err e = keyd_token_list(req->a, &desk_of(req)->in.keyd, &q, &got, NULL);

	if (e != ERR_OK) {
		desk_respond_keyd(req, e, NULL);
		return;
	}
	rows = ARENA_ARRAY(req->a, got.n + 1, struct view_token);
	for (size_t i = 0; i < got.n; i++) {
		const struct keyd_token *t = &got.items[i];
		bool over = t->expires_at <= now;

		rows[i] = (struct view_token){
		        .id = str_fmt(req->a, "%lld", (long long)t->token_id),
		        .name = t->name,
		        .made_by = t->made_by,
		        .roles = desk_roles_words(req->a, t->roles),
		        .state = t->revoked_at != 0 ? STR("revoked")
		                 : over             ? STR("expired")
		                                    : STR("works"),
		        .created_at = t->created_at,
		        .expires_at = t->expires_at,
		        .may_revoke = t->revoked_at == 0 && !over,
		};
	}
	v->page = desk_page(req, "API tokens", VIEW_DESK_NONE);
	v->tokens = rows;
	v->n = got.n;
	v->days = days();
	buf_init(&b, DESK_PAGE_MAX);
	view_desk_tokens(&b, v);
	respond_html(req, status, &b);
}

void
desk_tokens_get(struct request *req)
{
	struct view_tokens v = {.roles = member_role_boxes(req->a, 0), .days_chosen = STR("90")};

	show(req, 200, &v);
}

void
desk_tokens_post(struct request *req)
{
	struct keyd_token_create q = {
	        .credential = who_of(req)->credential,
	        .name = str_trim(request_form(req, "name")),
	        .roles = member_roles_ticked(req),
	};
	struct view_tokens v = {
	        .name.value = q.name,
	        .roles = member_role_boxes(req->a, q.roles),
	        .days_chosen = request_form(req, "days"),
	};
	struct view_mistake m = {STR("days"), STR("Choose how long it works.")};
	struct keyd_token_created got;
	struct keyd_verdict why = {0};
	uint64_t n;
	enum err e;

	if (!desk_form_ok(req))
		return;
	e = str_u64(v.days_chosen, DAYS_MAX, &n) == ERR_OK && n > 0 ? ERR_OK : ERR_INVALID;
	if (e == ERR_OK) {
		q.expires_at = now_utc_s() + (int64_t)n * DAY_S;
		e = keyd_token_create(req->a, &desk_of(req)->in.keyd, &q, &got, &why);
	}
	if (e == ERR_OK) {
		v = (struct view_tokens){.token = got.token,
		        .roles = member_role_boxes(req->a, 0),
		        .days_chosen = STR("90")};
		show(req, 200, &v);
	} else if (e == ERR_INVALID || e == ERR_TOO_LARGE) {
		v.roles.wrong = why.field == KEYD_FIELD_ROLES;
		if (v.roles.wrong) {
			m = (struct view_mistake){STR("role"), STR("Tick at least one role.")};
		} else if (why.field == KEYD_FIELD_NAME || e == ERR_TOO_LARGE) {
			v.name.error = STR("Give a name of at most 100 bytes.");
			m = (struct view_mistake){STR("name"), v.name.error};
		}
		v.mistakes = (struct view_mistakes){&m, 1};
		show(req, 422, &v);
	} else {
		desk_respond_keyd(req, e, &why);
	}
}

void
desk_token_revoke_post(struct request *req)
{
	struct keyd_token_revoke q = {.credential = who_of(req)->credential};
	struct keyd_nothing out;
	uint64_t id;
	enum err e = ERR_NOT_FOUND;

	if (!desk_form_ok(req))
		return;
	if (str_u64(request_form(req, "id"), INT64_MAX, &id) == ERR_OK) {
		q.token_id = (int64_t)id;
		e = keyd_token_revoke(req->a, &desk_of(req)->in.keyd, &q, &out, NULL);
	}
	if (e != ERR_OK)
		desk_respond_keyd(req, e, NULL);
	else
		respond_redirect(req, str_fmt(req->a, "/settings/tokens?done=%s",
		                              desk_done_name(DONE_TOKEN_REVOKED)));
}
