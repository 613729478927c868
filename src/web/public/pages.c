/* The pages that are the same for everybody. */
#include "web/public/pages.h"

#include "base/log.h"
#include "views.h"
#include "web/asset_pages.h"
#include "web/public/page.h"
#include "web/public/pgp_pages.h"
#include "web/public/trust.h"
#include "web/respond.h"

static const char html[] = "text/html; charset=utf-8";

void
healthz_get(struct request *req)
{
	struct buf body;

	buf_init(&body, 16);
	buf_z(&body, "ok\n");
	respond_bytes(req, 200, "text/plain; charset=utf-8", &body);
	buf_clear(&body);
}

static void
put(struct public_app *app, const char *path, struct buf *body)
{
	if (pages_put(app->pages, str_of(path), html, NULL, body) != ERR_OK)
		log_error("page_too_large", "path", path);
	buf_clear(body);
}

/* The policy stands at / and at /policy. */
static void
policy_render(struct public_app *app, const struct figures *figures)
{
	static const char *const homes[] = {"/", "/policy"};
	const struct policy *p = instance_policy(&app->in);
	struct view_policy v = {
	        .page = public_page(app, p->title, VIEW_NAV_POLICY),
	        .policy = p,
	        .kept = figures->kept,
	        .ended = figures->ended,
	        .in_force = true,
	};

	for (size_t i = 0; i < sizeof homes / sizeof homes[0]; i++) {
		struct buf body;

		buf_init(&body, PUBLIC_PAGE_MAX);
		view_public_policy(&body, &v);
		put(app, homes[i], &body);
	}
}

void
public_pages_render(struct public_app *app, struct db *db)
{
	struct figures figures = {0};
	enum err e;

	/* Keyd may be slower to start, and nobody waits for the key. */
	if (db != NULL)
		(void)pgp_pages_refresh(app);
	e = trust_render(app, db, &figures);

	if (e != ERR_OK)
		log_error("trust_not_rendered", "why", err_name(e));
	policy_render(app, &figures);
	security_txt_render(app);
	if (assets_put(app->pages, instance_policy(&app->in)->accent) != ERR_OK ||
	        openapi_put(app->pages, "public.json") != ERR_OK)
		log_error("assets_not_rendered");
}
