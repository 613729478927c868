/* The CSAF provider. */
#include "web/public/csaf.h"

#include "base/id.h"
#include "base/time.h"
#include "publish/shelf.h"
#include "web/public/advisories.h"
#include "web/public/shelf_cache.h"
#include "web/respond.h"

#include <sodium.h>
#include <stdio.h>

#define HERE "/.well-known/csaf/"

enum { LIST_BYTES_MAX = 64 << 20, PUBLIC_DOCUMENT_MAX = 16 << 20, YEAR_MIN = 1970 };

static int
year_of(int64_t at)
{
	int year;

	time_date(at, &year, NULL, NULL);
	return year;
}

/* The first second of YEAR. */
static int64_t
year_begins(int year)
{
	char text[RFC3339_MAX];
	int64_t at = 0;

	snprintf(text, sizeof text, "%04d-01-01T00:00:00Z", year);
	return time_parse(str_of(text), &at) == ERR_OK ? at : 0;
}

static struct str
url_of(struct request *req, const struct publisher *p, const char *path)
{
	return str_fmt(req->a, "%.*s%s%s", STR_ARG(p->public_url), HERE, path);
}

/* ---- provider-metadata.json (section 7.1.7) ---- */

static void
feeds(struct request *req, struct json_writer *w, const struct publisher *p, int64_t first,
        int64_t last)
{
	char path[64];

	jw_object(w, NULL);
	jw_object(w, "rolie");
	jw_array(w, "feeds");
	for (int year = year_of(last); year >= year_of(first); year--) {
		snprintf(path, sizeof path, "white/feed-%d.json", year);
		jw_object(w, NULL);
		jw_str(w, "summary", str_fmt(req->a, "TLP:WHITE advisories published in %d", year));
		jw_z(w, "tlp_label", "WHITE");
		jw_str(w, "url", url_of(req, p, path));
		jw_end(w);
	}
	jw_end(w);
	jw_end(w);
	jw_end(w);
}

void
csaf_provider_get(struct request *req)
{
	struct public_app *app = public_app(req);
	int64_t change = shelf_cache_change(app->shelf), first, last;
	struct publisher p = public_publisher(req);
	struct advisory_row *newest;
	struct json_writer w;
	struct buf out;
	size_t n;
	enum err e = advisory_span(public_db(req), app->in.programme.id, &first, &last);

	if (e == ERR_OK)
		e = advisory_changed(req->a, public_db(req), app->in.programme.id, 1, &newest, &n);
	if (e != ERR_OK) {
		respond_error(req, e, NULL);
		return;
	}
	if (n == 0)
		first = last = now_utc_s();
	buf_init(&out, LIST_BYTES_MAX);
	w = json_writer(&out);
	jw_object(&w, NULL);
	jw_str(&w, "canonical_url", url_of(req, &p, "provider-metadata.json"));
	jw_array(&w, "distributions");
	feeds(req, &w, &p, first, last);
	jw_object(&w, NULL);
	jw_str(&w, "directory_url", url_of(req, &p, "white/"));
	jw_end(&w);
	jw_end(&w);
	jw_time(&w, "last_updated", n > 0 ? newest[0].modified_at : last);
	jw_bool(&w, "list_on_CSAF_aggregators", true);
	jw_z(&w, "metadata_version", "2.0");
	jw_bool(&w, "mirror_on_CSAF_aggregators", true);
	jw_object(&w, "publisher");
	jw_z(&w, "category", "vendor");
	jw_str(&w, "contact_details", p.contact);
	jw_str(&w, "name", p.name);
	jw_str(&w, "namespace", p.namespace_);
	jw_end(&w);
	jw_z(&w, "role", "csaf_provider");
	jw_end(&w);
	shelf_answer(req, app->shelf, change, "application/json", &out);
	buf_clear(&out);
}

/* ---- The lists ---- */

