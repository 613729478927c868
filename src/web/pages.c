/* Pages in memory. Each form of a page is one libmicrohttpd response, which counts its users: a
 * change swaps the table's reference, and who still sends the old bytes keeps them alive. */
#include "web/pages.h"

#include "base/id.h"
#include "web/server_internal.h"

#include <brotli/encode.h>
#include <microhttpd.h>
#include <sodium.h>
#include <stdlib.h>
#include <zlib.h>

/* Brotli's best quality is 11: three times the time of 10 for 2 % fewer bytes, at every start. */
enum { SLOTS = 1024, ETAG_TEXT = 48, BROTLI_QUALITY = 10 };

enum coding { CODING_NONE, CODING_GZIP, CODING_BROTLI, CODING_COUNT };

static const char *const coding_names[CODING_COUNT] = {
        [CODING_GZIP] = "gzip", [CODING_BROTLI] = "br"};

struct page {
	struct page *next;
	char *path;
	const char *type; /* as given; compared, never read */
	char etag[CODING_COUNT][ETAG_TEXT];
	struct MHD_Response *whole[CODING_COUNT]; /* NULL: not smaller */
	struct MHD_Response *unchanged[CODING_COUNT];
};

struct pages {
	pthread_rwlock_t lock;
	struct page *slots[SLOTS];
};

struct pages *
pages_new(void)
{
	struct pages *p = calloc(1, sizeof *p);

	if (p == NULL)
		abort();
	pthread_rwlock_init(&p->lock, NULL);
	return p;
}

static void
page_free(struct page *page)
{
	if (page == NULL)
		return;
	for (size_t i = 0; i < CODING_COUNT; i++) {
		if (page->whole[i] != NULL)
			MHD_destroy_response(page->whole[i]);
		if (page->unchanged[i] != NULL)
			MHD_destroy_response(page->unchanged[i]);
	}
	free(page->path);
	free(page);
}

void
pages_free(struct pages *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		for (struct page *page = p->slots[i], *next; page != NULL; page = next) {
			next = page->next;
			page_free(page);
		}
	pthread_rwlock_destroy(&p->lock);
	free(p);
}

static size_t
slot_of(const char *path, size_t n)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)path[i]) * 16777619u;
	return h % SLOTS;
}

static void
header(struct MHD_Response *r, const char *name, const char *value)
{
	if (MHD_add_response_header(r, name, value) != MHD_YES)
		abort();
}

/* BYTES on the heap, given to the response; NULL: one without content (304). */
static struct MHD_Response *
response_new(char *bytes, size_t n, const char *type, const char *cache, const char *etag,
        enum coding coding)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(n, bytes, MHD_RESPMEM_MUST_FREE);

	if (r == NULL)
		abort();
	if (bytes != NULL) {
		header(r, "Content-Type", type);
		if (coding != CODING_NONE)
			header(r, "Content-Encoding", coding_names[coding]);
	}
	header(r, "ETag", etag);
	header(r, "Cache-Control", cache);
	header(r, "Vary", "Accept-Encoding");
	for (const char *const *h = respond_fixed_headers(false); *h != NULL; h += 2)
		header(r, h[0], h[1]);
	return r;
}

static char *
gzip_of(struct str in, size_t *n)
{
	z_stream z = {.next_in = (unsigned char *)(uintptr_t)in.p, .avail_in = (unsigned)in.n};
	size_t cap;
	char *out;

	if (in.n > UINT32_MAX / 2 ||
	        deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK)
		return NULL;
	cap = deflateBound(&z, in.n);
	out = malloc(cap);
	if (out == NULL)
		abort();
	z.next_out = (unsigned char *)out;
	z.avail_out = (unsigned)cap;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END) {
		free(out);
		out = NULL;
	}
	*n = z.total_out;
	deflateEnd(&z);
	return out;
}

static char *
brotli_of(struct str in, size_t *n)
{
	size_t cap = BrotliEncoderMaxCompressedSize(in.n);
	char *out = cap > 0 ? malloc(cap) : NULL;

	if (out == NULL)
		return NULL;
	*n = cap;
	if (!BrotliEncoderCompress(BROTLI_QUALITY, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, in.n,
	            (const unsigned char *)in.p, n, (unsigned char *)out)) {
		free(out);
		return NULL;
	}
	return out;
}

static void
etag_of(struct str body, enum coding coding, char out[ETAG_TEXT])
{
	unsigned char hash[crypto_generichash_BYTES_MIN];
	char hex[2 * sizeof hash + 1];

	crypto_generichash(hash, sizeof hash, (const unsigned char *)body.p, body.n, NULL, 0);
	sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
	snprintf(out, ETAG_TEXT, "\"%s%s%s\"", hex, coding != CODING_NONE ? "-" : "",
	        coding != CODING_NONE ? coding_names[coding] : "");
}

static struct page *
page_new(struct str path, const char *type, const char *cache, struct str body)
{
	struct page *page = calloc(1, sizeof *page);
	char *bytes[CODING_COUNT] = {0};
	size_t n[CODING_COUNT] = {0};

	if (page == NULL || (page->path = strndup(path.p, path.n)) == NULL)
		abort();
	page->type = type;
	bytes[CODING_NONE] = malloc(body.n + 1);
	if (bytes[CODING_NONE] == NULL)
		abort();
	if (body.n > 0)
		memcpy(bytes[CODING_NONE], body.p, body.n);
	n[CODING_NONE] = body.n;
	bytes[CODING_GZIP] = gzip_of(body, &n[CODING_GZIP]);
	bytes[CODING_BROTLI] = brotli_of(body, &n[CODING_BROTLI]);
	for (enum coding i = CODING_NONE; i < CODING_COUNT; i++) {
		if (bytes[i] == NULL || (i != CODING_NONE && n[i] >= body.n)) {
			free(bytes[i]);
			continue;
		}
		etag_of(body, i, page->etag[i]);
		page->whole[i] = response_new(bytes[i], n[i], type, cache, page->etag[i], i);
		page->unchanged[i] = response_new(NULL, 0, type, cache, page->etag[i], i);
	}
	return page;
}

