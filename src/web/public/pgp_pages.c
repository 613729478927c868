/* What vdpd-pgp gave keyd to be published, as pages. */
#include "web/public/pgp_pages.h"

#include "base/log.h"
#include "base/time.h"
#include "publish/pgp_public.h"
#include "publish/security_txt.h"
#include "publish/wkd.h"
#include "web/public/page.h"

enum { ARENA_BYTES = 1 << 20 };

static const char plain[] = "text/plain; charset=utf-8";

static void
put(struct public_app *app, struct str path, const char *type, struct str content)
{
	struct buf body;

	buf_init(&body, SECURITY_TXT_MAX);
	buf_str(&body, content);
	if (pages_put(app->pages, path, type, "public, max-age=3600", &body) != ERR_OK)
		log_error("page_too_large", "path", "openpgp");
	buf_clear(&body);
}

static void
put_or_remove(
        struct public_app *app, struct str path, const char *type, struct str content, bool there)
{
	if (there)
		put(app, path, type, content);
	else
		pages_remove(app->pages, path);
}

/* The directory's policy file may be empty (section 4.5), a page may not. */
static void
directory(struct arena *a, struct public_app *app, struct str key, bool there)
{
	static const char octets[] = "application/octet-stream";
	struct wkd_paths at;

	if (wkd_paths_of(a, instance_policy(&app->in)->contact.email, &at) != ERR_OK)
		return;
	put_or_remove(app, at.direct, octets, key, there);
	put_or_remove(app, at.advanced, octets, key, there);
	put_or_remove(app, at.direct_policy, plain, STR("# none\n"), there);
	put_or_remove(app, at.advanced_policy, plain, STR("# none\n"), there);
}

/* Errors of keyd's; no key is none. */
static enum err
fetch(struct arena *a, struct public_app *app, struct pgp_public *out)
{
	const struct keyd_nothing nothing = {0};
	enum err e = keyd_pgp_state(a, &app->in.keyd, &nothing, &out->state, NULL);

	if (e == ERR_OK)
		e = keyd_pgp_published(a, &app->in.keyd, &nothing, &out->published, NULL);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

bool
pgp_pages_refresh(struct public_app *app)
{
	struct arena *a = arena_new(ARENA_BYTES);
	struct pgp_public got = {0};
	bool changed = fetch(a, app, &got) == ERR_OK;
	bool there = pgp_is_public(instance_policy(&app->in), &got);

	changed = changed && (got.state.version != app->pgp_version || there != app->pgp_key);
	if (changed) {
		put_or_remove(app, STR("/pgp-key.asc"), "application/pgp-keys",
		        got.published.armored, there);
		directory(a, app, got.published.transferable, there);
		app->pgp_version = got.state.version;
		app->pgp_key = there;
		memset(app->pgp_fingerprint, 0, sizeof app->pgp_fingerprint);
		if (there)
			memcpy(app->pgp_fingerprint, got.state.items[0].fingerprint.p,
			        got.state.items[0].fingerprint.n);
	}
	arena_free(a);
	return changed;
}

void
security_txt_render(struct public_app *app)
{
	struct arena *a = arena_new(ARENA_BYTES);
	struct pgp_public got = {0};
	struct buf b;

	if (app->pgp_key && fetch(a, app, &got) != ERR_OK)
		got = (struct pgp_public){0};
	buf_init(&b, SECURITY_TXT_MAX);
	security_txt_now(instance_policy(&app->in), app->in.config, &got, now_utc_s(), &b);
	put(app, STR("/.well-known/security.txt"), plain, buf_view(&b));
	put(app, STR("/security.txt"), plain, buf_view(&b));
	buf_clear(&b);
	arena_free(a);
}
