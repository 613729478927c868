/* What is the same for everybody: style sheets, scripts, the OpenAPI text, health. */
#include "web/desk/desk.h"

#include "api.h"
#include "assets.h"
#include "base/log.h"
#include "web/view_helpers.h"

enum { ASSET_MAX = 4 << 20 };

static const struct {
	const char *suffix, *type;
} types[] = {
        {".css", "text/css; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".json", "application/json"},
};

static const char *
type_of(const char *name)
{
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (str_ends(str_of(name), str_of(types[i].suffix)))
			return types[i].type;
	return "application/octet-stream";
}

static void
put(struct desk *d, struct str path, const char *type, const char *cache, struct buf *b)
{
	if (pages_put(d->pages, path, type, cache, b) != ERR_OK)
		log_error("asset_too_large");
	buf_clear(b);
}

void
desk_assets_put(struct desk *d)
{
	struct arena *a = arena_new(1 << 20);
	struct buf b;

	/* Pages name them with the hash of their content, so that they never change for long. */
	for (size_t i = 0; i < assets_files_n; i++) {
		buf_init(&b, ASSET_MAX);
		buf_add(&b, assets_files[i].bytes, assets_files[i].n);
		put(d, str_fmt(a, "/assets/%s", assets_files[i].name),
		        type_of(assets_files[i].name), "public, max-age=31536000, immutable", &b);
	}
	for (size_t i = 0; i < api_files_n; i++) {
		if (!str_eq(str_of(api_files[i].name), STR("desk.json")))
			continue;
		buf_init(&b, ASSET_MAX);
		buf_add(&b, api_files[i].bytes, api_files[i].n);
		put(d, STR("/api/v1/openapi.json"), "application/json", NULL, &b);
	}
	buf_init(&b, ASSET_MAX);
	accent_css(&b, instance_policy(&d->in)->accent);
	put(d, STR("/assets/accent.css"), "text/css; charset=utf-8", "public, max-age=300", &b);
	arena_free(a);
}

void
desk_healthz(struct request *req)
{
	struct buf b;

	buf_init(&b, 64);
	buf_z(&b, "ok\n");
	respond_bytes(req, 200, "text/plain; charset=utf-8", &b);
}
