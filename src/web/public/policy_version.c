/* GET /policy/{sha256}: a version of the policy that was in force once; cases keep pointing to it.
 */
#include "base/id.h"
#include "store/policy_store.h"
#include "views.h"
#include "web/public/page.h"
#include "web/public/pages.h"
#include "web/respond.h"

void
policy_version_get(struct request *req)
{
	struct public_app *app = public_app(req);
	struct view_policy v = {
	        .page = public_page(app, STR("A version of the policy"), VIEW_NAV_POLICY)};
	unsigned char sha256[32];
	struct policy_row row;
	struct buf body;
	enum err e = hex_parse(request_param(req, "sha256"), sha256, sizeof sha256);

	if (e == ERR_OK)
		e = policy_get(req->a, public_db(req), sha256, &row);
	if (e == ERR_OK)
		e = policies_get(app->in.programme.policies, public_db(req), sha256, &v.policy);
	if (e != ERR_OK) {
		respond_error(req, e == ERR_INVALID ? ERR_NOT_FOUND : e, NULL);
		return;
	}
	v.in_force = v.policy == instance_policy(&app->in);
	v.from = row.in_force_at;
	buf_init(&body, PUBLIC_PAGE_MAX);
	view_public_policy_version(&body, &v);
	respond_html(req, 200, &body);
	/* What a hash names never changes; whether it is in force does. */
	respond_cache(req, "public, max-age=60");
	buf_clear(&body);
}