struct list {
	struct request *req;
	const struct publisher *p;
	struct buf out;
	struct json_writer w;
};

/* "2026/exw-sa-2026-0001.json" */
static void
index_line(void *ctx, const struct advisory_row *row)
{
	struct list *l = ctx;

	buf_fmt(&l->out, "%d/%.*s\n", year_of(row->published_at), STR_ARG(row->file));
}

/* Section 7.1.13. */
static void
changes_line(void *ctx, const struct advisory_row *row)
{
	struct list *l = ctx;
	char at[RFC3339_MAX];

	time_format(row->modified_at, at);
	buf_fmt(&l->out, "\"%d/%.*s\",\"%s\"\n", year_of(row->published_at), STR_ARG(row->file),
	        at);
}

static void
link_to(struct list *l, const char *rel, const char *url, const char *ending)
{
	struct buf b;

	buf_init(&b, 4096);
	buf_fmt(&b, "%s%s", url, ending);
	jw_object(&l->w, NULL);
	jw_z(&l->w, "rel", rel);
	jw_str(&l->w, "href", buf_view(&b));
	jw_end(&l->w);
	buf_clear(&b);
}

static void
rolie_entry(void *ctx, const struct advisory_row *row)
{
	struct list *l = ctx;
	char url[2048];

	snprintf(url, sizeof url, "%.*s" HERE "white/%d/%.*s", STR_ARG(l->p->public_url),
	        year_of(row->published_at), STR_ARG(row->file));
	jw_object(&l->w, NULL);
	jw_str(&l->w, "id", row->name);
	jw_str(&l->w, "title", row->title);
	jw_array(&l->w, "link");
	link_to(l, "self", url, "");
	link_to(l, "hash", url, ".sha256");
	link_to(l, "hash", url, ".sha512");
	jw_end(&l->w);
	jw_time(&l->w, "published", row->published_at);
	jw_time(&l->w, "updated", row->modified_at);
	jw_object(&l->w, "content");
	jw_z(&l->w, "type", "application/json");
	jw_z(&l->w, "src", url);
	jw_end(&l->w);
	jw_object(&l->w, "format");
	jw_z(&l->w, "schema", "https://docs.oasis-open.org/csaf/csaf/v2.0/csaf_json_schema.json");
	jw_z(&l->w, "version", "2.0");
	jw_end(&l->w);
	jw_end(&l->w);
}

static enum err
rolie(struct list *l, int64_t programme_id, int year)
{
	char path[64];
	struct advisory_row *newest;
	size_t n;
	enum err e = advisory_changed(l->req->a, public_db(l->req), programme_id, 1, &newest, &n);

	if (e != ERR_OK)
		return e;
	snprintf(path, sizeof path, "white/feed-%d.json", year);
	jw_object(&l->w, NULL);
	jw_object(&l->w, "feed");
	jw_str(&l->w, "id", str_fmt(l->req->a, "csaf-feed-tlp-white-%d", year));
	jw_str(&l->w, "title",
	        str_fmt(l->req->a, "Advisories of %.*s (TLP:WHITE), %d", STR_ARG(l->p->name),
	                year));
	jw_array(&l->w, "link");
	jw_object(&l->w, NULL);
	jw_z(&l->w, "rel", "self");
	jw_str(&l->w, "href", url_of(l->req, l->p, path));
	jw_end(&l->w);
	jw_end(&l->w);
	jw_array(&l->w, "category");
	jw_object(&l->w, NULL);
	jw_z(&l->w, "scheme", "urn:ietf:params:rolie:category:information-type");
	jw_z(&l->w, "term", "csaf");
	jw_end(&l->w);
	jw_end(&l->w);
	jw_time(&l->w, "updated", n > 0 ? newest[0].modified_at : year_begins(year));
	jw_array(&l->w, "entry");
	e = advisory_each(public_db(l->req), programme_id, year_begins(year), year_begins(year + 1),
	        rolie_entry, l);
	jw_end(&l->w);
	jw_end(&l->w);
	jw_end(&l->w);
	return e;
}