/* Takes PATH out of its slot; the caller holds the lock for writing. */
static struct page *
unlink_page(struct pages *p, struct str path)
{
	struct page **at = &p->slots[slot_of(path.p, path.n)];

	for (; *at != NULL; at = &(*at)->next)
		if (str_eq(str_of((*at)->path), path)) {
			struct page *found = *at;

			*at = found->next;
			return found;
		}
	return NULL;
}

/* Compressing costs a thousand times as much as finding out that nothing has changed. */
static bool
same_page(struct pages *p, struct str path, const char *type, struct str body)
{
	char etag[ETAG_TEXT];
	const struct page *page;
	bool same;

	etag_of(body, CODING_NONE, etag);
	pthread_rwlock_rdlock(&p->lock);
	page = p->slots[slot_of(path.p, path.n)];
	while (page != NULL && !str_eq(str_of(page->path), path))
		page = page->next;
	same = page != NULL && page->type == type && strcmp(page->etag[CODING_NONE], etag) == 0;
	pthread_rwlock_unlock(&p->lock);
	return same;
}

enum err
pages_put(struct pages *p, struct str path, const char *type, const char *cache, struct buf *body)
{
	struct page *page, *old;
	size_t slot = slot_of(path.p, path.n);

	if (body->full)
		return ERR_TOO_LARGE;
	if (same_page(p, path, type, buf_view(body))) {
		buf_reset(body);
		return ERR_OK;
	}
	page = page_new(path, type, cache != NULL ? cache : "public, max-age=60", buf_view(body));
	buf_reset(body);
	pthread_rwlock_wrlock(&p->lock);
	old = unlink_page(p, path);
	page->next = p->slots[slot];
	p->slots[slot] = page;
	pthread_rwlock_unlock(&p->lock);
	page_free(old);
	return ERR_OK;
}

void
pages_remove(struct pages *p, struct str path)
{
	struct page *old;

	pthread_rwlock_wrlock(&p->lock);
	old = unlink_page(p, path);
	pthread_rwlock_unlock(&p->lock);
	page_free(old);
}

/* Is CODING acceptable by Accept-Encoding (RFC 9110 section 12.5.3)? "br;q=0" is not. */
static bool
accepts(struct str header_value, const char *coding)
{
	struct str part;

	while (str_cut(&header_value, ',', &part)) {
		size_t semicolon = str_find(part, ';', 0);
		struct str q;

		if (!str_eq_nocase(str_trim(str_sub(part, 0, semicolon)), str_of(coding)))
			continue;
		q = str_trim(
		        str_sub(part, semicolon == SIZE_MAX ? part.n : semicolon + 1, SIZE_MAX));
		if (!str_starts(q, STR("q=0")) && !str_starts(q, STR("Q=0")))
			return true;
		for (size_t i = 3; i < q.n; i++)
			if (q.p[i] >= '1' && q.p[i] <= '9')
				return true;
		return false;
	}
	return false;
}

/* If-None-Match is a list, compared weakly (RFC 9110 section 13.1.2). */
static bool
matches(struct str header_value, const char *etag)
{
	struct str part;

	while (str_cut(&header_value, ',', &part)) {
		part = str_trim(part);
		if (str_eq(part, STR("*")))
			return true;
		if (str_starts(part, STR("W/")))
			part = str_sub(part, 2, SIZE_MAX);
		if (str_eq(part, str_of(etag)))
			return true;
	}
	return false;
}

static struct str
request_header(struct MHD_Connection *connection, const char *name)
{
	return str_of(MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name));
}

/* The caller holds the lock. */
static const struct page *
page_find(const struct pages *p, const char *path)
{
	const struct page *page = p->slots[slot_of(path, strlen(path))];

	while (page != NULL && strcmp(page->path, path) != 0)
		page = page->next;
	return page;
}

bool
pages_has(struct pages *p, const char *path)
{
	bool found;

	pthread_rwlock_rdlock(&p->lock);
	found = page_find(p, path) != NULL;
	pthread_rwlock_unlock(&p->lock);
	return found;
}

bool
pages_takes(struct pages *p, struct MHD_Connection *connection, const char *path)
{
	return pages_has(p, path) && request_header(connection, "Transfer-Encoding").p == NULL &&
	       request_header(connection, "Content-Length").p == NULL;
}

bool
pages_serve(struct pages *p, struct MHD_Connection *connection, const char *path, int *done)
{
	struct str encodings = request_header(connection, "Accept-Encoding");
	struct str known = request_header(connection, "If-None-Match");
	enum coding coding = CODING_NONE;
	const struct page *page;

	pthread_rwlock_rdlock(&p->lock);
	page = page_find(p, path);
	if (page != NULL) {
		for (enum coding i = CODING_COUNT - 1; i > CODING_NONE && encodings.n > 0; i--)
			if (page->whole[i] != NULL && accepts(encodings, coding_names[i])) {
				coding = i;
				break;
			}
		if (known.n > 0 && matches(known, page->etag[coding]))
			*done = (int)MHD_queue_response(connection, 304, page->unchanged[coding]);
		else
			*done = (int)MHD_queue_response(connection, 200, page->whole[coding]);
	}
	pthread_rwlock_unlock(&p->lock);
	return page != NULL;
}
