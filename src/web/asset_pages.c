/* The embedded files as pages. */
#include "web/asset_pages.h"

#include "api.h"
#include "assets.h"
#include "web/view_helpers.h"

#include <stdlib.h>

static const char *
type_of(struct str name)
{
	static const struct {
		const char *end, *type;
	} types[] = {
	        {".css", "text/css; charset=utf-8"},
	        {".js", "text/javascript; charset=utf-8"},
	        {".svg", "image/svg+xml"},
	};

	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (str_ends(name, str_of(types[i].end)))
			return types[i].type;
	return "application/octet-stream";
}

enum err
assets_put(struct pages *p, struct str accent)
{
	struct arena *a = arena_new(64 * 1024);
	struct buf body;
	enum err e = ERR_OK;

	for (size_t i = 0; i < assets_files_n && e == ERR_OK; i++) {
		const struct embedded *f = &assets_files[i];

		buf_init(&body, f->n + 1);
		buf_add(&body, f->bytes, f->n);
		e = pages_put(p, str_fmt(a, "/assets/%s", f->name), type_of(str_of(f->name)),
		        "public, max-age=31536000, immutable", &body);
		buf_clear(&body);
	}
	if (e == ERR_OK) {
		buf_init(&body, 4096);
		accent_css(&body, accent);
		e = pages_put(p, STR("/assets/accent.css"), "text/css; charset=utf-8", NULL, &body);
		buf_clear(&body);
	}
	arena_free(a);
	return e;
}

enum err
openapi_put(struct pages *p, const char *name)
{
	const struct embedded *f = NULL;
	struct buf body;
	enum err e;

	for (size_t i = 0; i < api_files_n; i++)
		if (str_eq(str_of(api_files[i].name), str_of(name)))
			f = &api_files[i];
	if (f == NULL)
		abort();
	buf_init(&body, f->n + 1);
	buf_add(&body, f->bytes, f->n);
	e = pages_put(p, STR("/api/v1/openapi.json"), "application/json", NULL, &body);
	buf_clear(&body);
	return e;
}