/* "feed-2026.json": the year, or 0. */
static int
feed_year(struct str name)
{
	uint64_t year;

	if (!str_starts(name, STR("feed-")) || !str_ends(name, STR(".json")) ||
	        name.n != strlen("feed-2026.json") ||
	        str_u64(str_sub(name, strlen("feed-"), 4), 9998, &year) != ERR_OK ||
	        year < YEAR_MIN)
		return 0;
	return (int)year;
}

void
csaf_list_get(struct request *req)
{
	struct public_app *app = public_app(req);
	int64_t change = shelf_cache_change(app->shelf), id = app->in.programme.id;
	struct publisher p = public_publisher(req);
	struct list l = {.req = req, .p = &p};
	struct str name = request_param(req, "list");
	const char *type = "text/plain; charset=utf-8";
	int year = feed_year(name);
	enum err e = ERR_NOT_FOUND;

	buf_init(&l.out, LIST_BYTES_MAX);
	l.w = json_writer(&l.out);
	if (str_eq(name, STR("index.txt"))) {
		e = advisory_each(public_db(req), id, 0, INT64_MAX, index_line, &l);
	} else if (str_eq(name, STR("changes.csv"))) {
		type = "text/csv; charset=utf-8";
		e = advisory_each_changed(public_db(req), id, changes_line, &l);
	} else if (year != 0) {
		type = "application/json";
		e = rolie(&l, id, year);
	}
	if (e == ERR_OK)
		shelf_answer(req, app->shelf, change, type, &l.out);
	else
		respond_error(req, e, NULL);
	buf_clear(&l.out);
}

/* ---- The documents ---- */

/* "HASH  FILE", as sha256sum prints and reads it. */
static void
hash_line(struct request *req, struct buf *document, bool sha512, struct str file)
{
	unsigned char hash[crypto_hash_sha512_BYTES];
	size_t n = sha512 ? crypto_hash_sha512_BYTES : crypto_hash_sha256_BYTES;

	if (sha512)
		crypto_hash_sha512(hash, (const unsigned char *)document->p, document->n);
	else
		crypto_hash_sha256(hash, (const unsigned char *)document->p, document->n);
	buf_reset(document);
	buf_fmt(document, "%.*s  %.*s\n", STR_ARG(hex_str(req->a, hash, n)), STR_ARG(file));
}

void
csaf_document_get(struct request *req)
{
	struct public_app *app = public_app(req);
	int64_t change = shelf_cache_change(app->shelf);
	struct publisher p = public_publisher(req);
	struct str file = request_param(req, "file");
	bool sha256 = str_ends(file, STR(".sha256")), sha512 = str_ends(file, STR(".sha512"));
	const char *type = sha256 || sha512 ? "text/plain; charset=utf-8" : "application/json";
	struct advisory_row row;
	struct advisory v;
	struct buf out;
	char year[16];
	enum err e;

	if (sha256 || sha512)
		file = str_sub(file, 0, file.n - strlen(".sha256"));
	e = advisory_get_file(req->a, public_db(req), app->in.programme.id, file, &row);
	if (e == ERR_OK) {
		snprintf(year, sizeof year, "%d", year_of(row.published_at));
		e = str_eq(request_param(req, "year"), str_of(year))
		            ? advisory_of_row(req->a, &row, &v)
		            : ERR_NOT_FOUND;
	}
	if (e != ERR_OK) {
		respond_error(req, e, NULL);
		return;
	}
	buf_init(&out, PUBLIC_DOCUMENT_MAX);
	advisory_csaf(&v, &p, &out);
	if (sha256 || sha512)
		hash_line(req, &out, sha512, file);
	shelf_answer(req, app->shelf, change, type, &out);
	buf_clear(&out);
}
