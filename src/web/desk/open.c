/* Opening a case: keyd checks who asks and the row, logs it, and gives the key for this one
 * answer. */
#include "web/desk/desk.h"

#include "base/time.h"

enum err
desk_open_keys(struct request *req, const char *purpose, struct case_row *row,
        struct team_keys *keys, bool *alert, struct keyd_verdict *why)
{
	struct desk *d = desk_of(req);
	struct keyd_open_case q = {
	        .credential = who_of(req)->credential, .purpose = str_of(purpose)};
	struct keyd_opened got;
	struct key team;
	enum err e = view_find(
	        req->a, who_of(req)->db, &d->in.programme, request_param(req, "case"), row);

	if (e == ERR_OK && row->erased_at != 0)
		e = view_gone(req->a, who_of(req)->db, row, NULL);
	if (e != ERR_OK)
		return e;
	q.of = case_for_keyd(req->a, &d->in.programme, row);
	e = keyd_open_case(req->a, &d->in.keyd, &q, &got, why);
	if (e != ERR_OK)
		return e;
	memcpy(team.b, got.team_key, sizeof team.b);
	team_keys_from(&team, keys);
	key_wipe(&team);
	key_wipe((struct key *)got.team_key);
	if (alert != NULL)
		*alert = got.alert != 0;
	return ERR_OK;
}

enum err
desk_open_case(
        struct request *req, const char *purpose, struct opened *out, struct keyd_verdict *why)
{
	struct view_keys keys = {.team = &out->keys};
	struct case_row row;
	enum err e;

	*out = (struct opened){0};
	e = desk_open_keys(req, purpose, &row, &out->keys, &out->alert, why);
	/* What is in the clear of it is shown all the same, to who may read cases. */
	if (e == ERR_GONE && who_may(req, PERMISSION_READ_CASES))
		e = ERR_OK;
	if (e != ERR_OK)
		return e;
	e = view_read(req->a, who_of(req)->db, &desk_of(req)->in.programme, row.id, &keys,
	        now_utc_s(), &out->view);
	if (e != ERR_OK)
		desk_close_case(out);
	return e;
}

void
desk_close_case(struct opened *o)
{
	team_keys_wipe(&o->keys);
}

static void
title_open(
        struct arena *a, const struct case_row *row, const struct keyd_title *from, struct str *out)
{
	struct key k;

	memcpy(k.b, from->title_key, sizeof k.b);
	if (from->err != ERR_OK || view_title(a, row, &k, out) != ERR_OK)
		*out = STR("(does not verify: run vdpd audit verify)");
	else if (out->n == 0)
		*out = STR("(no title)");
	key_wipe(&k);
	key_wipe((struct key *)from->title_key);
}

enum err
desk_titles(struct request *req, const struct case_row *rows, size_t n, struct str **titles,
        struct keyd_verdict *why)
{
	struct desk *d = desk_of(req);
	struct str *out = ARENA_ARRAY(req->a, n + 1, struct str);
	struct keyd_case *items = ARENA_ARRAY(req->a, n + 1, struct keyd_case);
	struct keyd_open_titles q = {who_of(req)->credential, items, 0};
	struct keyd_titles got;
	enum err e;

	*titles = out;
	if (n == 0 || !who_may(req, PERMISSION_READ_CASES))
		return ERR_OK;
	for (size_t i = 0; i < n; i++) {
		if (rows[i].erased_at != 0)
			out[i] = STR("(erased)");
		else
			items[q.n++] = case_for_keyd(req->a, &d->in.programme, &rows[i]);
	}
	if (q.n == 0)
		return ERR_OK;
	e = keyd_open_titles(req->a, &d->in.keyd, &q, &got, why);
	if (e != ERR_OK)
		return e;
	for (size_t i = 0, k = 0; i < n && k < got.n; i++)
		if (rows[i].erased_at == 0)
			title_open(req->a, &rows[i], &got.items[k++], &out[i]);
	return ERR_OK;
}
