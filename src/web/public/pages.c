/* The pages that are the same for everybody. */
#include "web/public/pages.h"

#include "base/log.h"
#include "views.h"
#include "web/respond.h"
#include "web/views_public.h"

enum { PAGE_MAX = 1 << 20 };

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
	if (pages_put(app->pages, str_of(path), "text/html; charset=utf-8", NULL, body) != ERR_OK)
		log_error("page_too_large", "path", path);
	buf_clear(body);
}

void
public_pages_render(struct public_app *app)
{
	const struct policy *p = instance_policy(&app->in);
	struct view_policy policy = {
	        .page = {.policy = p, .title = p->title, .nav = VIEW_NAV_POLICY},
	        .policy = p,
	        .in_force = true,
	};
	const char *const homes[] = {"/", "/policy"};
	struct buf body;

	for (size_t i = 0; i < 2; i++) {
		buf_init(&body, PAGE_MAX);
		view_public_policy(&body, &policy);
		put(app, homes[i], &body);
	}
}
