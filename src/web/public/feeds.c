/* The feeds of advisories: Atom (RFC 4287) and JSON Feed 1.1; the last that changed, the newest
 * first. */
#include "base/time.h"
#include "publish/shelf.h"
#include "web/public/advisories.h"
#include "web/public/shelf_cache.h"
#include "web/respond.h"

enum { ENTRIES = 50, FEED_MAX = 8 << 20 };

/* Their records, in A; answers where that fails. */
static bool
newest(struct request *req, struct advisory_row **rows, size_t *n)
{
	enum err e = advisory_changed(
	        req->a, public_db(req), public_app(req)->in.programme.id, ENTRIES, rows, n);

	if (e != ERR_OK)
		respond_error(req, e, NULL);
	return e == ERR_OK;
}

static void
time_element(struct buf *out, const char *name, int64_t at)
{
	char text[RFC3339_MAX];

	time_format(at, text);
	buf_fmt(out, "<%s>%s</%s>", name, text, name);
}

static void
atom_entry(struct buf *out, const struct publisher *p, const struct advisory *v)
{
	buf_z(out, "<entry><id>");
	buf_html(out, p->public_url);
	buf_z(out, "/advisories/");
	buf_html(out, v->id);
	buf_z(out, "</id><title>");
	buf_html(out, v->title);
	buf_z(out, "</title><link rel=\"alternate\" type=\"text/html\" href=\"");
	buf_html(out, p->public_url);
	buf_z(out, "/advisories/");
	buf_html(out, v->id);
	buf_z(out, "\"/>");
	time_element(out, "published", v->published);
	time_element(out, "updated", v->modified);
	buf_z(out, "<summary type=\"text\">");
	buf_html(out, v->summary);
	buf_z(out, "</summary></entry>\n");
}

void
atom_get(struct request *req)
{
	struct public_app *app = public_app(req);
	int64_t change = shelf_cache_change(app->shelf);
	struct publisher p = public_publisher(req);
	struct advisory_row *rows;
	struct advisory v;
	struct buf out;
	size_t n;

	if (!newest(req, &rows, &n))
		return;
	buf_init(&out, FEED_MAX);
	buf_z(&out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
	            "<feed xmlns=\"http://www.w3.org/2005/Atom\"><id>");
	buf_html(&out, p.public_url);
	buf_z(&out, "/feed.atom</id><title>Advisories of ");
	buf_html(&out, p.name);
	buf_z(&out, "</title><link rel=\"self\" type=\"application/atom+xml\" href=\"");
	buf_html(&out, p.public_url);
	buf_z(&out, "/feed.atom\"/><author><name>");
	buf_html(&out, p.name);
	buf_z(&out, "</name></author>");
	time_element(&out, "updated", n > 0 ? rows[0].modified_at : 0);
	buf_char(&out, '\n');
	for (size_t i = 0; i < n; i++) {
		if (advisory_of_row(req->a, &rows[i], &v) == ERR_OK)
			atom_entry(&out, &p, &v);
	}
	buf_z(&out, "</feed>\n");
	shelf_answer(req, app->shelf, change, "application/atom+xml; charset=utf-8", &out);
	buf_clear(&out);
}

static struct str
url_of(struct request *req, const struct publisher *p, struct str path, struct str id)
{
	return str_fmt(req->a, "%.*s%.*s%.*s", STR_ARG(p->public_url), STR_ARG(path), STR_ARG(id));
}

void
json_feed_get(struct request *req)
{
	struct public_app *app = public_app(req);
	int64_t change = shelf_cache_change(app->shelf);
	struct publisher p = public_publisher(req);
	struct json_writer w;
	struct advisory_row *rows;
	struct advisory v;
	struct buf out;
	size_t n;

	if (!newest(req, &rows, &n))
		return;
	buf_init(&out, FEED_MAX);
	w = json_writer(&out);
	jw_object(&w, NULL);
	jw_z(&w, "version", "https://jsonfeed.org/version/1.1");
	jw_str(&w, "title", str_fmt(req->a, "Advisories of %.*s", STR_ARG(p.name)));
	jw_str(&w, "home_page_url", url_of(req, &p, STR("/advisories"), STR("")));
	jw_str(&w, "feed_url", url_of(req, &p, STR("/feed.json"), STR("")));
	jw_array(&w, "items");
	for (size_t i = 0; i < n; i++) {
		struct str url;

		if (advisory_of_row(req->a, &rows[i], &v) != ERR_OK)
			continue;
		url = url_of(req, &p, STR("/advisories/"), v.id);
		jw_object(&w, NULL);
		jw_str(&w, "id", url);
		jw_str(&w, "url", url);
		jw_str(&w, "title", v.title);
		jw_str(&w, "content_text", v.summary);
		jw_time(&w, "date_published", v.published);
		jw_time(&w, "date_modified", v.modified);
		jw_end(&w);
	}
	jw_end(&w);
	jw_end(&w);
	shelf_answer(req, app->shelf, change, "application/feed+json", &out);
	buf_clear(&out);
}
