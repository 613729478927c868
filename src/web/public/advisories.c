/* Advisories for people. */
#include "web/public/advisories.h"

#include "publish/shelf.h"
#include "views.h"
#include "web/public/page.h"
#include "web/public/shelf_cache.h"
#include "web/respond.h"

enum { PER_PAGE = 50, HTML_MAX = 4 << 20 };

static const char html[] = "text/html; charset=utf-8";

enum err
advisory_of_row(struct arena *a, const struct advisory_row *row, struct advisory *out)
{
	return advisory_read(a, row->record, out, NULL) == ERR_OK ? ERR_OK : ERR_STORE;
}

struct publisher
public_publisher(const struct request *req)
{
	struct public_app *app = public_app(req);

	return publisher_of(instance_policy(&app->in), app->in.config);
}

/* "1767603600-42": where the next page of the list begins. False for anything else. */
static bool
place_of(struct str s, int64_t *at, int64_t *id)
{
	size_t dash = str_find(s, '-', 0);
	uint64_t v, w;

	if (dash == SIZE_MAX || str_u64(str_sub(s, 0, dash), INT64_MAX, &v) != ERR_OK ||
	        str_u64(str_sub(s, dash + 1, SIZE_MAX), INT64_MAX, &w) != ERR_OK)
		return false;
	*at = (int64_t)v;
	*id = (int64_t)w;
	return true;
}

/* The list from (AT, ID) on; FIRST: from the beginning. Pages after the first have paths of their
 * own, not queries, so that they are kept in memory too. */
static void
list_from(struct request *req, int64_t at, int64_t id, bool first)
{
	struct public_app *app = public_app(req);
	int64_t change = shelf_cache_change(app->shelf);
	struct view_advisories v = {
	        .page = public_page(app, STR("Advisories"), VIEW_NAV_ADVISORIES),
	};
	struct view_advisory_item *items = ARENA_ARRAY(req->a, PER_PAGE, struct view_advisory_item);
	struct advisory_row *rows;
	struct buf body;
	size_t n;
	enum err e;

	e = advisory_list(
	        req->a, public_db(req), app->in.programme.id, at, id, PER_PAGE + 1, &rows, &n);
	if (e != ERR_OK) {
		respond_error(req, e, NULL);
		return;
	}
	for (size_t i = 0; i < n && i < PER_PAGE; i++) {
		items[v.n++] = (struct view_advisory_item){
		        .id = rows[i].name,
		        .title = rows[i].title,
		        .severity = rows[i].severity,
		        .cve = rows[i].cve,
		        .published = rows[i].published_at,
		        .withdrawn = rows[i].withdrawn_at != 0,
		};
	}
	v.items = items;
	v.first_page = first;
	if (n > PER_PAGE)
		v.older = str_fmt(req->a, "%lld-%lld", (long long)rows[PER_PAGE - 1].published_at,
		        (long long)rows[PER_PAGE - 1].id);
	buf_init(&body, PUBLIC_PAGE_MAX);
	view_public_advisories(&body, &v);
	shelf_answer(req, app->shelf, change, html, &body);
	buf_clear(&body);
}

void
advisories_get(struct request *req)
{
	list_from(req, INT64_MAX, 0, true);
}

void
advisories_older_get(struct request *req)
{
	int64_t at, id;

	if (place_of(request_param(req, "place"), &at, &id))
		list_from(req, at, id, false);
	else
		respond_error(req, ERR_NOT_FOUND, NULL);
}

/* The advisory that the path names; answers where there is none. */
static bool
find(struct request *req, struct advisory *v, struct advisory_row *row)
{
	struct str name = request_param(req, "id");
	enum err e = ERR_NOT_FOUND;

	if (advisory_id_valid(name))
		e = advisory_get(
		        req->a, public_db(req), public_app(req)->in.programme.id, name, row);
	if (e == ERR_OK)
		e = advisory_of_row(req->a, row, v);
	if (e != ERR_OK)
		respond_error(req, e, NULL);
	return e == ERR_OK;
}

void
advisory_get_page(struct request *req)
{
	struct public_app *app = public_app(req);
	int64_t change = shelf_cache_change(app->shelf);
	struct publisher p = public_publisher(req);
	struct view_advisory page = {0};
	struct advisory_row row;
	struct advisory v;
	struct buf text, body, url;
	enum err e;

	if (!find(req, &v, &row))
		return;
	buf_init(&text, HTML_MAX);
	advisory_markdown(&v, &p, &text);
	e = markdown_view(req->a, buf_view(&text), MARKDOWN_POLICY, HTML_MAX, &page.text);
	buf_init(&url, 4096);
	advisory_csaf_url(&v, &p, &url);
	page.page = public_page(app, v.title, VIEW_NAV_ADVISORIES);
	page.id = v.id;
	page.cve = v.cve.p != NULL && p.cna_org_id.n > 0 ? v.cve : STR("");
	page.csaf = buf_view(&url);
	if (e == ERR_OK) {
		buf_init(&body, PUBLIC_PAGE_MAX);
		view_public_advisory(&body, &page);
		shelf_answer(req, app->shelf, change, html, &body);
		buf_clear(&body);
	} else {
		respond_error(req, e, NULL);
	}
	buf_clear(&text);
	buf_clear(&url);
}

void
advisory_get_format(struct request *req)
{
	struct public_app *app = public_app(req);
	int64_t change = shelf_cache_change(app->shelf);
	struct str format = request_param(req, "format");
	struct publisher p = public_publisher(req);
	const char *type = "application/json";
	struct advisory_row row;
	struct advisory v;
	struct buf body;
	enum err e = ERR_OK;

	if (!find(req, &v, &row))
		return;
	buf_init(&body, PUBLIC_PAGE_MAX);
	if (str_eq(format, STR("osv.json"))) {
		advisory_osv(&v, &p, &body);
	} else if (str_eq(format, STR("cve.json"))) {
		e = advisory_cve(&v, &p, &body);
	} else if (str_eq(format, STR("markdown"))) {
		advisory_markdown(&v, &p, &body);
		type = "text/markdown; charset=utf-8";
	} else {
		e = ERR_NOT_FOUND;
	}
	if (e == ERR_OK)
		shelf_answer(req, app->shelf, change, type, &body);
	else
		respond_error(req, ERR_NOT_FOUND, NULL);
	buf_clear(&body);
}

void
acknowledgments_get(struct request *req)
{
	struct public_app *app = public_app(req);
	int64_t change = shelf_cache_change(app->shelf);
	struct view_thanks v = {.page = public_page(app, STR("Thanks"), VIEW_NAV_THANKS)};
	struct view_thanked *people;
	struct acknowledgment *list;
	struct buf body;
	size_t n;
	enum err e = acknowledgments_list(req->a, public_db(req), app->in.programme.id, &list, &n);

	if (e != ERR_OK) {
		respond_error(req, e, NULL);
		return;
	}
	people = ARENA_ARRAY(req->a, n + 1, struct view_thanked);
	for (size_t i = 0; i < n; i++) {
		/* Once a year, however much somebody found. */
		if (v.n > 0 && people[v.n - 1].year == list[i].year &&
		        str_eq(people[v.n - 1].name, list[i].name))
			continue;
		people[v.n++] = (struct view_thanked){list[i].year, list[i].name, list[i].url};
	}
	v.people = people;
	buf_init(&body, PUBLIC_PAGE_MAX);
	view_public_acknowledgments(&body, &v);
	shelf_answer(req, app->shelf, change, html, &body);
	buf_clear(&body);
}
